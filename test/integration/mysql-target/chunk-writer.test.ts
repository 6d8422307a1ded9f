import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { CanonicalRow } from '#core/ports/databases.ts';
import { batches, chunkWriterContract, things } from '#test/kit/chunk-writer-contract.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

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
      `SELECT id, part, note, HEX(data) AS data, LPAD(BIN(flags), 9, '0') AS flags, day FROM things`,
    );

  describe.each([
    { way: 'LOAD DATA LOCAL INFILE', localInfile: 1 },
    { way: 'INSERT', localInfile: 0 },
  ])('by $way', ({ localInfile }) => {
    beforeEach(async () => {
      await server.client.query(`SET GLOBAL local_infile = ${localInfile}; DROP TABLE IF EXISTS things`);
      const database = openTargetDatabase(server.settings);
      const ref = { schema: server.settings.databaseName, table: 'things' };
      await database.createTable(ref, things);
      const described = await database.describeTable(ref);
      await database.close();
      if (described === undefined) throw new Error('There is no table things.');
      target = described;
    });

    const writeRows = async (
      source: TableDescription,
      into: TableDescription,
      ...chunk: readonly CanonicalRow[]
    ) => {
      const writer = openChunkWriter(server.settings, 1);
      try {
        const { signal } = new AbortController();
        await writer.writeChunk({ source, target: into }, { chunkNumber: 1 }, () => batches(...chunk), {
          signal,
        });
      } finally {
        await writer.close();
      }
    };
    const describeTable = async (): Promise<TableDescription> => {
      const database = openTargetDatabase(server.settings);
      const found = await database.describeTable({ schema: server.settings.databaseName, table: 'things' });
      await database.close();
      if (found === undefined) throw new Error('There is no table things.');
      return found;
    };
    const rowOf = (id: string, note: string | null): CanonicalRow => [id, 'a', note, null, null, null];

    test('keeps what only the target has when a chunk is written twice', async () => {
      await server.client.query('ALTER TABLE things ADD own varchar(10)');
      const extended = await describeTable();
      await writeRows(things, extended, rowOf('1', 'one'));
      await server.client.query("UPDATE things SET own = 'kim'");
      await writeRows(things, extended, rowOf('1', 'changed'), rowOf('2', "it's; two"));
      expect(await rowsOf(server, 'SELECT id, note, own FROM things ORDER BY id')).toEqual([
        { id: '1', note: 'changed', own: 'kim' },
        { id: '2', note: "it's; two", own: null },
      ]);
    });

    test('leaves out a row whose unique value another chunk has, where the source keeps it unique, too', async () => {
      await server.client.query('ALTER TABLE things MODIFY note varchar(50), ADD UNIQUE KEY (note)');
      const unique = await describeTable();
      await writeRows(things, unique, rowOf('1', 'x'));
      await expect(writeRows(things, unique, rowOf('2', 'x'), rowOf('3', 'y'))).rejects.toMatchObject({
        code: 'ConstraintViolated',
      });
      const uniqueKeys = [{ name: 'u', columns: ['note'], isPlain: true, isImmediate: true }];
      await writeRows({ ...things, uniqueKeys }, unique, rowOf('2', 'x'), rowOf('3', 'y'));
      expect(await rowsOf(server, 'SELECT id, note FROM things ORDER BY id')).toEqual([
        { id: '1', note: 'x' },
        { id: '3', note: 'y' },
      ]);
    });

    chunkWriterContract({
      openWriter: () => openChunkWriter(server.settings, 2),
      target: () => target,
      rows,
      insertOlder: async () => {
        await server.client.query(
          `INSERT INTO things (id, part, note) VALUES (1, 'a', 'older'), (2, 'x', 'of another chunk')`,
        );
      },
      constrain: async () => {
        await server.client.query('ALTER TABLE things ADD CONSTRAINT short CHECK (CHAR_LENGTH(note) < 20)');
      },
    });

    const write = async (...written: readonly CanonicalRow[]) => {
      const writer = openChunkWriter(server.settings, 2);
      try {
        const read = () => batches(...written);
        const { signal } = new AbortController();
        return await writer.writeChunk({ source: things, target }, { chunkNumber: 3 }, read, { signal });
      } finally {
        await writer.close();
      }
    };

    test('writes NUL, which PostgreSQL does not have in a text', async () => {
      await write(['1', 'a', 'a\0b', null, null, null]);
      expect(await rows()).toMatchObject([{ note: 'a\0b' }]);
    });

    test('writes nothing when a character is none of the character set of its column', async () => {
      await server.client.query('ALTER TABLE things MODIFY note varchar(50) CHARACTER SET utf8mb3');
      target = await describeTable();
      await expect(
        write(['1', 'a', 'fine', null, null, null], ['2', 'a', 'a😀b', null, null, null]),
      ).rejects.toMatchObject({ code: 'ValueRejected' });
      expect(await rows()).toEqual([]);
    });

    test('writes nothing when a value is refused by its encoder', async () => {
      const written = write(['1', 'a', null, null, null, null], ['3', 'b', null, null, null, 'infinity']);
      await expect(written).rejects.toMatchObject({
        code: 'ValueRejected',
        message: expect.stringContaining('day'),
      });
      expect(await rows()).toEqual([]);
    });
  });
});
