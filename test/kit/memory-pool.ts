import type { PoolSlot, PoolTask } from '#core/contracts/pool.ts';
import type { ConsumerLaunch, PoolStore } from '#core/ports/state-store.ts';

/** Slots and pool tasks in memory. `launches` has the launches that `passSlot` replaces, by replication; `isWanted` what users want. */
export const createMemoryPool = () => {
  const tasks = new Map<string, PoolTask>();
  const slots = new Map<number, PoolSlot>();
  /** By holder, or `waiting`, and launch. */
  const entries = new Map<string, Map<string, PoolSlot>>();
  const launches = new Map<number, ConsumerLaunch>();
  const unwanted = new Set<number>();
  let numbers = 0;
  let leaseHolder: string | undefined;
  const entriesOf = (holder: string | undefined): Map<string, PoolSlot> => {
    const found = entries.get(holder ?? 'waiting') ?? new Map<string, PoolSlot>();
    entries.set(holder ?? 'waiting', found);
    return found;
  };
  const put = (slot: PoolSlot): void => {
    slots.set(slot.replicationId, slot);
    entriesOf(slot.holder).set(slot.launchId, slot);
  };
  const isHeld = ({ replicationId, launchId }: PoolSlot, holder: string | undefined): boolean => {
    const current = slots.get(replicationId);
    return current?.launchId === launchId && current.holder === holder;
  };

  const pool: PoolStore = {
    nextPoolTaskId: async () => {
      numbers += 1;
      return `p${numbers}`;
    },
    putPoolTask: async (task) => void tasks.set(task.poolTaskId, task),
    setPoolTaskLaunched: async (poolTaskId, launched) => {
      const task = tasks.get(poolTaskId);
      if (task !== undefined) tasks.set(poolTaskId, { ...task, ...launched });
    },
    beatPoolTask: async (poolTaskId, beat) => {
      const task = tasks.get(poolTaskId);
      if (task === undefined) return undefined;
      tasks.set(poolTaskId, { ...task, ...beat });
      return tasks.get(poolTaskId);
    },
    drainPoolTask: async (poolTaskId) => {
      const task = tasks.get(poolTaskId);
      if (task !== undefined) tasks.set(poolTaskId, { ...task, drain: true });
    },
    removePoolTask: async (poolTaskId) => void tasks.delete(poolTaskId),
    getPoolTask: async (poolTaskId) => tasks.get(poolTaskId),
    listPoolTasks: async () => [...tasks.values()],

    addSlot: async (slot) => {
      if (slots.get(slot.replicationId)?.launchId !== slot.launchId) put(slot);
    },
    getSlot: async (replicationId) => slots.get(replicationId),
    listWaitingSlots: async (limit) => [...entriesOf(undefined).values()].slice(0, limit),
    listSlotsOf: async (poolTaskId) => [...entriesOf(poolTaskId).values()],
    claimSlot: async (slot, poolTaskId) => {
      const isWaiting = isHeld(slot, undefined);
      entriesOf(undefined).delete(slot.launchId);
      if (isWaiting) put({ ...slot, holder: poolTaskId });
      return isWaiting;
    },
    stopSlot: async (replicationId, launchId) => {
      const slot = slots.get(replicationId);
      if (slot?.launchId !== launchId) return;
      if (slot.holder !== undefined) return put({ ...slot, stop: true });
      slots.delete(replicationId);
      entriesOf(undefined).delete(launchId);
    },
    endSlot: async (slot, poolTaskId) => {
      if (isHeld(slot, poolTaskId)) slots.delete(slot.replicationId);
      entriesOf(poolTaskId).delete(slot.launchId);
    },
    passSlot: async (slot, from, launch) => {
      const recorded = launches.get(slot.replicationId);
      const isCurrent =
        isHeld(slot, from) && !unwanted.has(slot.replicationId) && recorded?.launchId === slot.launchId;
      if (isHeld(slot, from)) slots.delete(slot.replicationId);
      entriesOf(from).delete(slot.launchId);
      if (!isCurrent) return false;
      launches.set(slot.replicationId, launch);
      const { holder: _holder, stop: _stop, ...rest } = slot;
      put({ ...rest, launchId: launch.launchId });
      return true;
    },
    acquirePoolLease: async (holder) => {
      if (leaseHolder !== undefined && leaseHolder !== holder) return false;
      leaseHolder = holder;
      return true;
    },
    releasePoolLease: async (holder) => {
      if (leaseHolder === holder) leaseHolder = undefined;
    },
  };
  return { pool, tasks, slots, launches, unwanted };
};
