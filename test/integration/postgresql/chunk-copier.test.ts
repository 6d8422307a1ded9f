import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openChunkCopier } from '#adapters/postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { Chunk } from '#core/contracts/copy.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteTable } from '#core/databases/postgresql/identifiers.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let pair: DatabasePair;
let source: SourceDatabase;
let target: TargetDatabase;
let copier: ChunkCopier;

beforeAll(async () => {
  pair = await startDatabasePair();
  for (const { client } of [pair.source, pair.target]) {
    await client.query(`
      CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE EXTENSION ltree SCHEMA extensions`);
  }
  source = openSourceDatabase(pair.source.settings);
  target = openTargetDatabase(pair.target.settings);
  copier = openChunkCopier(pair.source.settings, pair.target.settings, { concurrency: 3 });
}, 60_000);

afterAll(async () => {
  await Promise.all([source?.close(), target?.close(), copier?.close()]);
  await pair?.stop();
}, 60_000);

beforeEach(async () => {
  await pair.source.client.query('CREATE SCHEMA "S"');
  await pair.target.client.query('CREATE SCHEMA "T"');
});

afterEach(async () => {
  await pair.source.client.query('DROP SCHEMA "S" CASCADE');
  await pair.target.client.query('DROP SCHEMA "T" CASCADE');
});

const never = new AbortController().signal;
const everything: Chunk = { chunkNumber: 0 };

/** Creates the target table from the source's catalog, as a start does. */
const prepare = async (table: string): Promise<{ source: TableDescription; target: TableDescription }> => {
  const from: TableRef = { schema: 'S', table };
  const to: TableRef = { schema: 'T', table };
  const described = await describe_(source, from);
  await target.createTable(to, described);
  return { source: described, target: await describe_(target, to) };
};

const describe_ = async (
  database: SourceDatabase | TargetDatabase,
  ref: TableRef,
): Promise<TableDescription> => {
  const table = await database.describeTable(ref);
  if (table === undefined) throw new Error(`There is no table ${ref.schema}.${ref.table}.`);
  return table;
};

/** All rows as text, by an own connection and in byte order, so that sides with other collations compare equal. */
const contentOf = async (side: 'source' | 'target', table: string): Promise<readonly string[]> => {
  const ref = { schema: side === 'source' ? 'S' : 'T', table };
  const { rows } = await pair[side].client.query<{ row: string }>(
    `SELECT t::text AS row FROM ${quoteTable(ref)} t ORDER BY t::text COLLATE "C"`,
  );
  return rows.map(({ row }) => row);
};

describe('an existing target table', () => {
  test('with another unique key takes chunks of different moments, and leaves out what has changed hands', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".login (id int PRIMARY KEY, email text UNIQUE);
      INSERT INTO "S".login VALUES (1, 'x@y'), (9, 'other')`);
    await pair.target.client.query('CREATE TABLE "T".login (id int PRIMARY KEY, email text UNIQUE)');
    const tables = await prepare('login');
    await copier.copyChunk(tables, { chunkNumber: 0, upTo: ['1'] }, never);
    await pair.source.client.query(
      `UPDATE "S".login SET email = 'z@y' WHERE id = 1; INSERT INTO "S".login VALUES (2, 'x@y')`,
    );
    await copier.copyChunk(tables, { chunkNumber: 1, after: ['1'] }, never);
    expect(await contentOf('target', 'login')).toEqual(['(1,x@y)', '(9,other)']);
    // A key that only the target keeps says nothing about the source.
    await pair.source.client.query('ALTER TABLE "S".login DROP CONSTRAINT login_email_key');
    await pair.target.client.query('TRUNCATE "T".login');
    await pair.source.client.query(`UPDATE "S".login SET email = 'x@y'`);
    const unshared = await prepare('login');
    await expect(copier.copyChunk(unshared, everything, never)).rejects.toMatchObject({
      code: 'ConstraintViolated',
      facts: { constraint: 'login_email_key' },
    });
  });

  test('keeps its own columns when a chunk is copied twice', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".item (id int PRIMARY KEY, price int); INSERT INTO "S".item VALUES (1, 10), (2, 20)`);
    await pair.target.client.query('CREATE TABLE "T".item (id int PRIMARY KEY, price int, reviewed_by text)');
    const tables = await prepare('item');
    await copier.copyChunk(tables, { chunkNumber: 0, upTo: ['1'] }, never);
    await pair.target.client.query(`UPDATE "T".item SET reviewed_by = 'kim'`);
    await pair.source.client.query('UPDATE "S".item SET price = 11 WHERE id = 1');
    await copier.copyChunk(tables, everything, never);
    expect(await contentOf('target', 'item')).toEqual(['(1,11,kim)', '(2,20,)']);
    const byRows = createRowCopier(
      openChunkReader(pair.source.settings, 1),
      openChunkWriter(pair.target.settings, 1),
    );
    await pair.source.client.query('UPDATE "S".item SET price = 12 WHERE id = 1');
    await byRows.copyChunk(tables, everything, never);
    await byRows.close();
    expect(await contentOf('target', 'item')).toEqual(['(1,12,kim)', '(2,20,)']);
  });
});

