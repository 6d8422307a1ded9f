import { type PoolSlot, poolSlotSchema, poolTaskSchema } from '#core/contracts/pool.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { PoolStore } from '#core/ports/state-store.ts';
import {
  type Condition,
  type DynamoTable,
  matching,
  parseItem,
  present,
  type Write,
} from './dynamo-table.ts';
import { nextNumber } from './sequence.ts';
import {
  consumerKey,
  poolLeaseKey,
  poolTaskKey,
  poolTasksPartition,
  replicationKey,
  slotEntryKey,
  slotKey,
  slotsPartition,
} from './store-keys.ts';

/** A slot is claimed, stopped and ended by three at most at the same time. */
const stopRounds = 5;

/** The slot is of this launch, and held by `holder`, or waits. */
const isOf = ({ launchId, holder }: Pick<PoolSlot, 'launchId' | 'holder'>): Condition =>
  holder === undefined
    ? {
        expression: '#launchId = :expectedLaunch AND attribute_not_exists(#holder)',
        values: { ':expectedLaunch': launchId },
      }
    : {
        expression: '#launchId = :expectedLaunch AND #holder = :expectedHolder',
        values: { ':expectedLaunch': launchId, ':expectedHolder': holder },
      };

/** Both items of a slot: what it is, and its entry in the list of its holder. */
const putBoth = (slot: PoolSlot, condition: Condition): readonly Write[] => [
  { put: { ...slotKey(slot.replicationId), ...slot }, condition },
  { put: { ...slotEntryKey(slot.holder, slot.launchId), ...slot } },
];

export const createPoolStore = (table: DynamoTable): PoolStore => {
  const getSlot: PoolStore['getSlot'] = async (replicationId) => {
    const item = await table.get(slotKey(replicationId));
    return item === undefined ? undefined : parseItem(poolSlotSchema, item);
  };
  const list = async (holder: string | undefined, limit?: number): Promise<readonly PoolSlot[]> =>
    (await table.query({ pk: slotsPartition(holder), ...(limit !== undefined && { limit }) })).map((item) =>
      parseItem(poolSlotSchema, item),
    );

  return {
    nextPoolTaskId: async () => `p${await nextNumber(table, 'pool-task')}`,
    putPoolTask: async (task) => {
      await table.put({ ...poolTaskKey(task.poolTaskId), ...task });
    },
    setPoolTaskLaunched: async (poolTaskId, { taskArn, revision }) => {
      await table.update(poolTaskKey(poolTaskId), { set: { taskArn, revision } }, present);
    },
    beatPoolTask: async (poolTaskId, { held, leasedUntil }) => {
      const item = await table.update(poolTaskKey(poolTaskId), { set: { held, leasedUntil } }, present);
      return item === undefined ? undefined : parseItem(poolTaskSchema, item);
    },
    drainPoolTask: async (poolTaskId) => {
      await table.update(poolTaskKey(poolTaskId), { set: { drain: true } }, present);
    },
    removePoolTask: async (poolTaskId) => {
      await table.remove(poolTaskKey(poolTaskId), present);
    },
    getPoolTask: async (poolTaskId) => {
      const item = await table.get(poolTaskKey(poolTaskId));
      return item === undefined ? undefined : parseItem(poolTaskSchema, item);
    },
    listPoolTasks: async () =>
      (await table.query({ pk: poolTasksPartition })).map((item) => parseItem(poolTaskSchema, item)),

    addSlot: async (slot) => {
      // The step that launches may be repeated, and a pool task may have claimed it meanwhile.
      await table.transact(
        putBoth(slot, {
          expression: 'attribute_not_exists(#pk) OR #launchId <> :launchId',
          values: { ':launchId': slot.launchId },
        }),
      );
    },
    getSlot,
    listWaitingSlots: (limit) => list(undefined, limit),
    listSlotsOf: (poolTaskId) => list(poolTaskId),

    claimSlot: async (slot, poolTaskId) => {
      const entry = slotEntryKey(undefined, slot.launchId);
      const failed = await table.transact([
        ...putBoth({ ...slot, holder: poolTaskId }, isOf({ launchId: slot.launchId })),
        { remove: entry },
      ]);
      if (failed.length === 0) return true;
      // What was replaced or claimed by another waits no more.
      await table.remove(entry, present);
      return false;
    },

    stopSlot: async (replicationId, launchId) => {
      for (let round = 0; round < stopRounds; round += 1) {
        const slot = await getSlot(replicationId);
        if (slot === undefined || slot.launchId !== launchId || slot.stop) return;
        const failed = await table.transact(
          slot.holder === undefined
            ? [
                { remove: slotKey(replicationId), condition: isOf(slot) },
                { remove: slotEntryKey(undefined, launchId) },
              ]
            : putBoth({ ...slot, stop: true }, isOf(slot)),
        );
        if (failed.length === 0) return;
      }
      throw new MillraceError('StoreUnavailable', `The slot of launch ${launchId} keeps changing.`);
    },

    endSlot: async ({ replicationId, launchId }, poolTaskId) => {
      await table.remove(slotKey(replicationId), isOf({ launchId, holder: poolTaskId }));
      await table.remove(slotEntryKey(poolTaskId, launchId), present);
    },

    passSlot: async (slot, from, launch) => {
      const { clientId, replicationId, launchId } = slot;
      const { stop: _stop, holder: _holder, ...rest } = slot;
      const next: PoolSlot = { ...rest, launchId: launch.launchId };
      const failed = await table.transact([
        ...putBoth(next, isOf({ launchId, holder: from })),
        { remove: slotEntryKey(from, launchId) },
        {
          check: replicationKey(clientId, replicationId),
          condition: matching({ desired: 'running', generation: launch.generation }),
        },
        {
          update: consumerKey(replicationId),
          change: {
            set: { launchId: launch.launchId, taskArn: launch.taskArn, launchedAt: launch.launchedAt },
          },
          condition: matching({ launchId, generation: launch.generation }),
        },
      ]);
      if (failed.length === 0) return true;
      // Someone else looks after the replication now; nothing runs for this slot any more.
      await table.remove(slotKey(replicationId), isOf({ launchId, holder: from }));
      await table.remove(slotEntryKey(from, launchId), present);
      return false;
    },

    acquirePoolLease: (holder, ttlMs, now) =>
      table.put(
        { ...poolLeaseKey, holder, leasedUntil: now.getTime() + ttlMs },
        {
          expression: 'attribute_not_exists(#pk) OR #holder = :holder OR #leasedUntil <= :now',
          values: { ':holder': holder, ':now': now.getTime() },
        },
      ),
    releasePoolLease: async (holder) => {
      await table.remove(poolLeaseKey, matching({ holder }));
    },
  };
};
