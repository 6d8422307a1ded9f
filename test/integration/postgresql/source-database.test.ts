import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { heartbeatStatement } from '#core/databases/postgresql/source/capture-statements.ts';
import { parseLsn } from '#core/databases/postgresql/source/log-position.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import type { ConnectorOffset } from '#core/ports/services.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

let pair: DatabasePair;
let source: SourceDatabase;

beforeAll(async () => {
  pair = await startDatabasePair();
  source = openSourceDatabase(pair.source.settings);
  await pair.source.client.query(`
    CREATE SCHEMA "Sales";
    CREATE TYPE "Sales"."Kind" AS ENUM ('a', 'b');
    CREATE TYPE "Sales".pair AS (x int, y int);
    CREATE DOMAIN "Sales".amount AS numeric(12,2) NOT NULL;
    CREATE DOMAIN "Sales".price AS "Sales".amount CHECK (VALUE >= 0);
    CREATE TABLE "Sales"."Order Items" (
      "order" bigint, line smallint GENERATED ALWAYS AS IDENTITY, name varchar(80) NOT NULL UNIQUE, code char(5), price "Sales".price,
      kinds "Sales"."Kind"[], prices "Sales".price[], p "Sales".pair, at timestamptz(3) DEFAULT now(), span interval(2), bits bit varying(9),
      r int4range, total numeric GENERATED ALWAYS AS ("order" * 2) STORED, rounded numeric(5,-2), dropped int,
      PRIMARY KEY (line, "order") INCLUDE (code)
    );
    ALTER TABLE "Sales"."Order Items" DROP COLUMN dropped;
    ALTER TABLE "Sales"."Order Items" REPLICA IDENTITY FULL;
    CREATE TABLE "Sales".child (id int PRIMARY KEY, parent_line smallint, parent_order bigint, CONSTRAINT "to parent" FOREIGN KEY (parent_line, parent_order) REFERENCES "Sales"."Order Items" (line, "order"));
    CREATE UNLOGGED TABLE "Sales".unlogged (id int PRIMARY KEY);
    CREATE VIEW "Sales".a_view AS SELECT 1 AS one;
    CREATE TABLE "Sales".parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE "Sales".parted_1 PARTITION OF "Sales".parted FOR VALUES FROM (0) TO (1000);
    CREATE TABLE no_key (id int);
    CREATE TABLE deferrable_key (id int PRIMARY KEY DEFERRABLE);
    INSERT INTO "Sales".parted SELECT generate_series(1, 500);
    ANALYZE "Sales".parted_1`);
}, 60_000);

afterAll(async () => {
  await source?.close();
  await pair?.stop();
}, 60_000);

const orderItems: TableRef = { schema: 'Sales', table: 'Order Items' };

test('ping returns the version of the server', async () => {
  expect((await source.ping()).serverVersion).toMatch(/^18\./);
});

