import { expect, test } from '@jest/globals';
import { createChunkReader } from '#adapters/oracle/source/chunk-reader.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import { columnOf, tableOf } from '../../../core/databases/oracle/column-samples.ts';
import { createFakePool, oracleFailure } from '../fake-pool.ts';

const id = columnOf('NUMBER', { precision: 8, scale: 2 }, { name: 'ID', notNull: true });
const note = columnOf('CLOB', {}, { name: 'NOTE' });
const chunk = { chunkNumber: 3, after: ['5'] } as const;

const read = async (
  stream: Parameters<typeof createFakePool>[1],
  table: TableDescription = tableOf([id, note], ['ID']),
  signal: AbortSignal = new AbortController().signal,
) => {
  const fake = createFakePool([], stream);
  const batches: RowBatch[] = [];
  const reading = (async () => {
    for await (const batch of createChunkReader(fake.pool, 'db:1521/ORCL').readChunk(table, chunk, signal)) {
      batches.push(batch);
    }
  })();
  await reading.catch(() => undefined);
  return { fake, batches, reading };
};

test('rows come as canonical texts in the order of the columns', async () => {
  const { batches, fake } = await read(async function* () {
    yield [
      ['1.5', 'text'],
      ['-2', null],
    ];
    yield [['3', '']];
  });
  expect(batches).toEqual([
    {
      rowCount: 2,
      rows: [
        ['1.50', 'text'],
        ['-2.00', null],
      ],
      bytes: 13,
    },
    { rowCount: 1, rows: [['3.00', null]], bytes: 4 },
  ]);
  expect(fake.calls[0]?.values).toEqual(['5']);
  expect(fake.released).toEqual(['kept']);
});

test('a table with LOBs is read in small batches', async () => {
  const sizes: number[] = [];
  const stream = async function* (_statement: unknown, batchRows: number) {
    sizes.push(batchRows);
    yield* [];
  };
  await read(stream);
  await read(stream, tableOf([id], ['ID']));
  expect(sizes).toEqual([32, 1_000]);
});

test('what fails names the chunk and its table, and the connection is not used again', async () => {
  const { reading, fake } = await read(async function* () {
    yield [['1', null]];
    throw oracleFailure('ORA-01555');
  });
  await expect(reading).rejects.toMatchObject({
    code: 'DatabaseConflict',
    message: expect.stringMatching(/^Cannot copy chunk 3 for table SHOP\.ORDERS/),
  });
  expect(fake.released).toEqual(['broken']);
});

test('an abort ends the query with its own reason', async () => {
  const abort = new AbortController();
  const { reading, fake } = await read(
    async function* () {
      yield [['1', null]];
      abort.abort(new Error('stopped'));
      throw oracleFailure('ORA-01013');
    },
    undefined,
    abort.signal,
  );
  await expect(reading).rejects.toThrow('stopped');
  expect(fake.cuts()).toBe(1);
  expect(fake.released).toEqual(['broken']);
});

test('leaving the iteration gives the connection back', async () => {
  const fake = createFakePool([], async function* () {
    yield [['1', null]];
    yield [['2', null]];
  });
  const reader = createChunkReader(fake.pool, 'db:1521/ORCL');
  const table = tableOf([id, note], ['ID']);
  for await (const batch of reader.readChunk(table, chunk, new AbortController().signal)) {
    expect(batch.rows).toHaveLength(1);
    break;
  }
  expect(fake.released).toEqual(['broken']);
  await reader.close();
  expect(fake.closes()).toBe(1);
});

test('a value that cannot be represented is no row', async () => {
  const { reading } = await read(async function* () {
    yield [['1.234', null]];
  });
  await expect(reading).rejects.toMatchObject({ code: 'ValueRejected' });
});
