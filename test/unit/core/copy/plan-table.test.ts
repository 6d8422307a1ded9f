import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunkMinBytes, chunksForBalance, chunkTargetBytes } from '#core/contracts/copy.ts';
import { chooseCopier, estimateRows, lambdaCopyMaxBytes, planChunks } from '#core/copy/plan-table.ts';
import { createFakeSource, sampleTable } from '../../../kit/databases.ts';

const plan = (estimatedRows: number, bytes: number, actualRows: number) => {
  const table = sampleTable('t', { estimatedRows, bytes });
  return planChunks(createFakeSource([table], { t: actualRows }).database, table);
};

test('chunks cover the key without a gap or an overlap, and are open at both ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -1, max: 500_000 }),
      fc.integer({ min: 0, max: 400_000_000 }),
      fc.integer({ min: 0, max: 500_000 }),
      async (estimatedRows, bytes, actualRows) => {
        const chunks = await plan(estimatedRows, bytes, actualRows);
        expect(chunks.map(({ chunkNumber }) => chunkNumber)).toEqual([...chunks.keys()]);
        expect(chunks[0]?.after).toBeUndefined();
        expect(chunks.at(-1)?.upTo).toBeUndefined();
        for (const [index, { upTo }] of chunks.slice(0, -1).entries()) {
          expect(chunks[index + 1]?.after).toEqual(upTo);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a chunk has about the intended bytes', async () => {
  const rowBytes = 128;
  const rows = 8_000_000;
  const chunks = await plan(rows, rows * rowBytes, rows);
  expect(chunks).toHaveLength(Math.ceil((rows * rowBytes) / chunkTargetBytes));
});

test('a smaller table has enough chunks for all pipes to end together, and a small one no tiny chunks', async () => {
  const rowBytes = 128;
  const perChunk = chunkMinBytes / rowBytes;
  const planOf = (rows: number) => plan(rows, rows * rowBytes, rows);
  expect(await planOf(100 * perChunk)).toHaveLength(chunksForBalance);
  expect(await planOf(chunksForBalance * perChunk)).toHaveLength(chunksForBalance);
  expect(await planOf(5 * perChunk)).toHaveLength(5);
  expect(await planOf(perChunk / 2)).toHaveLength(1);
});

test('a table without statistics gets chunks of about the intended bytes, too', async () => {
  const rowBytes = 128;
  const rows = 8_000_000;
  const chunks = await plan(-1, rows * rowBytes, rows);
  expect(chunks.length).toBeGreaterThanOrEqual(Math.floor((rows * rowBytes) / chunkTargetBytes));
  expect(chunks.length).toBeLessThanOrEqual(Math.ceil((1.5 * rows * rowBytes) / chunkTargetBytes) + 1);
});

test('statistics from before a table was filled neither make a chunk of each row nor one of all', async () => {
  const rowBytes = 800;
  const rows = 1_000_000;
  const chunks = await plan(1, rows * rowBytes, rows);
  const ideal = (rows * rowBytes) / chunkTargetBytes;
  expect(chunks.length).toBeGreaterThanOrEqual(ideal / 2);
  expect(chunks.length).toBeLessThanOrEqual(ideal * 2);
});

test('rows that are bigger than a chunk are chunks of their own', async () => {
  expect(await plan(3, 3 * 2 * chunkTargetBytes, 3)).toHaveLength(3);
});

test('an empty table is one chunk', async () => {
  expect(await plan(0, 0, 0)).toEqual([{ chunkNumber: 0 }]);
  expect(await plan(-1, 0, 0)).toEqual([{ chunkNumber: 0 }]);
});

test.each([
  ['small', 100_000, 10_000_000, 'lambda'],
  ['one row too many', 100_001, 10_000_000, 'fargate'],
  ['few rows, but too wide for the time of a Lambda', 1_000, lambdaCopyMaxBytes + 1, 'fargate'],
  ['never analysed and small', -1, 1_000_000, 'lambda'],
  ['never analysed and big', -1, 40_000_000, 'fargate'],
] as const)('where a table is copied: %s', (_name, estimatedRows, bytes, copier) => {
  expect(chooseCopier({ estimatedRows, bytes })).toBe(copier);
});

test('the rows of a table that was never analysed are estimated from its size', () => {
  expect(estimateRows({ estimatedRows: -1, bytes: 1_000 })).toBe(10);
  expect(estimateRows({ estimatedRows: 0, bytes: 8_192 })).toBe(0);
});