describe('describeTable', () => {
  test('says whether the key is deferrable', async () => {
    const describe = (table: string) => source.describeTable({ schema: 'public', table });
    expect(await describe('deferrable_key')).toMatchObject({ primaryKey: ['id'], isKeyDeferrable: true });
    expect(await source.describeTable(orderItems)).toMatchObject({ isKeyDeferrable: false });
  });

  test('gives columns, key, replica identity and secondary constraints as the catalog has them', async () => {
    const table = await source.describeTable(orderItems);
    expect(table).toMatchObject({
      ref: orderItems,
      primaryKey: ['line', 'order'],
      replicaIdentity: 'full',
      relationKind: 'table',
      uniqueIndexes: ['Order Items_name_key'],
    });
    const plain = {
      isArray: false,
      typeKind: 'base',
      notNull: false,
      isGenerated: false,
      hasDefault: false,
      isIdentityAlways: false,
    };
    expect(table?.catalog).toMatchObject({ id: expect.any(Number), storageId: expect.any(Number) });
    expect(table?.columns.map(({ catalog }) => catalog?.number)).toEqual(
      table?.columns.map((_column, index) => index + 1),
    );
    expect(table?.columns.map(({ catalog: _catalog, ...column }) => column)).toEqual([
      { ...plain, name: 'order', type: 'bigint', baseType: 'int8', notNull: true },
      {
        ...plain,
        name: 'line',
        type: 'smallint',
        baseType: 'int2',
        notNull: true,
        hasDefault: true,
        isIdentityAlways: true,
      },
      {
        ...plain,
        name: 'name',
        type: 'character varying(80)',
        baseType: 'varchar',
        maxLength: 80,
        notNull: true,
      },
      { ...plain, name: 'code', type: 'character(5)', baseType: 'bpchar', maxLength: 5 },
      {
        ...plain,
        name: 'price',
        type: 'numeric(12,2)',
        baseType: 'numeric',
        precision: 12,
        scale: 2,
        notNull: true,
      },
      {
        ...plain,
        name: 'kinds',
        type: '"Sales"."Kind"[]',
        baseType: 'Kind',
        typeKind: 'enum',
        isArray: true,
      },
      {
        ...plain,
        name: 'prices',
        type: 'numeric(12,2)[]',
        baseType: 'numeric',
        isArray: true,
        precision: 12,
        scale: 2,
      },
      {
        ...plain,
        name: 'p',
        type: '"Sales".pair',
        baseType: 'pair',
        typeKind: 'composite',
        typeParts: ['integer', 'integer'],
      },
      {
        ...plain,
        name: 'at',
        type: 'timestamp(3) with time zone',
        baseType: 'timestamptz',
        precision: 3,
        hasDefault: true,
      },
      { ...plain, name: 'span', type: 'interval(2)', baseType: 'interval', precision: 2 },
      { ...plain, name: 'bits', type: 'bit varying(9)', baseType: 'varbit', maxLength: 9 },
      { ...plain, name: 'r', type: 'int4range', baseType: 'int4range', typeKind: 'range' },
      { ...plain, name: 'total', type: 'numeric', baseType: 'numeric', isGenerated: true, hasDefault: true },
      { ...plain, name: 'rounded', type: 'numeric(5,-2)', baseType: 'numeric', precision: 5, scale: -2 },
    ]);
  });

  test.each([
    ['parted', 'partitioned-table'],
    ['parted_1', 'table'],
    ['a_view', 'view'],
    ['unlogged', 'other'],
  ])('%s is a %s', async (table, relationKind) => {
    expect(await source.describeTable({ schema: 'Sales', table })).toMatchObject({ relationKind });
  });

  test('a foreign key is named with the unique indexes', async () => {
    const table = await source.describeTable({ schema: 'Sales', table: 'child' });
    expect(table?.uniqueIndexes).toEqual(['to parent']);
  });

  test('row estimates come from the statistics, and are -1 before there are any', async () => {
    expect(await source.describeTable({ schema: 'Sales', table: 'parted_1' })).toMatchObject({
      estimatedRows: 500,
    });
    expect(await source.describeTable({ schema: 'Sales', table: 'child' })).toMatchObject({
      estimatedRows: -1,
    });
  });

  test.each([
    { schema: 'sales', table: 'Order Items' },
    { schema: 'Sales', table: 'order items' },
    { schema: 'Sales', table: `x'; DROP TABLE no_key; --` },
    { schema: '', table: '' },
  ])('there is no table $schema.$table', async (ref) => {
    expect(await source.describeTable(ref)).toBeUndefined();
  });
});

test('listTables names tables and their partitions, no views and nothing of the system', async () => {
  const tables = await source.listTables();
  expect(tables.map(({ ref }) => `${ref.schema}.${ref.table}`)).toEqual([
    'Sales.Order Items',
    'Sales.child',
    'Sales.parted',
    'Sales.parted_1',
    'Sales.unlogged',
    'public.deferrable_key',
    'public.no_key',
  ]);
  expect(tables[0]).toEqual(await source.describeTable(orderItems));
});

