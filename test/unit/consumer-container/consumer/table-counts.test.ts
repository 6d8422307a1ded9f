import { expect, test } from '@jest/globals';
import type { AppliedCounts } from '#core/contracts/consumer.ts';
import type { TableCounts, TableProgress } from '#core/contracts/copy.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { Progress } from '../../../../consumer-container/consumer/progress.ts';
import { TableCountsWriter } from '../../../../consumer-container/consumer/table-counts.ts';

const start = '2026-03-01T12:00:00.000Z';
const counts = (inserts: number): AppliedCounts => ({
  ...{ inserts, updates: 1, deletes: 0, truncates: 0, duplicatesSkipped: 9 },
});
const mapping = (table: string) => ({
  source: { schema: 'public', table },
  target: { schema: 'public', table },
});
const topicOf = (table: string): string => `p.public.${table}`;

/** Tables with the counts of their checkpoints. */
const createWorld = (
  tables: Readonly<Record<string, readonly number[]>>,
  stored: Readonly<Record<string, TableCounts>> = {},
) => {
  const clock = createManualClock(start);
  const log = createRecordingLog();
  const written: (readonly [table: string, counts: TableCounts])[] = [];
  const progress = new Progress(
    Object.entries(tables).flatMap(([table, partitions]) =>
      partitions.map((inserts, partition) => ({
        ...{ topic: topicOf(table).replaceAll(' ', '_'), partition, nextOffset: 0n, epoch: 1 },
        counts: counts(inserts),
      })),
    ),
    [],
    clock.now().getTime(),
    String,
  );
  const state = { isAway: false };
  const writer = new TableCountsWriter({
    store: {
      setTableCounts: async (_id, source, told) => {
        if (state.isAway) throw new MillraceError('StoreUnavailable', 'The store is away.');
        written.push([source.table, told]);
      },
    },
    replication: { replicationId: 7, topicPrefix: 'p', tables: Object.keys(tables).map(mapping) },
    progress,
    stored: Object.entries(stored).map(
      ([table, told]) => ({ ...mapping(table), ...told }) as unknown as TableProgress,
    ),
    clock,
    log,
  });
  const apply = (table: string, inserts: number): void =>
    progress.applied(
      { topic: topicOf(table), partition: 0, counts: { ...counts(inserts), updates: 0 } } as PartitionBatch,
      clock.now(),
    );
  return { clock, log, written, state, writer, apply };
};

test('the partitions of a table are summed, and what is stored already is not written again', async () => {
  const { writer, written } = createWorld(
    { a: [3, 4], b: [5] },
    { b: { inserts: 5, updates: 1, deletes: 0, lastChangeAt: start } },
  );
  await writer.write(60_000);
  expect(written).toEqual([['a', { inserts: 7, updates: 2, deletes: 0 }]]);
});

test('tables that share a topic are counted for none of them', async () => {
  const { writer, written } = createWorld({ 'a b': [3], a_b: [], c: [1] });
  await writer.write(0);
  expect(written.map(([table]) => table)).toEqual(['c']);
});

test('a table that was quiet is told of at once, and one that always changes once a minute', async () => {
  const { writer, written, apply, clock } = createWorld({ a: [0] });
  await writer.write(60_000);
  written.length = 0;
  for (let second = 0; second < 130; second += 5) {
    clock.advance(5_000);
    apply('a', 1);
    await writer.write(60_000);
  }
  expect(written.map(([, { inserts }]) => inserts)).toEqual([1, 13, 25]);
  expect(written[1]?.[1].lastChangeAt).toBe('2026-03-01T12:01:05.000Z');
  clock.advance(3_600_000);
  await writer.write(60_000);
  apply('a', 1);
  await writer.write(60_000);
  expect(written.map(([, { inserts }]) => inserts)).toEqual([1, 13, 25, 26]);
  clock.advance(60_000);
  await writer.write(60_000);
  expect(written.at(-1)?.[1].inserts).toBe(27);
});

test('counts that the store did not take are written at the next look', async () => {
  const { writer, written, state, log } = createWorld({ a: [1] });
  state.isAway = true;
  await writer.write(60_000);
  expect([written, log.lines]).toEqual([[], [expect.stringMatching(/^warn: Could not store the counts/)]]);
  state.isAway = false;
  await writer.write(60_000);
  expect(written).toHaveLength(1);
});
