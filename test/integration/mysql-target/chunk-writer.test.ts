import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CanonicalRow, ChunkWriter, RowBatch } from '#core/ports/databases.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

const column = (name: string, baseType: string, isKey = false): ColumnDescription => ({
  name,
  type: baseType,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: isKey,
  isGenerated: false,
});

const source: TableDescription = {
  ref: { schema: 'public', table: 'things' },
  columns: [
    column('id', 'int8', true),
    column('part', 'text', true),
    column('note', 'text'),
    column('data', 'bytea'),
    { ...column('flags', 'bit'), type: 'bit(9)', maxLength: 9 },
    column('day', 'date'),
  ],
  primaryKey: ['id', 'part'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
};

const first: CanonicalRow = ['1', 'a', "it's\ta \\ test\n\r\0 ", '\\x00ff5c27', '100000001', '2024-02-29'];
const second: CanonicalRow = ['1', 'A', null, '\\x', null, null];
const third: CanonicalRow = ['2', '\\N', '\\N', null, '000000000', '0001-01-01'];

const written = [
  { id: '1', part: 'A', note: null, data: '', flags: null, day: null },
  {
    id: '1',
    part: 'a',
    note: "it's\ta \\ test\n\r\0 ",
    data: '00FF5C27',
    flags: '100000001',
    day: '2024-02-29',
  },
  { id: '2', part: '\\N', note: '\\N', data: null, flags: '0', day: '0001-01-01' },
];

const chunk = { chunkNumber: 3 };

async function* batches(...rows: readonly CanonicalRow[]): AsyncGenerator<RowBatch> {
  for (const row of rows) yield { rowCount: 1, rows: [row], bytes: 10 };
}

describeTargets('writing chunks', (kind) => {
  let server: TargetServer;
  let target: TableDescription;
  let hadLocalInfile: string | null | undefined;

  beforeAll(async () => {
    server = await startTarget(kind);
    const [row] = await rowsOf(server, 'SELECT @@GLOBAL.local_infile AS setting');
    hadLocalInfile = row?.setting;
  }, 120_000);
  afterAll(async () => {
    await server?.client.query(`SET GLOBAL local_infile = ${hadLocalInfile === '0' ? 0 : 1}`);
    await server?.stop();
  });

  const rows = () =>
    rowsOf(
      server,
      'SELECT id, part, note, HEX(data) AS data, BIN(flags) AS flags, day FROM things ORDER BY id, part',
    );

  describe.each([
    { way: 'LOAD DATA LOCAL INFILE', localInfile: 1 },
    { way: 'INSERT', localInfile: 0 },
  ])('by $way', ({ localInfile }) => {
    let writer: ChunkWriter;

    beforeEach(async () => {
      await server.client.query(`SET GLOBAL local_infile = ${localInfile}; DROP TABLE IF EXISTS things`);
      const database = openTargetDatabase(server.settings);
      const ref = { schema: server.settings.databaseName, table: 'things' };
      await database.createTable(ref, source);
      const described = await database.describeTable(ref);
      await database.close();
      if (described === undefined) throw new Error('There is no table things.');
      target = described;
      writer = openChunkWriter(server.settings, 2);
    });

    const write = async (
      read: () => AsyncIterable<RowBatch>,
      signal: AbortSignal = new AbortController().signal,
    ) => {
      try {
        return await writer.writeChunk({ source, target }, chunk, read, signal);
      } finally {
        await writer.close();
      }
    };
    const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

    test('writes every value as it is', async () => {
      expect(await write(() => batches(first, second, third))).toEqual({ rows: 3, bytes: 30 });
      expect(await rows()).toEqual(written);
    });

    test('writes an empty chunk', async () => {
      expect(await write(() => batches())).toEqual({ rows: 0, bytes: 0 });
    });

    test('replaces the rows that are there, and leaves others', async () => {
      await server.client.query(
        `INSERT INTO things (id, part, note) VALUES (1, 'a', 'older'), (2, 'x', 'of another chunk')`,
      );
      expect(await write(() => batches(first, second, third))).toEqual({ rows: 3, bytes: 30 });
      expect(await rows()).toEqual([
        ...written,
        { id: '2', part: 'x', note: 'of another chunk', data: null, flags: null, day: null },
      ]);
    });

    test('writes nothing when a value is refused by the server, and does not show it', async () => {
      await server.client.query('ALTER TABLE things ADD CONSTRAINT short CHECK (CHAR_LENGTH(note) < 20)');
      const long: CanonicalRow = ['3', 'b', 'a secret that is too long', null, null, null];
      const error = await errorOf(write(() => batches(first, long)));
      expect(error).toMatchObject({ code: 'ConstraintViolated', facts: { constraint: 'short' } });
      expect(String(error) + String((error as Error).cause)).not.toContain('secret');
      expect(await rows()).toEqual([]);
    });

    test('writes nothing when a value is refused by its encoder', async () => {
      const error = await errorOf(write(() => batches(first, ['3', 'b', null, null, null, 'infinity'])));
      expect(error).toMatchObject({ code: 'ValueRejected', message: expect.stringContaining('day') });
      expect(await rows()).toEqual([]);
    });

    test('writes nothing when reading fails, and says what reading failed with', async () => {
      const failing = async function* (): AsyncGenerator<RowBatch> {
        yield { rowCount: 1, rows: [first], bytes: 1 };
        throw new MillraceError('DatabaseUnreachable', 'The source is gone.');
      };
      expect(await errorOf(write(failing))).toMatchObject({ message: 'The source is gone.' });
      expect(await rows()).toEqual([]);
    });

    test('writes nothing when it is aborted, and rejects with the reason', async () => {
      const abort = new AbortController();
      const endless = async function* (): AsyncGenerator<RowBatch> {
        for (let id = 1; ; id += 1) {
          yield { rowCount: 1, rows: [[String(id), 'a', null, null, null, null]], bytes: 1 };
          if (id === 50) abort.abort(new Error('told to stop'));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      };
      expect(await errorOf(write(endless, abort.signal))).toMatchObject({ message: 'told to stop' });
      expect(await rows()).toEqual([]);
    });
  });
});
