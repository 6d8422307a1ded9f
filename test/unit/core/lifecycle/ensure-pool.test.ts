import { expect, test } from '@jest/globals';
import type { PoolTask } from '#core/contracts/pool.ts';
import { poolCapacity } from '#core/contracts/pool.ts';
import { decidePool, ensurePool, fitPool, isPoolTaskSpare } from '#core/lifecycle/ensure-pool.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryPool } from '../../../kit/memory-pool.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const at = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

const poolTask = (poolTaskId: string, change: Partial<PoolTask> = {}): PoolTask => ({
  poolTaskId,
  launchedAt: at(-3600),
  capacity: 10,
  leasedUntil: at(20),
  held: 0,
  revision: 4,
  ...change,
});
const waiting = (count: number, revision?: number) =>
  Array.from({ length: count }, () => (revision === undefined ? {} : { revision }));

test('as many are launched as what waits needs beyond the room there is', () => {
  expect(decidePool([], waiting(1), 10, now)).toEqual({ launches: 1 });
  expect(decidePool([poolTask('p1', { held: 9 })], waiting(1), 10, now)).toEqual({ launches: 0 });
  expect(decidePool([poolTask('p1', { held: 9 })], waiting(12), 10, now)).toEqual({ launches: 2 });
  expect(decidePool([], waiting(1_000), 10, now)).toEqual({ launches: 5 });
  expect(decidePool([], [], 10, now)).toEqual({ launches: 0 });
});

test('one that was launched a moment ago counts, and one that never spoke or has ended does not', () => {
  const { leasedUntil: _lease, revision: _revision, ...silent } = poolTask('p1', { launchedAt: at(-30) });
  expect(decidePool([silent], waiting(1), 10, now).launches).toBe(0);
  expect(decidePool([{ ...silent, launchedAt: at(-600) }], waiting(1), 10, now).launches).toBe(1);
  expect(decidePool([poolTask('p1', { leasedUntil: at(-1) })], waiting(1), 10, now).launches).toBe(1);
  expect(decidePool([poolTask('p1', { drain: true })], waiting(1), 10, now).launches).toBe(1);
});

test('what asks for a newer image finds no room in pool tasks of an older one', () => {
  expect(decidePool([poolTask('p1')], waiting(1, 5), 10, now).launches).toBe(1);
  expect(decidePool([poolTask('p1', { revision: 5 })], waiting(1, 5), 10, now).launches).toBe(0);
});

test('the emptiest is given up only where the others have room for it and for a quarter more', () => {
  const full = poolTask('p1', { held: 7 });
  expect(decidePool([full, poolTask('p2', { held: 2 })], [], 10, now).drain).toBeUndefined();
  expect(
    decidePool([poolTask('p1', { held: 5 }), poolTask('p2', { held: 2 })], [], 10, now).drain?.poolTaskId,
  ).toBe('p2');
  expect(decidePool([poolTask('p1')], [], 10, now).drain).toBeUndefined();
  // An older image must not take what a newer one gives back.
  expect(
    decidePool([poolTask('p1', { held: 5, revision: 3 }), poolTask('p2')], [], 10, now).drain,
  ).toBeUndefined();
});

test('an idle pool task is spare when another one has room', () => {
  const own = poolTask('p1');
  expect(isPoolTaskSpare(own, [own], now)).toBe(false);
  expect(isPoolTaskSpare(own, [own, poolTask('p2', { held: 10 })], now)).toBe(false);
  expect(isPoolTaskSpare(own, [own, poolTask('p2')], now)).toBe(true);
});

test('the capacity follows the memory, within what one vCPU can do', () => {
  expect([512, 1_024, 2_048, 4_096, 30_720].map(poolCapacity)).toEqual([1, 32, 96, 200, 200]);
});

const createWorld = () => {
  const memory = createMemoryPool();
  const launched: string[] = [];
  const ended = new Set<string>();
  const clock = createManualClock(now.toISOString());
  const ports = {
    store: memory.pool,
    poolTasks: {
      runPoolTask: async (poolTaskId: string) => {
        launched.push(poolTaskId);
        return { taskArn: `arn:${poolTaskId}`, taskDefinition: 'arn:task-definition/worker:7' };
      },
    },
    tasks: { describeTask: async (arn: string) => ({ lastStatus: ended.has(arn) ? 'STOPPED' : 'RUNNING' }) },
    capacity: 10,
    clock,
    log: createRecordingLog(),
  };
  const add = (replicationId: number) =>
    memory.pool.addSlot({ clientId: 1, replicationId, launchId: `r${replicationId}-g1-l1` });
  return { ...memory, launched, ended, ports, add };
};

test('callers at the same time launch one pool task for what all of them need', async () => {
  const { ports, launched, add, tasks } = createWorld();
  await Promise.all([add(1), add(2), add(3)]);
  await Promise.all([ensurePool(ports), ensurePool(ports), ensurePool(ports)]);
  expect(launched).toEqual(['p1']);
  expect(tasks.get('p1')).toMatchObject({ taskArn: 'arn:p1', revision: 7, capacity: 10 });
});

test('one that ECS calls ended has no room, however long its lease still lasts', async () => {
  const { ports, launched, ended, add, tasks } = createWorld();
  tasks.set('p9', poolTask('p9', { taskArn: 'arn:p9' }));
  await add(1);
  await ensurePool(ports);
  expect(launched).toEqual([]);
  ended.add('arn:p9');
  await ensurePool(ports);
  expect(launched).toEqual(['p1']);
});

test('a launch that fails leaves no pool task on record', async () => {
  const { ports, add, tasks } = createWorld();
  await add(1);
  const failing = { ...ports, poolTasks: { runPoolTask: () => Promise.reject(new Error('no capacity')) } };
  await expect(ensurePool(failing)).rejects.toThrow('no capacity');
  expect([...tasks.keys()]).toEqual([]);
});

test('the health check tells the one that is not needed to give back what it holds', async () => {
  const { ports, tasks } = createWorld();
  tasks.set('p1', poolTask('p1', { held: 3 }));
  tasks.set('p2', poolTask('p2', { held: 1 }));
  await fitPool(ports);
  expect([tasks.get('p1')?.drain, tasks.get('p2')?.drain]).toEqual([undefined, true]);
});
