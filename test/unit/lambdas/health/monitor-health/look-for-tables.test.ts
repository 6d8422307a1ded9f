import { expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import { lookForTables } from '../../../../../lambdas/health/monitor-health/look-for-tables.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../../kit/recording-log.ts';

const replicationOf = (replicationId: number, sourceDatabaseId: number): Replication =>
  sampleReplication({
    ...{ replicationId, sourceDatabaseId, status: 'active', newTables: { include: ['public.*'] } },
    schemaPolicy: { kinds: { 'create-table': 'auto' } },
  });

type Add = (replication: Replication, signal: AbortSignal) => Promise<number>;

const createWorld = (add: Add) => {
  const manual = createManualClock();
  const sleeps: number[] = [];
  /** Others wait at the same time, so that a wait moves it no further. */
  const clock = {
    ...{ now: manual.now, advance: manual.advance },
    sleep: async (ms: number, signal?: AbortSignal) => {
      sleeps.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
  const log = createRecordingLog();
  const looks: number[] = [];
  const run = (replications: readonly Replication[], startedMs = clock.now().getTime()) =>
    lookForTables(replications, 'health', startedMs, {
      newTables: {
        add: (replication, _holder, _log, signal) => {
          looks.push(replication.replicationId);
          return add(replication, signal);
        },
      },
      clock,
      logFor: () => log,
    });
  return { run, looks, sleeps, clock, log };
};

test('a source that does not answer holds up no other, and adds nothing when it answers after all', async () => {
  let late: AbortSignal | undefined;
  const { run, looks, log, sleeps } = createWorld((replication, signal) => {
    if (replication.replicationId !== 1) return Promise.resolve(1);
    late = signal;
    return new Promise(() => {});
  });
  const all = Array.from({ length: 60 }, (_unused, index) => replicationOf(index + 1, index + 1));
  expect(await run(all)).toBe(59);
  expect(looks.toSorted((a, b) => a - b)).toEqual(all.map(({ replicationId }) => replicationId));
  expect(late?.aborted).toBe(true);
  expect(log.lines).toEqual([expect.stringMatching(/^warn: Could not look for new tables/)]);
  expect(sleeps.every((ms) => ms === 15_000)).toBe(true);
});

test('replications of one source are looked at one after the other, and a failure of one is its own', async () => {
  let atOnce = 0;
  let most = 0;
  const { run, looks, log } = createWorld(async ({ replicationId }) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await Promise.resolve();
    atOnce -= 1;
    if (replicationId === 2) throw new Error('the target is away');
    return 1;
  });
  expect(await run([1, 2, 3, 4].map((id) => replicationOf(id, 5)))).toBe(3);
  expect(most).toBe(1);
  expect(looks).toHaveLength(4);
  expect(log.lines).toHaveLength(1);
});

test('those for which there was no time are among the first of a later check', async () => {
  const { run, looks, clock } = createWorld(async () => {
    clock.advance(20_000);
    return 0;
  });
  const all = Array.from({ length: 5 }, (_unused, index) => replicationOf(index + 1, 5));
  const first = new Set<number>();
  for (let minute = 0; minute < 5; minute += 1) {
    const before = looks.length;
    await run(all);
    expect(looks.length - before).toBe(2);
    first.add(looks[before] ?? 0);
    clock.advance(20_000);
  }
  expect(first.size).toBe(5);
});

test('one that takes no new tables is not looked at', async () => {
  const { run, looks } = createWorld(async () => 0);
  const { newTables: _none, ...without } = replicationOf(1, 1);
  expect(await run([without, { ...replicationOf(2, 1), status: 'paused' }])).toBe(0);
  expect(looks).toEqual([]);
});
