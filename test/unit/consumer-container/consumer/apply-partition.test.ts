import { expect, test } from '@jest/globals';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { formatLsn } from '#core/databases/postgresql/source/log-position.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog, createRecordingMeters } from '#test/kit/recording-log.ts';
import { accounts, keyChange, record, unavailable } from '#test/unit/core/apply/sample-events.ts';
import { applyPartition } from '../../../../consumer-container/consumer/apply-partition.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';
import { Troubles } from '../../../../consumer-container/consumer/troubles.ts';
import { wholeTaskLimits } from '../../../../consumer-container/consumer/work-limits.ts';
import { WorkSlots } from '../../../../consumer-container/consumer/work-slots.ts';
import { FakeSession, FakeTarget, idleFollower, labels, noDeadLetters, topic, unreachable } from './fakes.ts';

const inserts = (count: number): readonly FeedRecord[] =>
  Array.from({ length: count }, (_, index) =>
    record(index, { op: 'c', after: { id: index, balance: 1, note: 'x' }, lsn: 8 * (index + 1) }),
  );

const setUp = (
  records: readonly FeedRecord[],
  options: { verify?: MillraceError; wasHeld?: boolean } = {},
) => {
  const session = new FakeSession(records);
  const target = new FakeTarget();
  const clock = createManualClock();
  const log = createRecordingLog();
  const reread: unknown[] = [];
  const source: SourceRows = {
    readRows: (_table, keys) => {
      reread.push(...keys);
      return Promise.resolve({ rows: new Map([['2', ['2', '7', 'the value there']]]), position: 999 });
    },
  };
  const progress = new Progress(
    [target.checkpoint],
    [{ topic, partition: 0, firstOffset: 0n, endOffset: BigInt(records.length) }],
    clock.now().getTime(),
    formatLsn,
  );
  const meters = createRecordingMeters();
  const troubles = new Troubles(clock, labels, (hop) => meters.countRetry(hop));
  const held: string[] = [];
  const reasons: string[] = [];
  const holding = new AbortController();
  const largeEvents = new WorkSlots(1);
  const run = () =>
    applyPartition(session, {
      judgeOf: () => undefined,
      follower: idleFollower,
      held: {
        signalOf: () => holding.signal,
        wasHeld: () => options.wasHeld === true,
        holdTopic: async (heldTopic, _tables, { code, message }) => {
          held.push(`${heldTopic}: ${code}`);
          reasons.push(message);
          holding.abort();
        },
      },
      target: target as never,
      source,
      readSource: postgresSourceDialect.capture.readEventSource,
      tablesOf: () => new Map([['public.accounts', accounts]]),
      isLive: () => true,
      epoch: 1,
      verifyPosition: () =>
        options.verify === undefined ? Promise.resolve() : Promise.reject(options.verify),
      progress,
      deadLetters: noDeadLetters(),
      troubles,
      meters,
      limits: wholeTaskLimits,
      slots: new WorkSlots(),
      largeEvents,
      clock,
      log,
    });
  return { session, target, clock, log, progress, troubles, meters, reread, held, reasons, largeEvents, run };
};

const offsetsOf = (target: FakeTarget) =>
  target.applied.map(({ expectedOffset, nextOffset }) => [Number(expectedOffset), Number(nextOffset)]);

test('begins at the checkpoint and applies batches in an unbroken chain', async () => {
  const { session, target, progress, run } = setUp(inserts(5));
  target.checkpoint = { ...target.checkpoint, nextOffset: 1n };
  await run();
  expect(session.sought).toEqual([1]);
  expect(offsetsOf(target)).toEqual([
    [1, 3],
    [3, 5],
  ]);
  expect(progress.counts.inserts).toBe(4);
  expect(progress.sourcePosition).toBe('0/28');
  expect(progress.lagEvents).toBe(0);
  expect(session.shown.at(-1)).toBe(5n);
});

