import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { openTargetDatabase as openMysqlTarget } from '#adapters/mysql/target/target-database.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { findTargetProblems } from '#core/validation/validate-table.ts';
import { type DatabasePair, startDatabasePair } from '../postgresql/database-pair.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(120_000);

const rows = 50;
let pair: DatabasePair;
let source: SourceDatabase;

beforeAll(async () => {
  pair = await startDatabasePair();
  source = openSourceDatabase(pair.source.settings);
}, 120_000);

afterAll(async () => {
  await source?.close();
  await pair?.stop();
}, 60_000);

/** A table of so many columns with a few values in each row: a page of PostgreSQL has 8 KB. */
const createWide = async (columns: number): Promise<TableDescription> => {
  const table = `wide_${columns}`;
  const names = Array.from({ length: columns - 1 }, (_unused, index) => `c${index}`);
  await pair.source.client.query(
    `CREATE TABLE IF NOT EXISTS ${table} (id int PRIMARY KEY, ${names.map((name) => `${name} int`).join(', ')})`,
  );
  await pair.source.client.query(
    `INSERT INTO ${table} (id, c0, c${columns - 2}) SELECT n, n, -n FROM generate_series(1, ${rows}) n ON CONFLICT DO NOTHING`,
  );
  const described = await source.describeTable({ schema: 'public', table });
  if (described === undefined) throw new Error(`There is no table ${table}.`);
  return described;
};

const copy = async (
  described: TableDescription,
  target: TargetDatabase,
  copier: ChunkCopier,
  schema: string,
): Promise<number> => {
  const ref = { schema, table: described.ref.table };
  expect(findTargetProblems(described, undefined, target.dialect)).toEqual([]);
  await target.createTable(ref, described);
  const created = await target.describeTable(ref);
  if (created === undefined) throw new Error('The table was not created.');
  const tables = { source: described, target: created };
  return (await copier.copyChunk(tables, { chunkNumber: 0 }, new AbortController().signal)).rows;
};

test.each([1_017, 1_600])('a table of %i columns is copied to PostgreSQL', async (columns) => {
  const target = openTargetDatabase(pair.target.settings);
  const copier = openChunkCopier(pair.source.settings, pair.target.settings);
  try {
    expect(await copy(await createWide(columns), target, copier, 'public')).toBe(rows);
    const { rows: found } = await pair.target.client.query(
      `SELECT count(*) AS rows, sum(c0) AS first, sum(c${columns - 2}) AS last FROM wide_${columns}`,
    );
    expect(found).toEqual([{ rows: '50', first: '1275', last: '-1275' }]);
  } finally {
    await Promise.all([target.close(), copier.close()]);
  }
});

describeTargets('to %s', (kind) => {
  let server: TargetServer;
  beforeAll(async () => {
    server = await startTarget(kind);
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
  }, 60_000);

  test('1,017 columns are copied, and one more is refused by the name of the limit', async () => {
    const target = openMysqlTarget(server.settings);
    const copier = createRowCopier(
      openChunkReader(pair.source.settings, 1),
      openChunkWriter(server.settings, 1),
    );
    try {
      const schema = server.settings.databaseName;
      expect(await copy(await createWide(1_017), target, copier, schema)).toBe(rows);
      expect(
        await rowsOf(server, 'SELECT count(*) AS n, sum(c0) AS first, sum(c1015) AS last FROM wide_1017'),
      ).toEqual([{ n: '50', first: '1275', last: '-1275' }]);
      const tooWide = await createWide(1_018);
      expect(findTargetProblems(tooWide, undefined, target.dialect)).toEqual([
        expect.objectContaining({ problem: expect.stringContaining('at most 1,017 (limit of InnoDB)') }),
      ]);
      // The server says the same.
      await expect(target.createTable({ schema, table: 'wide_1018' }, tooWide)).rejects.toThrow();
    } finally {
      await Promise.all([target.close(), copier.close()]);
    }
  });
});
