import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { sampleOwner } from '../../kit/target-owner.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

const run = { owner: sampleOwner(), generation: 1 };

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let pair: DatabasePair;
let source: SourceDatabase;
let target: TargetDatabase;
let orders: TableDescription;

beforeAll(async () => {
  pair = await startDatabasePair();
  source = openSourceDatabase(pair.source.settings);
  target = openTargetDatabase(pair.target.settings);
  await pair.source.client.query(`
    CREATE TYPE kind AS ENUM ('a', 'b');
    CREATE DOMAIN price AS numeric(12,2) NOT NULL;
    CREATE TABLE orders (
      id bigserial, line int GENERATED ALWAYS AS IDENTITY, kind kind NOT NULL DEFAULT 'a', kinds kind[], price price,
      name varchar(80) UNIQUE CHECK (name <> ''), total numeric GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (line, id))`);
  const described = await source.describeTable({ schema: 'public', table: 'orders' });
  if (described === undefined) throw new Error('There is no table orders.');
  orders = described;
}, 60_000);

afterAll(async () => {
  await Promise.all([source?.close(), target?.close()]);
  await pair?.stop();
}, 60_000);

describe('createTable', () => {
  test('makes schema and table with types, NOT NULLs and key, and nothing that computes values', async () => {
    const ref = { schema: 'New "Schema"', table: "acme_orders' --" };
    await target.createTable(ref, orders);
    const created = await target.describeTable(ref);
    expect(
      created?.columns.map(({ name, type, notNull, hasDefault }) => [name, type, notNull, hasDefault]),
    ).toEqual([
      ['id', 'bigint', true, false],
      ['line', 'integer', true, false],
      ['kind', 'text', true, false],
      ['kinds', 'text[]', false, false],
      ['price', 'numeric(12,2)', true, false],
      ['name', 'character varying(80)', false, false],
    ]);
    expect(created).toMatchObject({ primaryKey: ['line', 'id'], uniqueIndexes: [] });
  });

  test('leaves a table that is there as it is', async () => {
    const ref = { schema: 'public', table: 'there' };
    await pair.target.client.query('CREATE TABLE there (other int)');
    await target.createTable(ref, orders);
    expect((await target.describeTable(ref))?.columns.map(({ name }) => name)).toEqual(['other']);
  });

  test('ten at once in one new schema all succeed', async () => {
    const tables = Array.from({ length: 10 }, (_, index) => ({ schema: 'crowd', table: `t${index % 5}` }));
    await Promise.all(tables.map((ref) => target.createTable(ref, orders)));
    expect(await target.describeTable({ schema: 'crowd', table: 't4' })).toBeDefined();
  });
});

test('hasRows and truncate', async () => {
  const ref = { schema: 'public', table: 'Rows "q"' };
  await pair.target.client.query('CREATE TABLE "Rows ""q""" (id int)');
  expect(await target.hasRows(ref)).toBe(false);
  await pair.target.client.query('INSERT INTO "Rows ""q""" VALUES (1)');
  expect(await target.hasRows(ref)).toBe(true);
  await target.takeTables({ ...run, tables: [ref] });
  await target.truncate(ref, run);
  expect(await target.hasRows(ref)).toBe(false);
});

test('a table that is not there is told by its name', async () => {
  const nowhere = { schema: 'public', table: 'nowhere' };
  await expect(target.hasRows(nowhere)).rejects.toMatchObject({
    code: 'TableNotFound',
    facts: { table: 'public.nowhere' },
  });
  await target.takeTables({ ...run, tables: [nowhere] });
  await expect(target.truncate(nowhere, run)).rejects.toMatchObject({ code: 'TableNotFound' });
  expect(await target.describeTable(nowhere)).toBeUndefined();
});

