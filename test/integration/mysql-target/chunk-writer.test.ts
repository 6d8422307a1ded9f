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