const planChunks = async (table: TableDescription, rows: number): Promise<readonly Chunk[]> => {
  const chunks: Chunk[] = [];
  let after: readonly string[] | undefined;
  for (;;) {
    const upTo = await source.nextChunkBound(table, after, rows);
    chunks.push({ chunkNumber: chunks.length, ...(after && { after }), ...(upTo && { upTo }) });
    if (upTo === undefined) return chunks;
    after = upTo;
  }
};

const copyAll = async (
  tables: { source: TableDescription; target: TableDescription },
  chunks: readonly Chunk[],
) => {
  const copied = await Promise.all(chunks.map((chunk) => copier.copyChunk(tables, chunk, never)));
  return copied.reduce((sum, { rows }) => sum + rows, 0);
};

test('rows that row-level security would hide fail a copy by both ways, instead of being left out', async () => {
  await pair.source.client.query(`
    CREATE TABLE "S".tenants (id int PRIMARY KEY); INSERT INTO "S".tenants VALUES (1);
    ALTER TABLE "S".tenants ENABLE ROW LEVEL SECURITY;
    CREATE ROLE tenant LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA "S" TO tenant; GRANT SELECT ON "S".tenants TO tenant`);
  const tables = await prepare('tenants');
  const asTenant = { ...pair.source.settings, username: 'tenant', password: 'secret' };
  const limited = [
    openChunkCopier(asTenant, pair.target.settings),
    createRowCopier(openChunkReader(asTenant, 1), openChunkWriter(pair.target.settings, 1)),
  ];
  try {
    for (const one of limited) {
      await expect(one.copyChunk(tables, everything, never)).rejects.toMatchObject({
        code: 'PermissionDenied',
      });
      await one.close();
    }
  } finally {
    await pair.source.client.query('DROP OWNED BY tenant; DROP ROLE tenant');
  }
  expect(await copyAll(tables, [everything])).toBe(1);
});

