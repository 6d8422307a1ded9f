import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TableProgress } from '#core/contracts/copy.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import { tablesOfLane } from '#core/copy/lanes.ts';

const planned = (table: string, estimatedBytes: number): TableProgress => ({
  source: { schema: 'public', table },
  target: { schema: 'public', table },
  generation: 1,
  state: 'pending',
  estimatedRows: 1,
  estimatedBytes,
  chunks: 1,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
});

test('each table is in one lane, and the division does not depend on order or progress', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.nat(4_000_000_000)), {
        selector: ([name]) => name,
      }),
      fc.integer({ min: 1, max: 4 }),
      (sizes, lanes) => {
        const tables = sizes.map(([name, bytes]) => planned(name, bytes));
        const divide = (list: readonly TableProgress[]) =>
          Array.from({ length: lanes }, (_unused, lane) =>
            tablesOfLane(list, { lane, lanes }).map(({ source }) => tableKey(source)),
          );
        const divided = divide(tables);
        expect(divided.flat().toSorted()).toEqual(tables.map(({ source }) => tableKey(source)).toSorted());
        const later = tables
          .toReversed()
          .map((table) => ({ ...table, chunksDone: 1, state: 'copying' as const }));
        expect(divide(later)).toEqual(divided);
      },
    ),
  );
});

test('lanes get about the same: one big table alone, many small ones spread', () => {
  const tables = [
    planned('big', 300_000_000),
    ...Array.from({ length: 90 }, (_unused, index) => planned(`t${index}`, 10_000_000)),
  ];
  const bytes = [0, 1, 2, 3].map((lane) =>
    tablesOfLane(tables, { lane, lanes: 4 }).reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0),
  );
  expect(bytes).toEqual([300_000_000, 300_000_000, 300_000_000, 300_000_000]);
  const empty = Array.from({ length: 100 }, (_unused, index) => planned(`e${index}`, 0));
  expect(tablesOfLane(empty, { lane: 2, lanes: 4 })).toHaveLength(25);
});