test('repeats a transient failure from the checkpoint for as long as it lasts, at least once a minute', async () => {
  const { session, target, clock, troubles, run } = setUp(inserts(2));
  target.outcomes.push(...Array.from({ length: 8 }, () => unreachable));
  const since = clock.now();
  const { apply } = target;
  const seen: unknown[] = [];
  target.apply = (batch) => {
    seen.push(troubles.oldest);
    return apply(batch);
  };
  await run();
  expect(clock.sleeps).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(session.sought).toEqual(Array.from({ length: 9 }, () => 0));
  expect(target.applied).toHaveLength(1);
  expect(seen.at(-1)).toEqual({ error: unreachable, hop: 'target', since });
  expect(troubles.size).toBe(0);
});

test('measures each batch that the target has committed, and counts each retry at its hop', async () => {
  const { target, meters, run } = setUp(inserts(3));
  target.outcomes.push(unreachable, unreachable);
  await run();
  expect(meters.retries).toEqual(['target', 'target']);
  expect(meters.batches.map(({ events }) => events)).toEqual([2, 1]);
});

test('a batch that was applied starts the count of failures again', async () => {
  const { target, clock, troubles, run } = setUp(inserts(4));
  target.outcomes.push(unreachable, unreachable, 'applied', unreachable);
  await run();
  expect(clock.sleeps).toEqual([2_000, 4_000, 2_000]);
  expect(offsetsOf(target)).toEqual([
    [0, 2],
    [2, 4],
  ]);
  expect(troubles.size).toBe(0);
});

test('a COMMIT whose answer was lost is not repeated', async () => {
  const { target, session, run } = setUp(inserts(4));
  target.outcomes.push('lost-commit');
  await run();
  expect(session.sought).toEqual([0, 2]);
  expect(offsetsOf(target)).toEqual([
    [0, 2],
    [2, 4],
  ]);
});

test('an event that is larger than a batch waits until no other such event is under way', async () => {
  const large = record(0, { op: 'c', after: { id: 0, balance: 1, note: 'x'.repeat(9_000_000) }, lsn: 8 });
  const { target, largeEvents, run } = setUp([large]);
  const other = (): void => undefined;
  await largeEvents.acquire(other);
  const running = run();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(target.applied).toEqual([]);
  largeEvents.release(other);
  await running;
  expect(offsetsOf(target)).toEqual([[0, 1]]);
});

test('an error that repeating does not cure ends it at once', async () => {
  const { target, clock, run } = setUp(inserts(2));
  target.outcomes.push(new MillraceError('PermissionDenied', 'no'));
  await expect(run()).rejects.toMatchObject({ code: 'PermissionDenied' });
  expect(clock.sleeps).toEqual([]);
});

test('an error of one table holds the table and ends nothing', async () => {
  const { session, target, clock, held, run } = setUp(inserts(2));
  target.outcomes.push(new MillraceError('ConstraintViolated', 'no'));
  await run();
  expect(held).toEqual([`${topic}: ConstraintViolated`]);
  expect(session.hasLeft).toBe(true);
  expect(clock.sleeps).toEqual([]);
  expect(target.checkpoint.nextOffset).toBe(0n);
});

test('a table is held exactly before the record that cannot be decoded', async () => {
  const unknownColumn = record(3, { op: 'c', after: { id: 3, balance: 1, note: 'x', more: 1 }, lsn: 80 });
  const { target, held, run } = setUp([...inserts(3), unknownColumn]);
  await run();
  expect(held).toEqual([`${topic}: SchemaMismatch`]);
  expect(target.checkpoint.nextOffset).toBe(3n);
});

test.each(['public.accounts', 'public.shop_accounts'])(
  'a right that is missing on the table itself, as %s, holds it and ends nothing',
  async (table) => {
    const { target, held, run } = setUp(inserts(3));
    target.outcomes.push(new MillraceError('PermissionDenied', 'permission denied', { facts: { table } }));
    await run();
    expect(held).toEqual([`${topic}: PermissionDenied`]);
    expect(target.checkpoint.nextOffset).toBe(0n);
  },
);