describe('capture', () => {
  beforeAll(async () => {
    // PostgreSQL 18 publishes no table with FULL and a generated column.
    await pair.source.client.query('ALTER TABLE "Sales"."Order Items" REPLICA IDENTITY DEFAULT');
  });

  test('a superuser on a server with wal_level=logical has no problem', async () => {
    expect(await source.findCaptureProblems({ slotName: 'none', publicationName: 'none' })).toEqual([]);
  });

  const readSlots = async (name: string) => {
    const { rows } = await pair.source.client.query(
      'SELECT plugin, active, confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = $1',
      [name],
    );
    return rows;
  };

  test('a slot is created once, is found again, and goes with its publication', async () => {
    const names = { slotName: 's', publicationName: 'p' };
    await source.prepareCapture(names, [orderItems]);
    const created = await readSlots('s');
    expect(created).toEqual([
      {
        plugin: 'pgoutput',
        active: 'f',
        confirmed_flush_lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
      },
    ]);
    await source.prepareCapture(names, [orderItems]);
    expect(await readSlots('s')).toEqual(created);
    await source.dropCapture(names);
    await source.dropCapture(names);
    expect(await readSlots('s')).toEqual([]);
  });

  test('the log that a slot keeps is counted, and a heartbeat is written only while that is much', async () => {
    const names = { slotName: 'keeping', publicationName: 'keeping' };
    const { client } = pair.source;
    const reading = () => source.readLog(names, async () => undefined);
    const retained = async () => (await reading()).retainedBytes;
    const beat = async () => (await client.query(heartbeatStatement(names.slotName))).rowCount;
    expect(await reading()).toEqual({
      position: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
      activity: expect.stringMatching(/^\d+:\d+:/),
      isRead: false,
    });
    await source.prepareCapture(names, [orderItems]);
    expect(await retained()).toBeLessThan(1024 * 1024);
    const idle = await reading();
    expect((await reading()).activity).toBe(idle.activity);
    await source.logProbe?.send();
    let probed = await reading();
    // The server writes a message without a transaction within a fraction of a second, by itself.
    const deadline = Date.now() + 10_000;
    while (probed.position === idle.position && Date.now() < deadline) {
      await systemClock.sleep(50);
      probed = await reading();
    }
    expect(probed).toMatchObject({ activity: idle.activity, captured: idle.captured, isRead: false });
    expect(parseLsn(probed.position)).toBeGreaterThan(parseLsn(idle.position));
    await client.query('CREATE TABLE written (id int); DROP TABLE written');
    expect((await reading()).activity).not.toBe(idle.activity);
    expect(await beat()).toBe(0);
    await client.query(`SELECT pg_logical_emit_message(true, 'other', repeat('x', 3000000))`);
    expect(await retained()).toBeGreaterThan(3_000_000);
    expect(await beat()).toBe(1);
    await source.dropCapture(names);
    expect(await beat()).toBe(0);
  });

  test('a server that keeps its log without a limit is warned of', async () => {
    const { client } = pair.source;
    const warnings = () => source.findCaptureWarnings?.({ slotName: 'none', publicationName: 'none' });
    expect(await warnings()).toHaveLength(1);
    await client.query("ALTER SYSTEM SET max_slot_wal_keep_size = '5GB'");
    await client.query('SELECT pg_reload_conf()');
    const deadline = Date.now() + 10_000;
    while ((await warnings())?.length !== 0 && Date.now() < deadline) await systemClock.sleep(100);
    expect(await warnings()).toEqual([]);
    await client.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await client.query('SELECT pg_reload_conf()');
  });

  test('a table that takes the place of another one is not captured until that is brought into line', async () => {
    const names = { slotName: 'swapped', publicationName: 'swapped' };
    const refs = ['swap', 'kept', 'missing'].map((table) => ({ schema: 'public', table }));
    const [swap, kept] = refs as [TableRef, TableRef];
    await pair.source.client.query(
      'CREATE TABLE swap (id int PRIMARY KEY); CREATE TABLE kept (id int PRIMARY KEY)',
    );
    expect(await source.listUncaptured?.(names, refs)).toEqual([swap, kept]);
    await source.prepareCapture(names, [swap, kept]);
    expect(await source.listUncaptured?.(names, refs)).toEqual([]);
    await pair.source.client.query(`CREATE TABLE swap_new (LIKE swap INCLUDING ALL); BEGIN;
      ALTER TABLE swap RENAME TO swap_old; ALTER TABLE swap_new RENAME TO swap; COMMIT`);
    expect(await source.listUncaptured?.(names, refs)).toEqual([swap]);
    await source.prepareCapture(names, [swap, kept]);
    expect(await source.listUncaptured?.(names, refs)).toEqual([]);
    await pair.source.client.query('DROP TABLE kept; CREATE TABLE kept (id int PRIMARY KEY)');
    expect(await source.listUncaptured?.(names, refs)).toEqual([kept]);
    // Published, but not every change of every row.
    for (const part of ['kept WHERE (id > 5)', 'kept (id)']) {
      await source.prepareCapture(names, [swap, kept]);
      expect(await source.listUncaptured?.(names, refs)).toEqual([]);
      await pair.source.client.query(
        `ALTER PUBLICATION swapped DROP TABLE kept; ALTER PUBLICATION swapped ADD TABLE ${part}`,
      );
      expect(await source.listUncaptured?.(names, refs)).toEqual([kept]);
    }
    for (const part of ['insert, update', 'insert, update, delete', 'update, delete, truncate']) {
      await source.prepareCapture(names, [swap, kept]);
      await pair.source.client.query(`ALTER PUBLICATION swapped SET (publish = '${part}')`);
      expect(await source.listUncaptured?.(names, refs)).toEqual([swap, kept]);
    }
    await source.dropCapture(names);
    await pair.source.client.query('DROP TABLE swap, swap_old, kept');
  });

  test('open transactions are named once they have written something', async () => {
    const { client } = pair.source;
    await client.query('BEGIN; CREATE TABLE not_yet (id int)');
    expect(await source.listOpenTransactions?.()).toEqual([
      expect.stringMatching(/^pid \d+ of user \S+.*open since \d/),
    ]);
    await client.query('ROLLBACK');
    expect(await source.listOpenTransactions?.()).toEqual([]);
  });

  test('transactions that have written before a mark are named until they end, and later ones are not', async () => {
    const mark = async (): Promise<string> => (await source.markTransactions?.()) ?? '';
    const open = async (of: string): Promise<readonly string[]> =>
      (await source.listMarkedTransactions?.(of)) ?? [];
    const { client } = pair.source;
    const quiet = await mark();
    await client.query('CREATE TABLE marked (id int PRIMARY KEY)');
    await client.query('BEGIN; INSERT INTO marked VALUES (1)');
    expect(await open(quiet)).toEqual([]);
    const busy = await mark();
    expect(await open(busy)).toEqual([
      expect.stringMatching(/^transaction \d+ of user \S+, pid \d+, since /),
    ]);
    await client.query('COMMIT');
    expect(await open(busy)).toEqual([]);
    await client.query('DROP TABLE marked');
  });

  test('the slot and the stored offset are judged together, the slot first', async () => {
    const names = { slotName: 'judged', publicationName: 'judged' };
    const judge = (offset: ConnectorOffset | undefined) =>
      source.judgeCapture(names, { hasCopy: true, readOffset: async () => offset });
    expect(await judge({ lsn: 1 })).toMatchObject({ kind: 'gap', reason: expect.stringContaining('judged') });
    await source.prepareCapture(names, [orderItems]);
    expect(await judge({ lsn: 1 })).toMatchObject({ kind: 'gap', reason: expect.stringContaining('ahead') });
    expect(await judge(undefined)).toEqual({ kind: 'continuous' });
    const ahead = { lsn: Number(parseLsn('FFF/0')) };
    expect(await judge(ahead)).toMatchObject({
      kind: 'gap',
      reason: expect.stringMatching(/before.*FFF\/0/),
    });
    expect((await source.readLog(names, async () => ahead)).lost).toMatch(/before what was captured last/);
    await source.dropCapture(names);
  });

  test('two runs that create a slot at once both get it', async () => {
    const names = { slotName: 'twice', publicationName: 'twice' };
    await source.prepareCapture(names, [orderItems]);
    await pair.source.client.query(`SELECT pg_drop_replication_slot('twice')`);
    await Promise.all([
      source.prepareCapture(names, [orderItems]),
      source.prepareCapture(names, [orderItems]),
    ]);
    expect(await readSlots('twice')).toHaveLength(1);
    await source.dropCapture(names);
  });

  test('a slot of another plug-in or database is not taken for ours', async () => {
    await pair.source.client
      .query(`SELECT pg_create_logical_replication_slot('foreign_slot', 'test_decoding')`)
      .catch(() => pair.source.client.query(`SELECT pg_create_physical_replication_slot('foreign_slot')`));
    const names = { slotName: 'foreign_slot', publicationName: 'foreign' };
    await expect(source.prepareCapture(names, [orderItems])).rejects.toMatchObject({ code: 'Conflict' });
    await source.dropCapture(names);
  });

  test('a publication is brought into line with its tables and publishes every operation', async () => {
    const quoted = { slotName: 'quoted', publicationName: 'P "q"' };
    const tablesOf = async () => {
      const { rows } = await pair.source.client.query(
        `SELECT tablename FROM pg_publication_tables WHERE pubname = 'P "q"' ORDER BY 1`,
      );
      return rows.map(({ tablename }) => tablename);
    };
    await source.prepareCapture(quoted, [orderItems]);
    expect(await tablesOf()).toEqual(['Order Items']);
    await pair.source.client.query(`ALTER PUBLICATION "P ""q""" SET (publish = 'insert')`);
    await source.prepareCapture(quoted, [orderItems, { schema: 'Sales', table: 'child' }]);
    expect(await tablesOf()).toEqual(['Order Items', 'child']);
    const { rows } = await pair.source.client.query(
      `SELECT pubinsert, pubupdate, pubdelete, pubtruncate FROM pg_publication`,
    );
    expect(rows).toEqual([{ pubinsert: 't', pubupdate: 't', pubdelete: 't', pubtruncate: 't' }]);
    await source.prepareCapture(quoted, [{ schema: 'Sales', table: 'child' }]);
    expect(await tablesOf()).toEqual(['child']);
    await source.dropCapture(quoted);
  });

  test('a publication of a table that is not there fails by the name of the table', async () => {
    await expect(
      source.prepareCapture({ slotName: 's', publicationName: 'p' }, [{ schema: 'Sales', table: 'nowhere' }]),
    ).rejects.toMatchObject({
      code: 'TableNotFound',
      message: expect.stringContaining('Sales.nowhere'),
    });
  });

  test('a marker is at or after all that is committed, and before what comes next', async () => {
    const { client } = pair.source;
    const end = async () => (await client.query('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0].lsn;
    await client.query('INSERT INTO no_key VALUES (1)');
    const before = await end();
    const position = await source.writeMarker(`it's "so"`);
    const after = await end();
    const { rows } = await client.query(
      'SELECT $1::pg_lsn >= $2::pg_lsn AND $1::pg_lsn < $3::pg_lsn AS between',
      [position, before, after],
    );
    expect(rows).toEqual([{ between: 't' }]);
  });
});

describe('grants', () => {
  beforeAll(async () => {
    await pair.source.client.query(`
      CREATE ROLE reader LOGIN PASSWORD 'secret';
      CREATE ROLE owner LOGIN PASSWORD 'secret';
      CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int PRIMARY KEY);
      CREATE TABLE granted (id int PRIMARY KEY); GRANT SELECT ON granted TO reader;
      CREATE TABLE owned (id int PRIMARY KEY); ALTER TABLE owned OWNER TO owner; GRANT SELECT ON owned TO reader`);
  });

  const asUser = async <Result>(
    username: string,
    work: (database: SourceDatabase) => Promise<Result>,
  ): Promise<Result> => {
    const database = openSourceDatabase({ ...pair.source.settings, username, password: 'secret' });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  test('names what each table lacks', async () => {
    const refs = ['granted', 'owned', 'nowhere'].map((table) => ({ schema: 'public', table }));
    const hidden = { schema: 'hidden', table: 't' };
    const missing = await asUser('reader', (database) => database.findTableGrantProblems([...refs, hidden]));
    const lines = missing.map(({ subject, problem, remedy }) => `${subject}: ${problem} ${remedy ?? ''}`);
    expect(lines.sort()).toEqual([
      'source table hidden.t: Only its owner postgres can publish it; become a member of that role. ',
      'source table hidden.t: SELECT is missing. GRANT SELECT ON TABLE "hidden"."t" TO "reader";',
      'source table hidden.t: USAGE on schema hidden is missing. GRANT USAGE ON SCHEMA "hidden" TO "reader";',
      'source table public.granted: Only its owner postgres can publish it; become a member of that role. ',
      'source table public.owned: Only its owner owner can publish it; become a member of that role. ',
    ]);
    expect(
      await asUser('owner', (database) =>
        database.findTableGrantProblems([{ schema: 'public', table: 'owned' }]),
      ),
    ).toEqual([]);
  });

  test('a table of which policies hide rows is named, and reading it fails instead of giving fewer', async () => {
    const { client } = pair.source;
    const ref = { schema: 'public', table: 'tenants' };
    await client.query(`
      CREATE TABLE tenants (id int PRIMARY KEY); ALTER TABLE tenants OWNER TO owner; INSERT INTO tenants VALUES (1);
      ALTER TABLE tenants ENABLE ROW LEVEL SECURITY`);
    const problems = () => asUser('owner', (database) => database.findTableGrantProblems([ref]));
    const readBound = () =>
      asUser('owner', async (database) => {
        const table = await database.describeTable(ref);
        if (table === undefined) throw new Error('There is no such table.');
        return database.nextChunkBound(table, undefined, 1);
      });
    expect(await problems()).toEqual([]);
    expect(await readBound()).toEqual(['1']);
    await client.query('ALTER TABLE tenants FORCE ROW LEVEL SECURITY');
    expect(await problems()).toEqual([
      expect.objectContaining({ remedy: expect.stringContaining('ALTER ROLE "owner" BYPASSRLS') }),
    ]);
    await expect(readBound()).rejects.toMatchObject({ code: 'PermissionDenied' });
    await client.query('ALTER ROLE owner BYPASSRLS');
    expect(await problems()).toEqual([]);
    expect(await readBound()).toEqual(['1']);
    await client.query('ALTER ROLE owner NOBYPASSRLS; DROP TABLE tenants');
  });

  test('a plain user can neither replicate nor publish; REPLICATION or rds_replication, and CREATE, let it', async () => {
    const problems = () =>
      asUser('owner', async (database) => {
        const found = await database.findCaptureProblems({ slotName: 'none', publicationName: 'none' });
        return found.map(({ problem }) => problem);
      });
    const mayNotReplicate = 'User owner may not replicate.';
    expect(await problems()).toEqual([mayNotReplicate, 'User owner may not create publications.']);
    await pair.source.client.query(
      'CREATE ROLE rds_replication; GRANT rds_replication TO owner; GRANT CREATE ON DATABASE acme TO owner',
    );
    expect(await problems()).toEqual([]);
    await pair.source.client.query('REVOKE rds_replication FROM owner');
    expect(await problems()).toEqual([mayNotReplicate]);
    await pair.source.client.query('ALTER ROLE owner REPLICATION');
    expect(await problems()).toEqual([]);
    const emit = 'EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean)';
    await pair.source.client.query(`REVOKE ${emit} FROM PUBLIC`);
    expect(await problems()).toEqual([
      expect.stringContaining('User owner may not write messages into the log'),
    ]);
    await pair.source.client.query(`GRANT ${emit} TO PUBLIC`);
    expect(await problems()).toEqual([]);
  });

  test('what a user may not do is PermissionDenied', async () => {
    await expect(
      asUser('reader', (database) =>
        database.prepareCapture({ slotName: 's', publicationName: 'p' }, [
          { schema: 'public', table: 'granted' },
        ]),
      ),
    ).rejects.toMatchObject({ code: 'PermissionDenied' });
  });
});
