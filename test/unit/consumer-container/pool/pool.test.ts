import { afterEach, expect, test } from '@jest/globals';
import type { PoolSlot, PoolTask } from '#core/contracts/pool.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { Pool, type PoolEnd } from '../../../../consumer-container/pool/pool.ts';
import { createMemoryPool } from '../../../kit/memory-pool.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

/** Of the pools that a test has begun; none may go on after its end. */
const stops: AbortController[] = [];
const runs: Promise<unknown>[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await Promise.all(runs.splice(0));
});

/** A clock of which each sleep is a turn of the event loop, and moves the time. */
const createTurningClock = () => {
  let nowMs = Date.parse('2026-03-01T12:00:00.000Z');
  return {
    now: () => new Date(nowMs),
    sleep: async (ms: number, signal?: AbortSignal) => {
      if (signal?.aborted) throw signal.reason;
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

const createWorld = (own: Partial<PoolTask> = {}) => {
  const memory = createMemoryPool();
  const clock = createTurningClock();
  const log = createRecordingLog();
  const running = new Map<string, () => void>();
  const started: string[] = [];
  const ended: string[] = [];
  const failures = new Map<string, Error>();
  const attempts: number[] = [];
  const store = Object.assign(memory.pool, {
    addHealAttempt: async (replicationId: number) => void attempts.push(replicationId),
  });
  const poolTask = (poolTaskId: string, change: Partial<PoolTask> = {}): PoolTask => ({
    poolTaskId,
    capacity: 3,
    launchedAt: clock.now().toISOString(),
    revision: 4,
    ...change,
  });
  memory.tasks.set('p1', poolTask('p1', own));
  const runSlot = async ({ launchId }: PoolSlot, stop: AbortSignal): Promise<void> => {
    started.push(launchId);
    const failure = failures.get(launchId);
    if (failure !== undefined) throw failure;
    await new Promise<void>((resolve) => {
      running.set(launchId, resolve);
      if (stop.aborted) resolve();
      stop.addEventListener('abort', () => resolve());
    });
    running.delete(launchId);
    ended.push(launchId);
  };
  const add = async (replicationId: number, change: Partial<PoolSlot> = {}) => {
    const launchId = `r${replicationId}-g1-l1`;
    memory.launches.set(replicationId, { launchId, launchedAt: 'x', generation: 1 });
    await memory.pool.addSlot({ clientId: 1, replicationId, launchId, ...change });
  };
  const stop = new AbortController();
  let end: PoolEnd | undefined;
  const begin = () => {
    stops.push(stop);
    runs.push(
      new Pool('p1', { store, runSlot, clock, log }).run(stop.signal).then((result) => {
        end = result;
      }),
    );
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 2_000 && !holds(); turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(holds()).toBe(true);
  };
  return {
    ...memory,
    attempts,
    add,
    begin,
    clock,
    ended,
    failures,
    log,
    poolTask,
    running,
    started,
    stop,
    until,
    end: () => end,
  };
};

test('claims what waits, as far as it has room', async () => {
  const world = createWorld();
  for (const id of [1, 2, 3, 4]) await world.add(id);
  world.begin();
  await world.until(() => world.running.size === 3);
  expect(world.tasks.get('p1')).toMatchObject({ held: 3 });
  expect((await world.pool.listWaitingSlots(9)).map(({ replicationId }) => replicationId)).toEqual([4]);
  world.running.get('r2-g1-l1')?.();
  await world.until(() => world.started.includes('r4-g1-l1'));
  expect(world.slots.get(2)).toBeUndefined();
});

test('one that is stopped drains, and the others go on', async () => {
  const world = createWorld();
  await world.add(1);
  await world.add(2);
  world.begin();
  await world.until(() => world.running.size === 2);
  await world.pool.stopSlot(1, 'r1-g1-l1');
  await world.until(() => world.slots.get(1) === undefined);
  expect(world.ended).toEqual(['r1-g1-l1']);
  expect([...world.running.keys()]).toEqual(['r2-g1-l1']);
});

test('one that crashes ends alone: its slot is gone, so that healing launches it again', async () => {
  const world = createWorld();
  world.failures.set('r1-g1-l1', new Error('a bug'));
  await world.add(1);
  await world.add(2);
  world.begin();
  await world.until(() => world.slots.get(1) === undefined && world.running.size === 1);
  expect(world.log.lines.join()).toContain('the others go on');
  expect(world.end()).toBeUndefined();
});

test('gives everything back when it is told to end, each by another launch, but not what was stopped', async () => {
  const world = createWorld();
  await world.add(1);
  await world.add(2);
  world.begin();
  await world.until(() => world.running.size === 2);
  world.unwanted.add(2);
  world.stop.abort();
  await world.until(() => world.end() === 'drained');
  expect(world.ended.toSorted()).toEqual(['r1-g1-l1', 'r2-g1-l1']);
  expect(await world.pool.listWaitingSlots(9)).toEqual([
    { clientId: 1, replicationId: 1, launchId: 'r1-g1-l2' },
  ]);
  expect(world.launches.get(1)).toMatchObject({ launchId: 'r1-g1-l2', taskArn: 'pool:r1-g1-l2' });
  expect(world.tasks.size).toBe(0);
});

test('takes over from a pool task that has ended without a word, by another launch', async () => {
  const world = createWorld();
  world.tasks.set('p9', world.poolTask('p9', { leasedUntil: '2026-03-01T11:59:00.000Z' }));
  await world.add(1);
  const [slot] = await world.pool.listWaitingSlots(1);
  if (slot !== undefined) await world.pool.claimSlot(slot, 'p9');
  world.begin();
  await world.until(() => world.running.has('r1-g1-l2'));
  expect(world.slots.get(1)).toMatchObject({ launchId: 'r1-g1-l2', holder: 'p1' });
  expect(world.tasks.has('p9')).toBe(false);
  expect(world.attempts).toEqual([1]);
});

test('ends what it runs once others have what it held', async () => {
  const world = createWorld();
  await world.add(1);
  world.begin();
  await world.until(() => world.running.size === 1);
  world.tasks.delete('p1');
  await world.until(() => world.end() === 'lost');
  expect(world.ended).toEqual(['r1-g1-l1']);
});

test('leaves to a newer image what waits, and does not take what asks for one', async () => {
  const world = createWorld();
  await world.add(1, { revision: 5 });
  await world.add(2);
  world.begin();
  await world.until(() => world.running.has('r2-g1-l1'));
  world.tasks.set('p2', world.poolTask('p2', { revision: 5, leasedUntil: '2027-01-01T00:00:00.000Z' }));
  const before = world.tasks.get('p1')?.leasedUntil;
  await world.until(() => world.tasks.get('p1')?.leasedUntil !== before);
  await world.add(3);
  const then = world.tasks.get('p1')?.leasedUntil;
  await world.until(() => world.tasks.get('p1')?.leasedUntil !== then);
  expect(world.started).toEqual(['r2-g1-l1']);
});

test('ends when there was nothing to do for ten minutes, and after one minute where another one has room', async () => {
  const alone = createWorld();
  alone.begin();
  const begunMs = alone.clock.now().getTime();
  await alone.until(() => alone.end() === 'idle');
  expect(alone.clock.now().getTime() - begunMs).toBeGreaterThanOrEqual(600_000);
  expect(alone.tasks.size).toBe(0);

  const spare = createWorld();
  spare.tasks.set('p2', spare.poolTask('p2', { leasedUntil: '2027-01-01T00:00:00.000Z', held: 0 }));
  spare.begin();
  const spareMs = spare.clock.now().getTime();
  await spare.until(() => spare.end() === 'idle');
  expect(spare.clock.now().getTime() - spareMs).toBeLessThan(120_000);
});

test('a store that does not answer for a while ends nothing', async () => {
  const world = createWorld();
  await world.add(1);
  world.begin();
  await world.until(() => world.running.size === 1);
  const { listSlotsOf } = world.pool;
  let refused = 0;
  world.pool.listSlotsOf = async (id) => {
    refused += 1;
    if (refused < 4) throw new MillraceError('StoreUnavailable', 'no answer');
    return listSlotsOf(id);
  };
  await world.until(() => refused > 5);
  expect([...world.running.keys()]).toEqual(['r1-g1-l1']);
});