describe('findWriteProblems', () => {
  test('a superuser lacks nothing', async () => {
    expect(await target.findWriteProblems(['public', 'to be made'])).toEqual([]);
  });

  test('names each missing privilege, ready to be granted', async () => {
    await pair.target.client.query(`
      DROP SCHEMA IF EXISTS millrace CASCADE;
      CREATE ROLE writer LOGIN PASSWORD 'secret'; CREATE SCHEMA "Closed"; CREATE TABLE public.taken (id int);
      GRANT SELECT, INSERT ON public.taken TO writer; REVOKE TEMPORARY ON DATABASE warehouse FROM PUBLIC`);
    const asWriter = openTargetDatabase({ ...pair.target.settings, username: 'writer', password: 'secret' });
    try {
      const missing = await asWriter.findWriteProblems(
        ['public', 'Closed', 'to be made'],
        [
          { schema: 'public', table: 'taken' },
          { schema: 'public', table: 'not yet there' },
        ],
      );
      expect(missing.map(({ problem }) => problem.replace('A privilege is missing: ', '')).sort()).toEqual([
        'CREATE on database warehouse, to create the schema "to be made".',
        'CREATE on database warehouse, to create the schema millrace.',
        'CREATE on schema "Closed".',
        'CREATE on schema public.',
        'DELETE on table public.taken.',
        'TEMPORARY on database warehouse.',
        'TRUNCATE on table public.taken.',
        'UPDATE on table public.taken.',
        'USAGE on schema "Closed".',
      ]);
      expect(missing.map(({ remedy }) => remedy)).toContain('GRANT USAGE on schema "Closed" TO "writer";');
      await expect(asWriter.createTable({ schema: 'public', table: 'x' }, orders)).rejects.toMatchObject({
        code: 'PermissionDenied',
      });
    } finally {
      await asWriter.close();
    }
  });

  test('a read-only database is told as such', async () => {
    await target.takeTables({ ...run, tables: [{ schema: 'public', table: 'there' }] });
    await pair.target.client.query('ALTER DATABASE warehouse SET default_transaction_read_only = on');
    const readOnly = openTargetDatabase(pair.target.settings);
    try {
      expect(await readOnly.findWriteProblems(['public'])).toEqual([
        { subject: 'target database', problem: 'It cannot be written to: the database is read-only.' },
      ]);
      await expect(readOnly.truncate({ schema: 'public', table: 'there' }, run)).rejects.toMatchObject({
        code: 'DatabaseUnavailable',
        facts: { sqlState: '25006' },
      });
    } finally {
      await readOnly.close();
      await pair.target.client.query('ALTER DATABASE warehouse RESET default_transaction_read_only');
    }
  });

  test('names what takes writes away without an error', async () => {
    await pair.target.client.query(`
      CREATE ROLE hidden LOGIN PASSWORD 'secret'; GRANT ALL ON DATABASE warehouse TO hidden; CREATE SCHEMA lossy;
      CREATE FUNCTION lossy.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN null; END';
      CREATE FUNCTION lossy.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE lossy.policed (id int PRIMARY KEY); ALTER TABLE lossy.policed ENABLE ROW LEVEL SECURITY;
      CREATE TABLE lossy.forced (id int PRIMARY KEY); ALTER TABLE lossy.forced OWNER TO hidden;
      ALTER TABLE lossy.forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE TABLE lossy.owned (id int PRIMARY KEY); ALTER TABLE lossy.owned OWNER TO hidden;
      ALTER TABLE lossy.owned ENABLE ROW LEVEL SECURITY;
      CREATE TABLE lossy.ruled (id int PRIMARY KEY); CREATE RULE "keep all" AS ON DELETE TO lossy.ruled DO INSTEAD NOTHING;
      CREATE RULE also AS ON DELETE TO lossy.ruled DO ALSO SELECT 1;
      CREATE TABLE lossy.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE lossy.part PARTITION OF lossy.parts DEFAULT;
      CREATE TRIGGER eats BEFORE DELETE ON lossy.part FOR EACH ROW EXECUTE FUNCTION lossy.swallow();
      CREATE TRIGGER passes BEFORE UPDATE ON lossy.part FOR EACH ROW EXECUTE FUNCTION lossy.pass();
      CREATE TRIGGER tells AFTER DELETE ON lossy.part FOR EACH ROW EXECUTE FUNCTION lossy.swallow();
      GRANT USAGE, CREATE ON SCHEMA lossy TO hidden; GRANT ALL ON ALL TABLES IN SCHEMA lossy TO hidden`);
    const asHidden = openTargetDatabase({ ...pair.target.settings, username: 'hidden', password: 'secret' });
    const tables = ['policed', 'forced', 'owned', 'ruled', 'parts'].map((table) => ({
      schema: 'lossy',
      table,
    }));
    try {
      const found = await asHidden.findWriteProblems(['lossy'], tables);
      const lossy = found.filter(({ subject }) => subject.startsWith('target table'));
      expect(
        lossy.map(({ subject, problem }) => [subject, /^[^.]*?(?= of )|^The \w+ \S+/.exec(problem)?.[0]]),
      ).toEqual([
        ['target table lossy.forced', 'Row-level security'],
        ['target table lossy.parts', 'The trigger eats'],
        ['target table lossy.policed', 'Row-level security'],
        ['target table lossy.ruled', 'The rule "keep all"'],
      ]);
      expect(lossy[0]?.remedy).toContain('ALTER ROLE "hidden" BYPASSRLS;');
      // For the superuser, no policy holds.
      expect((await target.findWriteProblems([], tables)).map(({ subject }) => subject)).toEqual([
        'target table lossy.parts',
        'target table lossy.ruled',
      ]);
    } finally {
      await asHidden.close();
    }
  });
});