describe('keys', () => {
  test.each([
    ['integer', 'generate_series(-50, 50) AS k'],
    ['bigint', '(n * 90000000000000000)::bigint AS k FROM generate_series(-100, 100) n'],
    ['numeric(10,2)', '(n / 4.0)::numeric(10,2) AS k FROM generate_series(-50, 50) n'],
    [
      'text',
      `'it''s "' || chr(65 + n) || '\\ ; DROP TABLE x; -- ' || chr(97 + n) AS k FROM generate_series(0, 25) n`,
    ],
    ['character(8)', `lpad(n::text, 3 + n % 5, ' ') AS k FROM generate_series(10, 90) n`],
    ['uuid', 'gen_random_uuid() AS k FROM generate_series(1, 100)'],
    [
      'timestamp with time zone',
      `'2024-01-01 00:00+00'::timestamptz + n * interval '1.000001 s' AS k FROM generate_series(1, 100) n`,
    ],
    ['date', `'0044-03-15 BC'::date + n * 100 AS k FROM generate_series(1, 100) n`],
    ['bytea', `decode(lpad(to_hex(n), 4, '0'), 'hex') AS k FROM generate_series(0, 100) n`],
    [
      'double precision',
      `(CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE (n / 3.0)::text END)::float8 AS k FROM generate_series(1, 50) n`,
    ],
    ['boolean', 'n = 1 AS k FROM generate_series(0, 1) n'],
    ['inet', `('10.0.0.0'::inet + n) AS k FROM generate_series(0, 300) n`],
    ['interval', `make_interval(secs => n * 1.5) AS k FROM generate_series(-50, 50) n`],
    ['bit(7)', 'n::bit(7) AS k FROM generate_series(0, 127) n'],
    [
      'time with time zone',
      `(time '00:00' + n * interval '1 min')::timetz AS k FROM generate_series(1, 100) n`,
    ],
    ['int4range', 'int4range(n, n + n % 7 + 1) AS k FROM generate_series(1, 100) n'],
    ['"S".pair', 'ROW(n % 5, n)::"S".pair AS k FROM generate_series(1, 100) n'],
    // Case decides nothing but the text: compared as text, rows between two bounds would be lost.
    ['extensions.citext', `chr(65 + n % 26 + 32 * (n % 2)) || n AS k FROM generate_series(1, 100) n`],
    ['extensions.ltree', `('a.b' || n)::extensions.ltree AS k FROM generate_series(1, 100) n`],
  ])('chunks by a key of type %s', async (type, rows) => {
    await pair.source.client.query('CREATE TYPE "S".pair AS (a int, b int)');
    await pair.source.client.query(`CREATE TABLE "S".keyed (k ${type} PRIMARY KEY, v text)`);
    await pair.source.client.query(`INSERT INTO "S".keyed SELECT k, 'v' || k::text FROM (SELECT ${rows}) r`);
    const tables = await prepare('keyed');
    const expected = await contentOf('source', 'keyed');
    const chunks = await planChunks(tables.source, 7);
    expect(chunks).toHaveLength(Math.floor(expected.length / 7) + 1);
    expect(await copyAll(tables, chunks)).toBe(expected.length);
    expect(await contentOf('target', 'keyed')).toEqual(expected);
  });

  test('chunks by an enum, in the order of its labels', async () => {
    await pair.source.client.query(`
      CREATE TYPE "S"."Mood's" AS ENUM ('zz', 'it''s', 'aa');
      CREATE TABLE "S".keyed (k "S"."Mood's" PRIMARY KEY);
      INSERT INTO "S".keyed VALUES ('aa'), ('zz'), ('it''s')`);
    const tables = await prepare('keyed');
    const chunks = await planChunks(tables.source, 1);
    expect(chunks.map((chunk) => chunk.upTo?.[0])).toEqual(['zz', "it's", 'aa', undefined]);
    expect(await copyAll(tables, chunks)).toBe(3);
    expect(await contentOf('target', 'keyed')).toEqual(['(aa)', "(it's)", '(zz)']);
  });

  test('chunks by a composite key whose order is not that of the columns', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".keyed (a int, "b ""B""" varchar(10), c date, PRIMARY KEY (c, "b ""B""", a));
      INSERT INTO "S".keyed SELECT n, 'x' || n % 3, '2024-01-01'::date + n % 5 FROM generate_series(1, 200) n`);
    const tables = await prepare('keyed');
    expect(tables.target.primaryKey).toEqual(['c', 'b "B"', 'a']);
    const chunks = await planChunks(tables.source, 13);
    expect(chunks[0]?.upTo).toEqual(['2024-01-01', 'x0', '195']);
    expect(await copyAll(tables, chunks)).toBe(200);
    expect(await contentOf('target', 'keyed')).toEqual(await contentOf('source', 'keyed'));
  });

  test('chunks by a key that has a type of an extension in it, into a table that has it too', async () => {
    for (const [side, schema] of [
      ['source', 'S'],
      ['target', 'T'],
    ] as const) {
      await pair[side].client.query(
        `CREATE TABLE "${schema}".keyed (a int, k extensions.citext, v text, PRIMARY KEY (a, k))`,
      );
    }
    await pair.source.client.query(`
      INSERT INTO "S".keyed SELECT n % 4, chr(65 + n % 26 + 32 * (n % 2)) || n, 'v' || n FROM generate_series(1, 100) n`);
    const tables = await prepare('keyed');
    const chunks = await planChunks(tables.source, 7);
    const expected = await contentOf('source', 'keyed');
    expect(await copyAll(tables, chunks)).toBe(100);
    // Again, with other capitals at the target: the rows are found by their keys all the same.
    await pair.target.client.query(`UPDATE "T".keyed SET k = upper(k::text)::extensions.citext`);
    expect(await copyAll(tables, chunks)).toBe(100);
    expect(await contentOf('target', 'keyed')).toEqual(expected);
  });

  test('text sorts by the collation of the source, whatever the target makes of it', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".keyed (k text COLLATE "en-x-icu" PRIMARY KEY);
      INSERT INTO "S".keyed VALUES ('a'), ('B'), ('c'), ('D'), ('ä'), ('É')`);
    const tables = await prepare('keyed');
    const chunks = await planChunks(tables.source, 2);
    expect(chunks.map((chunk) => chunk.upTo?.[0])).toEqual(['ä', 'c', 'É', undefined]);
    // Twice: the repetition replaces rows by key, so it takes no row of another chunk with it.
    await copyAll(tables, chunks);
    for (const chunk of chunks) await copier.copyChunk(tables, chunk, never);
    expect(await contentOf('target', 'keyed')).toHaveLength(6);
  });
});