const orphan = new MillraceError('ConstraintViolated', 'a row violates a foreign key.', {
  facts: { isForeignKey: true },
});

test('a row whose parent has not come yet waits for it, one event by itself', async () => {
  const { target, clock, session, run } = setUp(inserts(2));
  target.outcomes.push(...Array.from({ length: 14 }, () => orphan));
  await run();
  expect(clock.sleeps).toEqual([100, 200]);
  expect(session.sought).toHaveLength(15);
  expect(target.applied.at(-1)?.nextOffset).toBe(2n);
});

test('a row whose parent never comes holds the table and says so', async () => {
  const { target, clock, held, reasons, run } = setUp(inserts(2));
  target.outcomes.push(...Array.from({ length: 100 }, () => orphan));
  await run();
  expect(held).toEqual([`${topic}: ConstraintViolated`]);
  expect(reasons[0]).toContain('waited for at least 60 s, and until every other table');
  expect(clock.sleeps.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(60_000);
});

test('nothing is read when the checkpoint belongs to another, or events are missing', async () => {
  const fenced = setUp(inserts(2));
  fenced.target.readError = new MillraceError('Fenced', 'another');
  await expect(fenced.run()).rejects.toMatchObject({ code: 'Fenced' });
  expect(fenced.session.sought).toEqual([]);
  const lost = setUp(inserts(2), { verify: new MillraceError('NeedsResync', 'lost') });
  await expect(lost.run()).rejects.toMatchObject({ code: 'NeedsResync' });
  // A table that waited for a person is held, and the others go on.
  const waited = setUp(inserts(2), { verify: new MillraceError('NeedsResync', 'lost'), wasHeld: true });
  await waited.run();
  expect([waited.held, waited.target.applied]).toEqual([[`${topic}: EventsExpired`], []]);
  expect(lost.session.sought).toEqual([]);
});

test('a rebalance in the middle ends quietly after the batch under way', async () => {
  const { session, target, clock, run } = setUp(inserts(8));
  const apply = target.apply;
  target.apply = (batch) => {
    session.end();
    return apply(batch);
  };
  target.outcomes.push('applied', unreachable);
  await run();
  expect(target.applied.length).toBeGreaterThan(0);
  expect(clock.sleeps).toEqual([]);
});

test('a key change that the target cannot do is done with the row of the source, once', async () => {
  const records = keyChange(0, { id: 1 }, { id: 2, balance: 5, note: unavailable }, 80);
  const { target, reread, log, run } = setUp(records);
  target.outcomes.push('row-missing');
  await run();
  expect(reread).toEqual([['2', '5', undefined]]);
  expect(target.applied).toMatchObject([
    {
      rereadPosition: 999,
      changes: [
        {
          events: [
            { kind: 'delete', key: '1' },
            { kind: 'upsert', row: ['2', '7', 'the value there'] },
          ],
        },
      ],
    },
  ]);
  expect(log.lines.join()).not.toContain('the value there');
});

test('both halves of a key change are applied in one batch, however they arrive', async () => {
  const first = record(0, { op: 'c', after: { id: 1, balance: 1, note: 'x' }, lsn: 8 });
  const { target, run } = setUp([first, ...keyChange(1, { id: 1 }, { id: 2, balance: 5, note: 'y' }, 80)]);
  await run();
  expect(offsetsOf(target)).toEqual([
    [0, 1],
    [1, 3],
  ]);
});

test('records that came again are counted with the next batch', async () => {
  const { session, target, progress, run } = setUp(inserts(2));
  session.duplicates = 3;
  await run();
  expect(target.applied[0]?.counts.duplicatesSkipped).toBe(3);
  expect(progress.counts.duplicatesSkipped).toBe(3);
});
