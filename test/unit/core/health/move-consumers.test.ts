import { expect, test } from '@jest/globals';
import type { HealthPoint } from '#core/contracts/health-record.ts';
import type { ConsumerSettings, Replication } from '#core/contracts/replication.ts';
import { decideMove } from '#core/health/move-consumers.ts';
import type { ConsumerObservation } from '#core/health/observation.ts';
import type { HealAttempt } from '#core/ports/state-store.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const minute = 60_000;
const at = (minutesAgo: number): string => new Date(now.getTime() - minutesAgo * minute).toISOString();

/** One point a minute up to now; each applies so many changes a second since the one before. */
const history = (rates: readonly number[], lagMs = 0): readonly HealthPoint[] => {
  let applied = 1_000;
  return [0, ...rates].map((rate, index) => {
    applied += rate * 60;
    return { at: at(rates.length - index), overall: 'healthy', applyLagMs: lagMs, appliedEvents: applied };
  });
};

const running: ConsumerObservation = {
  launch: { launchId: 'r7-g3-l2', launchedAt: at(100), generation: 3 },
  heartbeat: {
    launchId: 'r7-g3-l2',
    epoch: 1,
    state: 'RUNNING',
    beatAt: at(0),
    startedAt: at(100),
    applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  },
  task: { kind: 'seen', value: { lastStatus: 'RUNNING' } },
};
const replication = (consumer: ConsumerSettings, change: Partial<Replication> = {}): Replication =>
  sampleReplication({ status: 'active', consumer, ...change });
const pooled = replication({ placement: 'pooled' });
const movedOut = replication({ placement: 'pooled', movedOut: { since: at(45), reason: 'busy' } });

const moves = (
  one: Replication,
  seen: ConsumerObservation,
  points: readonly HealthPoint[],
  at: Date,
  attempts: readonly HealAttempt[] = [],
) =>
  decideMove(one, seen, points, attempts, at).map((action) =>
    action.kind === 'move-consumer' ? action.to : action.kind,
  );

test('three busy minutes move it out, and less does not', () => {
  expect(moves(pooled, running, history([300, 300, 300]), now)).toEqual(['own']);
  expect(moves(pooled, running, history([300, 100, 300]), now)).toEqual([]);
  expect(moves(pooled, running, history([300, 300]), now)).toEqual([]);
  expect(moves(pooled, running, history([5_000, 0, 0, 0]), now)).toEqual([]);
});

test('being a minute behind counts as busy, whatever the rate', () => {
  expect(moves(pooled, running, history([10, 10, 10], 90_000), now)).toEqual(['own']);
});

test('half an hour of quiet moves it back, and one lively minute keeps it', () => {
  const quiet = Array.from({ length: 31 }, () => 10);
  expect(moves(movedOut, running, history(quiet), now)).toEqual(['pooled']);
  expect(moves(movedOut, running, history([...quiet, 60]), now)).toEqual([]);
  expect(moves(movedOut, running, history(quiet, 20_000), now)).toEqual([]);
  expect(moves(movedOut, running, history(quiet.slice(0, 20)), now)).toEqual([]);
});

test('between the two limits it stays where it is', () => {
  const lively = Array.from({ length: 31 }, () => 120);
  expect(moves(pooled, running, history(lively), now)).toEqual([]);
  expect(moves(movedOut, running, history(lively), now)).toEqual([]);
});

test('one that was moved out a moment ago is not moved back by the quiet before', () => {
  const since = {
    ...movedOut,
    consumer: { ...movedOut.consumer, movedOut: { since: at(5), reason: 'busy' } },
  };
  expect(moves(since, running, history(Array.from({ length: 31 }, () => 1)), now)).toEqual([]);
});

test.each<[string, Replication, ConsumerObservation]>([
  ['one with a task of its own by choice', replication({ placement: 'own' }), running],
  ['one that is paused', replication({ placement: 'pooled' }, { status: 'paused' }), running],
  [
    'one whose tables change',
    replication(
      { placement: 'pooled' },
      { tableChange: { version: 2, state: 'running', resync: [], startedAt: at(1) } },
    ),
    running,
  ],
  [
    'one that waits for its target',
    pooled,
    {
      ...running,
      ...(running.heartbeat !== undefined && {
        heartbeat: { ...running.heartbeat, state: 'RETRYING' as const },
      }),
    },
  ],
  [
    'one whose new launch has not spoken',
    pooled,
    { ...running, launch: { launchId: 'r7-g3-l3', launchedAt: at(0), generation: 3 } },
  ],
])('%s is not moved', (_what, one, seen) => {
  expect(moves(one, seen, history([900, 900, 900], 600_000), now)).toEqual([]);
});

test('one that has ended three times within half an hour runs alone, however quiet it is', () => {
  const restart = { action: 'restart-consumer', at: at(5) };
  expect(moves(pooled, running, [], now, [restart, restart])).toEqual([]);
  expect(moves(pooled, running, [], now, [restart, restart, restart])).toEqual(['own']);
  expect(moves(movedOut, running, [], now, [restart, restart, restart])).toEqual([]);
});
