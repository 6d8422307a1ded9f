import { expect, test } from '@jest/globals';
import { createPooledTasks } from '#core/lifecycle/pooled-tasks.ts';
import type { TaskObservation } from '#core/ports/services.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryPool } from '../../../kit/memory-pool.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const launch = { clientId: 1, replicationId: 7, launchId: 'r7-g3-l2' };

const createWorld = (revision?: number) => {
  const memory = createMemoryPool();
  const calls: string[] = [];
  const world = { observed: { lastStatus: 'RUNNING' } as TaskObservation | undefined };
  const tasks = createPooledTasks({
    tasks: {
      runConsumer: async ({ launchId }) => {
        calls.push(`run ${launchId}`);
        return `arn:${launchId}`;
      },
      stopTask: async (arn) => void calls.push(`stop ${arn}`),
      describeTask: async () => world.observed,
    },
    poolTasks: {
      runPoolTask: async (poolTaskId) => {
        calls.push(`run pool task ${poolTaskId}`);
        return { taskArn: `arn:${poolTaskId}` };
      },
    },
    store: memory.pool,
    revision,
    capacity: 10,
    clock: createManualClock(),
    log: createRecordingLog(),
  });
  return { ...memory, calls, world, tasks };
};

test('one with a task of its own is launched, stopped and described as ever', async () => {
  const { tasks, calls, slots } = createWorld();
  expect(await tasks.runConsumer({ ...launch, placement: 'own' })).toBe('arn:r7-g3-l2');
  await tasks.stopTask('arn:r7-g3-l2', 'why');
  expect(await tasks.describeTask('arn:r7-g3-l2')).toEqual({ lastStatus: 'RUNNING' });
  expect(calls).toEqual(['run r7-g3-l2', 'stop arn:r7-g3-l2']);
  expect(slots.size).toBe(0);
});

test('a pooled one is a slot that waits, and a pool task is launched where there is no room', async () => {
  const { tasks, calls, slots } = createWorld(9);
  const address = await tasks.runConsumer({ ...launch, placement: 'pooled' });
  expect(slots.get(7)).toEqual({ ...launch, revision: 9 });
  expect(calls).toEqual(['run pool task p1']);
  expect(await tasks.describeTask(address)).toEqual({ lastStatus: 'PENDING' });
});

test('a launch that is repeated after a pool task has claimed it changes nothing', async () => {
  const { tasks, pool, slots } = createWorld();
  const address = await tasks.runConsumer({ ...launch, placement: 'pooled' });
  const [slot] = await pool.listWaitingSlots(1);
  if (slot !== undefined) await pool.claimSlot(slot, 'p1');
  await tasks.runConsumer({ ...launch, placement: 'pooled' });
  expect(slots.get(7)?.holder).toBe('p1');
  expect(await tasks.describeTask(address)).toEqual({ lastStatus: 'RUNNING' });
});

test('it ends when its slot is gone, when its pool task has ended, and when another launch has its slot', async () => {
  const { tasks, pool, world } = createWorld();
  const address = await tasks.runConsumer({ ...launch, placement: 'pooled' });
  const [slot] = await pool.listWaitingSlots(1);
  if (slot !== undefined) await pool.claimSlot(slot, 'p1');
  await tasks.stopTask(address, 'why');
  expect(await tasks.describeTask(address)).toEqual({ lastStatus: 'STOPPING' });
  world.observed = { lastStatus: 'STOPPED', exitCode: 137 };
  expect(await tasks.describeTask(address)).toMatchObject({ lastStatus: 'STOPPED', exitCode: 137 });
  world.observed = undefined;
  expect(await tasks.describeTask(address)).toMatchObject({ lastStatus: 'STOPPED' });
  await tasks.runConsumer({ ...launch, launchId: 'r7-g3-l3', placement: 'pooled' });
  expect(await tasks.describeTask(address)).toMatchObject({ lastStatus: 'STOPPED' });
});

test('one that still waits is gone as soon as it is stopped', async () => {
  const { tasks, slots } = createWorld();
  const address = await tasks.runConsumer({ ...launch, placement: 'pooled' });
  await tasks.stopTask(address, 'why');
  expect(slots.size).toBe(0);
  expect(await tasks.describeTask(address)).toMatchObject({ lastStatus: 'STOPPED' });
});
