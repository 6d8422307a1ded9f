import { expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { revisionOf } from '#core/contracts/task-revision.ts';
import {
  chooseUpdates,
  decideUpdate,
  type SeenConsumer,
  updatesAtOnce,
} from '#core/health/update-consumers.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const definition = (revision: number): string =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/millrace-prod-worker:${revision}`;

interface Change extends Partial<Replication> {
  readonly revision?: number;
  readonly beat?: Partial<Heartbeat> | 'none';
  readonly lastStatus?: string;
}

const seen = (replicationId: number, change: Change = {}): SeenConsumer => {
  const { revision = 3, beat = {}, lastStatus = 'RUNNING', ...replication } = change;
  const launch = {
    launchId: `r${replicationId}-g1-l1`,
    taskArn: `arn:${replicationId}`,
    launchedAt: '2026-03-01T11:00:00.000Z',
    generation: 1,
  };
  return {
    replication: sampleReplication({ replicationId, status: 'active', ...replication }),
    consumer: {
      launch,
      heartbeat:
        beat === 'none'
          ? undefined
          : {
              launchId: launch.launchId,
              epoch: 1,
              state: 'RUNNING',
              beatAt: '2026-03-01T11:59:50.000Z',
              startedAt: '2026-03-01T11:00:10.000Z',
              applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
              lagEvents: 0,
              lagMs: 0,
              ...beat,
            },
      task: { kind: 'seen', value: { lastStatus, taskDefinition: definition(revision) } },
    },
  };
};

const chosen = (all: readonly SeenConsumer[]) => {
  const { replications, waitsFor } = chooseUpdates(
    all.map(({ replication }) => replication),
    all,
    4,
    now,
  );
  return waitsFor ?? replications.map(({ replicationId }) => replicationId);
};

const many = (count: number, from: number, change: Change = {}): readonly SeenConsumer[] =>
  Array.from({ length: count }, (_, index) => seen(from + index, change));

test('reads the revision of a task definition', () => {
  expect([definition(12), 'worker', ''].map(revisionOf)).toEqual([12, undefined, undefined]);
});

test('begins with one, and goes on with as many as run the new image already', () => {
  expect(chosen(many(5, 1))).toEqual([1]);
  expect(chosen([...many(1, 1, { revision: 4 }), ...many(4, 2)])).toEqual([2]);
  expect(chosen([...many(2, 1, { revision: 4 }), ...many(9, 3)])).toEqual([3, 4]);
  expect(chosen([...many(50, 1, { revision: 4 }), ...many(90, 51)])).toHaveLength(updatesAtOnce);
  expect(chosen(many(3, 1, { revision: 4 }))).toEqual([]);
});

test('goes on although the target of an updated consumer is away', () => {
  const away = seen(1, { revision: 4, beat: { state: 'RETRYING' } });
  expect(chosen([away, seen(2, { revision: 4 }), ...many(4, 3)])).toEqual([3]);
});

test('leaves alone what is newer than it knows, as during a deployment', () => {
  expect(chosen(many(3, 1, { revision: 5 }))).toEqual([]);
});

test.each<[string, Change]>([
  ['has not spoken yet', { beat: 'none' }],
  ['has not begun', { beat: { state: 'STARTING' } }],
  ['has only found its target away', { beat: { state: 'RETRYING' } }],
  ['is silent', { beat: { beatAt: '2026-03-01T11:50:00.000Z' } }],
])('waits while an updated consumer %s', (_what, change) => {
  expect(chosen([seen(1, { revision: 4, ...change }), ...many(4, 2)])).toBe(
    'the updated consumer of replication 1, which is not at work yet',
  );
});

test('stops when a consumer could not be started: the image may be at fault', () => {
  const failed = sampleReplication({ replicationId: 9, status: 'error', lastErrorCode: 'TaskLaunchFailed' });
  const one = seen(1);
  expect(chooseUpdates([failed, one.replication], [one], 4, now)).toEqual({
    replications: [],
    waitsFor: 'replication 9, whose consumer could not be started',
  });
  // Another cause says nothing about the image.
  const other = { ...failed, lastErrorCode: 'CaptureFailed' };
  expect(chooseUpdates([other, one.replication], [one], 4, now).replications).toEqual([one.replication]);
});

test.each<[string, Change]>([
  ['is not at work', { beat: { state: 'ERROR' } }],
  ['is about to end', { lastStatus: 'STOPPING' }],
  ['is of a replication that starts', { status: 'starting' }],
  ['is of a replication that is stopped', { desired: 'stopped' }],
])('leaves a consumer alone that %s', (_what, change) => {
  const one = seen(1, change);
  expect(chosen([one])).toEqual([]);
  expect(decideUpdate(one.replication, one.consumer, 4, now)).toEqual([]);
});

test('looks again before it acts, and says both revisions', () => {
  const outdated = seen(1);
  expect(decideUpdate(outdated.replication, outdated.consumer, 4, now)).toEqual([
    {
      kind: 'update-consumer',
      reason: 'The consumer ran revision 3 of the task definition; the newest is 4.',
    },
  ]);
  const updated = seen(1, { revision: 4 });
  expect(decideUpdate(updated.replication, updated.consumer, 4, now)).toEqual([]);
});
