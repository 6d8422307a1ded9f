import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import { describeCopy } from '#core/status/copy-progress.ts';

const start = '2026-03-01T12:00:00.000Z';
const after = (seconds: number): Date => new Date(Date.parse(start) + seconds * 1_000);
const ref = (name: string) => ({ schema: 'public', table: name });
const mapping = (name: string) => ({ source: ref(name), target: ref(`t_${name}`) });
const table = (name: string, change: Partial<TableProgress> = {}): TableProgress => ({
  ...mapping(name),
  generation: 1,
  state: 'copying',
  estimatedRows: 100,
  estimatedBytes: 1_000,
  chunks: 10,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
  startedAt: start,
  ...change,
});

test('a table that nothing is stored of is pending', () => {
  const copy = describeCopy({ tables: [mapping('a')] }, [], after(0));
  expect(copy).toMatchObject({ percent: 0, rowsPerSecond: undefined, secondsLeft: undefined });
  expect(copy.tables[0]).toMatchObject({ state: 'pending', percent: 0, runsOn: undefined });
});

test('tables come in the order of the replication, and those of others are left out', () => {
  const copy = describeCopy(
    { tables: [mapping('b'), mapping('a')] },
    [table('a'), table('x'), table('b')],
    after(1),
  );
  expect(copy.tables.map(({ source }) => source.table)).toEqual(['b', 'a']);
});

test('rate and time left follow from the chunks that are done', () => {
  const copy = describeCopy(
    { tables: [mapping('a')] },
    [table('a', { chunksDone: 2, rowsCopied: 50, bytesCopied: 4_000, slowestChunk: 1, slowestChunkMs: 900 })],
    after(4),
  );
  const rates = { percent: 20, rowsPerSecond: 12.5, bytesPerSecond: 1_000, secondsLeft: 16 };
  expect(copy.tables[0]).toMatchObject({ ...rates, slowestChunk: { number: 1, durationMs: 900 } });
  expect(copy).toMatchObject(rates);
});

test('what was applied of a table is told once a consumer has told it', () => {
  const counts = { inserts: 3, updates: 2, deletes: 0, lastChangeAt: start };
  const copy = describeCopy(
    { tables: [mapping('a'), mapping('b')] },
    [table('a', counts), table('b')],
    after(4),
  );
  expect(copy.tables.map(({ applied }) => applied)).toEqual([counts, undefined]);
});

test('a copy is 100 percent only when it has ended', () => {
  const done = { chunksDone: 10, rowsCopied: 100 };
  const open = describeCopy({ tables: [mapping('a')] }, [table('a', done)], after(10));
  expect([open.percent, open.tables[0]?.percent]).toEqual([99.9, 99.9]);
  for (const state of ['catching-up', 'live'] as const) {
    const ended = describeCopy(
      { tables: [mapping('a')] },
      [table('a', { ...done, state, finishedAt: after(10).toISOString() })],
      after(3_600),
    );
    expect(ended).toMatchObject({ percent: 100, secondsLeft: 0, rowsPerSecond: 10 });
    expect(ended.tables[0]).toMatchObject({ percent: 100, secondsLeft: 0, rowsPerSecond: 10 });
  }
});

test('big tables weigh more than small ones', () => {
  const copy = describeCopy(
    { tables: [mapping('big'), mapping('small')] },
    [
      table('big', { estimatedBytes: 9_000 }),
      table('small', { state: 'live', chunksDone: 10, rowsCopied: 10, finishedAt: start }),
    ],
    after(1),
  );
  expect(copy.percent).toBe(10);
});

test('empty tables count as copied', () => {
  const empty = { estimatedBytes: 0, estimatedRows: 0, chunks: 0, state: 'live' as const, finishedAt: start };
  const copy = describeCopy({ tables: [mapping('a')] }, [table('a', empty)], after(5));
  expect(copy).toMatchObject({ percent: 100, secondsLeft: 0, rowsCopied: 0 });
});

test('a skipped table is shown with its reason and counts for nothing', () => {
  const skipped = table('a', { state: 'skipped', chunks: 0, message: 'It had rows.' });
  const both = describeCopy(
    { tables: [mapping('a'), mapping('b')] },
    [skipped, table('b', { state: 'live' })],
    after(1),
  );
  expect(both.percent).toBe(100);
  expect(both.tables[0]).toMatchObject({ state: 'skipped', message: 'It had rows.', percent: 0 });
  const alone = describeCopy({ tables: [mapping('a')] }, [skipped], after(1));
  expect(alone).toMatchObject({ percent: 0, secondsLeft: undefined });
});

test('a clock that is behind the start gives no negative rate', () => {
  const copy = describeCopy(
    { tables: [mapping('a')] },
    [table('a', { chunksDone: 1, rowsCopied: 5 })],
    after(-60),
  );
  // A copy is taken to have lasted a millisecond at least, so 5 rows of it are 5,000 a second.
  expect(copy.tables[0]).toMatchObject({ rowsPerSecond: 5_000, secondsLeft: 0 });
});
