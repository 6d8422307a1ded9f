import { type PoolTask, parseSlotAddress, slotAddress } from '../contracts/pool.ts';
import type { TaskObservation, TaskRunner } from '../ports/services.ts';
import { type EnsurePoolPorts, ensurePool } from './ensure-pool.ts';
import { hasEnded, isEnding } from './launch-consumer.ts';

export interface PooledTasksOptions extends Omit<EnsurePoolPorts, 'tasks'> {
  /** Runs consumers in tasks of their own, and knows the pool tasks. */
  readonly tasks: TaskRunner;
  /** The oldest revision of the task definition that may run what is launched; any when undefined. */
  readonly revision?: number | undefined;
}

/**
 * A `TaskRunner` for both placements. A pooled consumer is a slot, which stands for its task: a slot that waits is a task that begins, one
 * that is held runs as long as ECS says that the pool task runs, and one that is gone has ended.
 */
export const createPooledTasks = (options: PooledTasksOptions): TaskRunner => {
  const { tasks, store, revision } = options;
  return {
    runConsumer: async (launch) => {
      if (launch.placement !== 'pooled') return tasks.runConsumer(launch);
      const { clientId, replicationId, launchId } = launch;
      await store.addSlot({ clientId, replicationId, launchId, ...(revision !== undefined && { revision }) });
      await ensurePool(options);
      return slotAddress(launchId);
    },

    stopTask: async (address, reason) => {
      const slot = parseSlotAddress(address);
      if (slot === undefined) return tasks.stopTask(address, reason);
      await store.stopSlot(slot.replicationId, slot.launchId);
    },

    describeTask: async (address) => {
      const wanted = parseSlotAddress(address);
      if (wanted === undefined) return tasks.describeTask(address);
      const slot = await store.getSlot(wanted.replicationId);
      if (slot === undefined || slot.launchId !== wanted.launchId)
        return { lastStatus: 'STOPPED', stoppedReason: 'No pool task runs it any more' };
      if (slot.holder === undefined) return { lastStatus: 'PENDING' };
      const observed = await describeHolder(await store.getPoolTask(slot.holder), slot.holder, tasks);
      return slot.stop && !isEnding(observed) ? { ...observed, lastStatus: 'STOPPING' } : observed;
    },
  };
};

/** What ECS says of the pool task counts: a lease alone does not tell whether something still runs. */
const describeHolder = async (
  poolTask: PoolTask | undefined,
  poolTaskId: string,
  tasks: Pick<TaskRunner, 'describeTask'>,
): Promise<TaskObservation> => {
  const gone = { lastStatus: 'STOPPED', stoppedReason: `Its pool task ${poolTaskId} has ended` };
  if (poolTask === undefined) return gone;
  // It speaks already, and its ARN is about to be stored by the part that has launched it.
  if (poolTask.taskArn === undefined) return { lastStatus: 'RUNNING' };
  const observed = await tasks.describeTask(poolTask.taskArn);
  if (observed === undefined) return gone;
  return hasEnded(observed) ? { ...observed, ...gone } : observed;
};