describe('rows', () => {
  test('an empty table is one chunk of no rows', async () => {
    await pair.source.client.query('CREATE TABLE "S".empty (id int PRIMARY KEY, v text)');
    const tables = await prepare('empty');
    expect(await planChunks(tables.source, 10)).toEqual([everything]);
    expect((await copier.copyChunk(tables, everything, never)).rows).toBe(0);
  });

  test('counts rows and bytes of a chunk', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".counted (id int PRIMARY KEY, v text);
      INSERT INTO "S".counted SELECT n, repeat('x', 1000) FROM generate_series(1, 100) n`);
    const tables = await prepare('counted');
    const copied = await copier.copyChunk(tables, { chunkNumber: 1, after: ['10'], upTo: ['60'] }, never);
    expect(copied.rows).toBe(50);
    expect(copied.bytes).toBeGreaterThan(50 * 1000);
    expect(copied.bytes).toBeLessThan(60 * 1000);
  });

  test('wide values that are stored out of line arrive whole', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".wide (id int PRIMARY KEY, v text, b bytea);
      ALTER TABLE "S".wide ALTER v SET STORAGE EXTERNAL;
      INSERT INTO "S".wide SELECT n, repeat(md5(n::text), 30000), decode(repeat(md5(n::text), 30000), 'hex')
      FROM generate_series(1, 12) n`);
    const tables = await prepare('wide');
    expect((await copier.copyChunk(tables, everything, never)).rows).toBe(12);
    const sum = "SELECT md5(string_agg(md5(v) || md5(b), '' ORDER BY id)) AS sum FROM";
    const { rows: expected } = await pair.source.client.query(`${sum} "S".wide`);
    const { rows: found } = await pair.target.client.query(`${sum} "T".wide`);
    expect(found).toEqual(expected);
  });

  test('names with quotes, capitals, spaces, reserved words and SQL in them', async () => {
    const name = `Robert"); DROP TABLE "x"; --`;
    await pair.source.client.query(`
      CREATE TABLE "S"."Robert""); DROP TABLE ""x""; --" ("select" int PRIMARY KEY, "Ünï ""q"" 'a'" text NOT NULL);
      INSERT INTO "S"."Robert""); DROP TABLE ""x""; --" VALUES (1, 'a'), (2, 'b')`);
    const tables = await prepare(name);
    expect(tables.target.columns.map((column) => [column.name, column.notNull])).toEqual([
      ['select', true],
      [`Ünï "q" 'a'`, true],
    ]);
    expect(await copyAll(tables, await planChunks(tables.source, 1))).toBe(2);
    expect(await contentOf('target', name)).toEqual(['(1,a)', '(2,b)']);
  });

  test('every supported kind of column keeps its value to the byte', async () => {
    await pair.source.client.query(
      `
      CREATE TYPE "S".mood AS ENUM ('sad', 'happy "x"');
      CREATE DOMAIN "S".posint AS integer CHECK (VALUE > 0);
      CREATE TABLE "S".kinds (
        id posint_placeholder PRIMARY KEY, m "S".mood, ms "S".mood[], ps "S".posint[], n numeric, ns numeric(38,10)[],
        ts timestamptz, tz timetz, iv interval, j json, jb jsonb, x xml, b bytea, c char(5), i inet, bits varbit, nested int[],
        total int GENERATED ALWAYS AS (1) STORED);`.replace('posint_placeholder', '"S".posint'),
    );
    await pair.source.client.query(`
      INSERT INTO "S".kinds VALUES
        (1, 'happy "x"', '{sad,NULL}', '{1,2}', 'NaN', '{1.5,NULL}', 'infinity', '24:00:00+02', '-1 mon +3 days -00:00:00.000001',
         '{"a" : 1,  "a":2}', '{"b":1}', '<?xml version="1.0" encoding="latin1"?><a>é</a>', '\\x', 'ab', '10.0.0.1/8', '0001', '[0:1][1:2]={{1,2},{3,NULL}}'),
        (2, NULL, NULL, NULL, '-Infinity', NULL, '0044-03-15 BC', NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
    const tables = await prepare('kinds');
    expect(tables.target.columns.map((column) => column.type)).toEqual([
      'integer',
      'text',
      'text[]',
      'integer[]',
      'numeric',
      'numeric(38,10)[]',
      'timestamp with time zone',
      'time with time zone',
      'interval',
      'json',
      'jsonb',
      'xml',
      'bytea',
      'character(5)',
      'inet',
      'bit varying',
      'integer[]',
    ]);
    await copier.copyChunk(tables, everything, never);
    const columns = tables.target.columns.map(({ name }) => `${name}::text`).join(', ');
    const { rows: expected } = await pair.source.client.query(
      `SELECT ${columns.replace('x::text', '\'<?xml version="1.0"?><a>é</a>\' AS x')} FROM "S".kinds ORDER BY id`,
    );
    const { rows: found } = await pair.target.client.query(`SELECT ${columns} FROM "T".kinds ORDER BY id`);
    expect(found.map(({ x, ...row }) => row)).toEqual(expected.map(({ x, ...row }) => row));
  });
});

describe('money', () => {
  test('chunks by it, as a key', async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".keyed (k money PRIMARY KEY);
      INSERT INTO "S".keyed SELECT (n - 50)::numeric::money * 12345.67 FROM generate_series(1, 100) n`);
    const tables = await prepare('keyed');
    expect(await copyAll(tables, await planChunks(tables.source, 7))).toBe(100);
    const numbers = (side: 'source' | 'target', schema: string) =>
      pair[side].client.query(`SELECT k::numeric FROM "${schema}".keyed ORDER BY 1`);
    expect((await numbers('target', 'T')).rows).toEqual((await numbers('source', 'S')).rows);
  });

  test.each([
    ['the type', 'money', 'money[]', ''],
    // With xml in the table its bytes cannot be copied, and its text would depend on lc_monetary.
    ['the type, next to xml', 'money', 'money[]', ', x xml'],
    ['numbers', 'numeric(19,2)', 'numeric[]', ''],
    ['numbers, next to xml', 'numeric', 'numeric[]', ', x xml'],
    ['text', 'text', 'numeric[]', ''],
  ])('fills a table that has %s', async (_case, type, arrayType, more) => {
    await pair.source.client.query(`
      CREATE TABLE "S".fees (id int PRIMARY KEY, fee money, fees money[]${more});
      INSERT INTO "S".fees VALUES (1, '-92233720368547758.08', '{1234.5,NULL,-0.01}'), (2, NULL, NULL), (3, '0.01', '{}')`);
    await pair.target.client.query(
      `CREATE TABLE "T".fees (id int PRIMARY KEY, fee ${type}, fees ${arrayType}${more})`,
    );
    const tables = await prepare('fees');
    for (let time = 0; time < 2; time += 1) {
      expect((await copier.copyChunk(tables, everything, never)).rows).toBe(3);
    }
    const numbers = 'SELECT id, fee::numeric, fees::numeric[] FROM';
    const { rows: expected } = await pair.source.client.query(`${numbers} "S".fees ORDER BY id`);
    const { rows: found } = await pair.target.client.query(`${numbers} "T".fees ORDER BY id`);
    expect(found).toEqual(expected);
  });
});

