import { randomUUID } from 'node:crypto';
import { isPoolTaskLost, type PoolSlot, type PoolTask } from '../contracts/pool.ts';
import { revisionOf } from '../contracts/task-revision.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { PoolTaskRunner, TaskRunner } from '../ports/services.ts';
import type { PoolStore } from '../ports/state-store.ts';
import { isEnding } from './launch-consumer.ts';

export interface EnsurePoolPorts {
  readonly store: PoolStore;
  readonly poolTasks: PoolTaskRunner;
  readonly tasks: Pick<TaskRunner, 'describeTask'>;
  /** How many replications a new pool task takes. */
  readonly capacity: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A run of a health check launches no more: what waits then has its turn a minute later. */
const mostLaunchesAtOnce = 5;
/** Enough to see that some more pool tasks are needed. */
const mostWaitingRead = 1_000;

const leaseMs = 20_000;
/** A launch takes a second. Who does not get the lease in time leaves it to the health check of every minute. */
const leaseWaitMs = 5_000;
const leasePollMs = 250;

export interface PoolNeed {
  /** How many pool tasks are to be launched. */
  readonly launches: number;
  /** The pool task that is no longer needed, since the others have room for what it holds. */
  readonly drain?: PoolTask;
}

/** A pool task is given up when the others have room for what it holds, and for so much more of their own. */
const sparedShare = 0.25;

/**
 * What the pool needs. A slot that asks for a revision of the task definition finds room only in pool tasks that run that one or a newer
 * one.
 */
export const decidePool = (
  tasks: readonly PoolTask[],
  waiting: readonly Pick<PoolSlot, 'revision'>[],
  capacity: number,
  now: Date,
): PoolNeed => {
  const usable = tasks.filter((task) => task.drain === undefined && !isPoolTaskLost(task, now));
  const roomOf = (task: PoolTask): number => Math.max(0, task.capacity - (task.held ?? 0));
  const needed = Math.max(0, ...waiting.map(({ revision }) => revision ?? 0));
  // Until ECS has said what it launched, it is the newest one.
  const isNewEnough = ({ revision }: PoolTask): boolean => revision === undefined || revision >= needed;
  const room = usable.filter(isNewEnough).reduce((sum, task) => sum + roomOf(task), 0);
  const missing = waiting.length - room;
  if (missing > 0) return { launches: Math.min(mostLaunchesAtOnce, Math.ceil(missing / capacity)) };
  if (waiting.length > 0) return { launches: 0 };
  const drain = findSpared(usable, roomOf);
  return { launches: 0, ...(drain !== undefined && { drain }) };
};

const findSpared = (
  usable: readonly PoolTask[],
  roomOf: (task: PoolTask) => number,
): PoolTask | undefined => {
  const speaking = usable.filter(({ leasedUntil }) => leasedUntil !== undefined);
  // One that was launched a moment ago is about to take what waits.
  if (speaking.length < 2 || speaking.length < usable.length) return undefined;
  const emptiest = speaking.reduce((least, task) => ((task.held ?? 0) < (least.held ?? 0) ? task : least));
  const others = speaking.filter((task) => task !== emptiest);
  // Those of an older image would not take what a newer one gives back.
  if (others.some(({ revision }) => (revision ?? 0) < (emptiest.revision ?? 0))) return undefined;
  const room = others.reduce((sum, task) => sum + roomOf(task), 0);
  const spare = others.reduce((sum, task) => sum + task.capacity * sparedShare, 0);
  return room - (emptiest.held ?? 0) >= spare ? emptiest : undefined;
};

/** Whether a pool task that holds nothing is to end: there is another one for what comes. */
export const isPoolTaskSpare = (own: PoolTask, all: readonly PoolTask[], now: Date): boolean =>
  all.some(
    (task) =>
      task.poolTaskId !== own.poolTaskId &&
      task.drain === undefined &&
      task.leasedUntil !== undefined &&
      !isPoolTaskLost(task, now) &&
      task.capacity > (task.held ?? 0),
  );

/**
 * Launches pool tasks until there is room for every slot that waits. One caller at a time decides; who finds room for all does not wait for
 * the others. Throws `TaskLaunchFailed`.
 */
export const ensurePool = async (ports: EnsurePoolPorts): Promise<void> => {
  if ((await readNeed(ports)).launches === 0) return;
  const { store, clock, log } = ports;
  const holder = `pool-${randomUUID()}`;
  const giveUpAt = clock.now().getTime() + leaseWaitMs;
  while (!(await store.acquirePoolLease(holder, leaseMs, clock.now()))) {
    if (clock.now().getTime() >= giveUpAt) {
      log.info('Someone else launches pool tasks; the next health check sees whether there are enough');
      return;
    }
    await clock.sleep(leasePollMs);
  }
  try {
    const { launches } = await readNeed(ports);
    for (let count = 0; count < launches; count += 1) await launchPoolTask(ports);
  } finally {
    await store.releasePoolLease(holder);
  }
};

/** The same for the health check, which also gives up a pool task that is no longer needed. */
export const fitPool = async (ports: EnsurePoolPorts): Promise<void> => {
  await ensurePool(ports);
  const { drain } = await readNeed(ports);
  if (drain === undefined) return;
  ports.log.info(
    `Pool task ${drain.poolTaskId} gives back its ${drain.held ?? 0} replications: the others have room for them`,
  );
  await ports.store.drainPoolTask(drain.poolTaskId);
};

const readNeed = async (ports: EnsurePoolPorts): Promise<PoolNeed> => {
  const { store, capacity, clock } = ports;
  const [tasks, waiting] = await Promise.all([
    store.listPoolTasks(),
    store.listWaitingSlots(mostWaitingRead),
  ]);
  const isEnded = await Promise.all(tasks.map((task) => hasPoolTaskEnded(task, ports)));
  return decidePool(
    tasks.filter((_task, index) => isEnded[index] !== true),
    waiting,
    capacity,
    clock.now(),
  );
};

/** ECS knows at once when a task was killed; its lease lasts some time longer. */
const hasPoolTaskEnded = async ({ taskArn }: PoolTask, { tasks, log }: EnsurePoolPorts): Promise<boolean> => {
  if (taskArn === undefined) return false;
  try {
    const observed = await tasks.describeTask(taskArn);
    return observed === undefined || isEnding(observed);
  } catch (error) {
    log.warn('Could not ask ECS about a pool task; its lease counts', { error });
    return false;
  }
};

/** Recorded first: a crash right after leaves a record that is nobody's word, and it is passed over after some minutes. */
const launchPoolTask = async ({ store, poolTasks, capacity, clock, log }: EnsurePoolPorts): Promise<void> => {
  const poolTaskId = await store.nextPoolTaskId();
  await store.putPoolTask({ poolTaskId, capacity, launchedAt: clock.now().toISOString() });
  try {
    const { taskArn, taskDefinition } = await poolTasks.runPoolTask(poolTaskId);
    const revision = taskDefinition === undefined ? undefined : revisionOf(taskDefinition);
    await store.setPoolTaskLaunched(poolTaskId, { taskArn, ...(revision !== undefined && { revision }) });
    log.info(`Launched pool task ${poolTaskId} for up to ${capacity} replications`, { poolTaskId, taskArn });
  } catch (error) {
    await store.removePoolTask(poolTaskId);
    throw error;
  }
};