describe('repetition and failure', () => {
  beforeEach(async () => {
    await pair.source.client.query(`
      CREATE TABLE "S".numbers (id int PRIMARY KEY, v text);
      INSERT INTO "S".numbers SELECT n, 'v' || n FROM generate_series(1, 1000) n`);
  });

  test('a repeated chunk replaces the rows of its keys and leaves the others alone', async () => {
    const tables = await prepare('numbers');
    const chunk: Chunk = { chunkNumber: 1, after: ['100'], upTo: ['200'] };
    await copier.copyChunk(tables, everything, never);
    await pair.source.client.query(`UPDATE "S".numbers SET v = 'new' WHERE id IN (100, 150, 201)`);
    expect((await copier.copyChunk(tables, chunk, never)).rows).toBe(100);
    const { rows } = await pair.target.client.query(
      `SELECT id, v FROM "T".numbers WHERE id IN (100, 150, 201) ORDER BY id`,
    );
    expect(rows).toEqual([
      { id: '100', v: 'v100' },
      { id: '150', v: 'new' },
      { id: '201', v: 'v201' },
    ]);
    expect(await contentOf('target', 'numbers')).toHaveLength(1000);
  });

  test.each(['by a pipe', 'row by row'])(
    'a table that another session writes again has all its rows for a chunk that waited for it, %s',
    async (way) => {
      const copying =
        way === 'by a pipe'
          ? copier
          : createRowCopier(
              openChunkReader(pair.source.settings, 1),
              openChunkWriter(pair.target.settings, 1),
            );
      const tables = await prepare('numbers');
      await pair.source.client.query(`BEGIN; ALTER TABLE "S".numbers ALTER COLUMN v TYPE text USING v || ''`);
      const copied = copying.copyChunk(tables, everything, never);
      const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = '"S".numbers'::regclass`;
      while ((await pair.source.client.query(waiting)).rowCount === 0) await sleep(10);
      await pair.source.client.query('COMMIT');
      expect((await copied).rows).toBe(1000);
      if (copying !== copier) await copying.close();
    },
  );

  test('a violated constraint that is not the key fails the chunk and leaves nothing of it', async () => {
    const tables = await prepare('numbers');
    await pair.target.client.query(`ALTER TABLE "T".numbers ADD CONSTRAINT other UNIQUE (v);`);
    await pair.source.client.query(`UPDATE "S".numbers SET v = 'v1' WHERE id = 1000`);
    await expect(copier.copyChunk(tables, everything, never)).rejects.toMatchObject({
      code: 'ConstraintViolated',
      facts: { constraint: 'other', sqlState: '23505' },
    });
    expect(await contentOf('target', 'numbers')).toEqual([]);
  });

  test('an abort in mid-chunk leaves nothing, and the copier goes on working', async () => {
    await pair.source.client.query(`
      INSERT INTO "S".numbers SELECT n, repeat('x', 500) FROM generate_series(1001, 80000) n`);
    const tables = await prepare('numbers');
    // Row 40,000 waits for a lock that the test holds, so the abort meets the chunk half-way on any machine.
    await pair.target.client.query(`
      CREATE FUNCTION "T".wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock(42); RETURN NEW; END $$;
      CREATE TRIGGER wait_for_test BEFORE INSERT ON "T".numbers
        FOR EACH ROW WHEN (NEW.id = 40000) EXECUTE FUNCTION "T".wait_for_test();
      SELECT pg_advisory_lock(42)`);
    const abort = new AbortController();
    const copying = copier.copyChunk(tables, everything, abort.signal);
    const stopped = expect(copying).rejects.toThrow('stop at once');
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    while ((await pair.target.client.query(waiting)).rowCount === 0) await sleep(10);
    abort.abort(new Error('stop at once'));
    await stopped;
    expect(await contentOf('target', 'numbers')).toEqual([]);
    await pair.target.client.query('SELECT pg_advisory_unlock(42)');
    expect((await copier.copyChunk(tables, { chunkNumber: 0, upTo: ['10'] }, never)).rows).toBe(10);
  });

  test('an abort before the start copies nothing', async () => {
    const tables = await prepare('numbers');
    const aborted = AbortSignal.abort(new Error('too late'));
    await expect(copier.copyChunk(tables, everything, aborted)).rejects.toThrow('too late');
  });

  test.each(['source', 'target'] as const)(
    'a session ended at the %s fails the chunk as transient',
    async (side) => {
      await pair.source.client.query(`
      INSERT INTO "S".numbers SELECT n, repeat('x', 500) FROM generate_series(1001, 80000) n`);
      const tables = await prepare('numbers');
      const copying = copier.copyChunk(tables, everything, never);
      let isCopying = true;
      const killing = (async () => {
        while (isCopying) {
          await pair[side].client.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'millrace-copy' AND query LIKE 'COPY%' AND state = 'active'`);
        }
      })();
      try {
        await expect(copying).rejects.toMatchObject({
          isTransient: true,
          facts: { database: `127.0.0.1:${pair[side].settings.port}/${pair[side].settings.databaseName}` },
        });
      } finally {
        isCopying = false;
        await killing;
      }
      expect(await contentOf('target', 'numbers')).toEqual([]);
    },
  );

  test('a value that the target column cannot hold is told by column type, without the value', async () => {
    const tables = await prepare('numbers');
    await pair.target.client.query('ALTER TABLE "T".numbers ALTER v TYPE varchar(3)');
    await expect(copier.copyChunk(tables, everything, never)).rejects.toMatchObject({
      code: 'ValueRejected',
      message: expect.not.stringContaining('v1000'),
    });
  });

  test('rows that change while chunks are copied are there or come with the stream, never twice', async () => {
    const tables = await prepare('numbers');
    const chunks = await planChunks(tables.source, 50);
    let isCopying = true;
    const writing = (async () => {
      for (let n = 0; isCopying; n += 1) {
        const id = 1 + ((n * 37) % 1000);
        await pair.source.client.query('UPDATE "S".numbers SET id = id + 5000 WHERE id = $1', [id]);
        await pair.source.client.query('INSERT INTO "S".numbers VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          id,
          'again',
        ]);
      }
    })();
    const rows = await copyAll(tables, chunks);
    isCopying = false;
    await writing;
    const { rows: found } = await pair.target.client.query(
      'SELECT count(*) AS n, count(DISTINCT id) AS ids FROM "T".numbers',
    );
    expect(found).toEqual([{ n: String(rows), ids: String(rows) }]);
    // A key below the first bound or above the last one is in a chunk too.
    expect(chunks[0]?.after).toBeUndefined();
    expect(chunks.at(-1)?.upTo).toBeUndefined();
  });
});
