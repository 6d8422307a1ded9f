import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { recordCells, type SchemaCell } from '#test/kit/schema-cells.ts';
import { type MariadbServer, mariadbSourceSettings, startMariadb } from '../../local/mariadb.ts';
import {
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  digestQuery,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';

interface Case {
  /** Also the table's name. */
  readonly name: string;
  /** Run in one go; `T` is the table. Rows are changed before and after. */
  readonly change: string;
  /** What the message has to say; absent where the table goes on. */
  readonly held?: RegExp;
  /** Without it a row is inserted after the change, so that an event has the new shape. */
  readonly isQuiet?: true;
}

/** What is done to a table while it is replicated, each of which was once followed by wrong rows without a word. */
const cases: readonly Case[] = [
  {
    name: 'add_default',
    change: 'ALTER TABLE T ADD COLUMN extra int DEFAULT 7',
  },
  {
    name: 'add_default_quiet',
    change: 'ALTER TABLE T ADD COLUMN extra int DEFAULT 7',
    isQuiet: true,
  },
  {
    name: 'type_using',
    change: `ALTER TABLE T ALTER COLUMN b TYPE text USING 'x' || b`,
    held: /type of column b/,
  },
  {
    name: 'same_type_using',
    change: 'ALTER TABLE T ALTER COLUMN a TYPE int USING a + 1',
    held: /column a was altered and the table's rows were written again/,
    isQuiet: true,
  },
  { name: 'numeric', change: 'ALTER TABLE T ALTER COLUMN n TYPE numeric(12,4)', held: /type of column n/ },
  {
    name: 'swapped',
    change: 'ALTER TABLE T RENAME a TO x; ALTER TABLE T RENAME c TO a; ALTER TABLE T RENAME x TO c',
    held: /exchanged their names|renamed/,
  },
  { name: 'renamed_column', change: 'ALTER TABLE T RENAME a TO x' },
  {
    name: 'dropped_added',
    change: 'ALTER TABLE T DROP COLUMN v; ALTER TABLE T ADD COLUMN v varchar(10)',
    held: /created again|added/,
  },
  {
    name: 'dropped_added_quiet',
    change: 'ALTER TABLE T DROP COLUMN last; ALTER TABLE T ADD COLUMN last int',
    held: /column last .*was added/,
    isQuiet: true,
  },
  {
    name: 'label',
    change: `ALTER TYPE mood RENAME VALUE 'sad' TO 'glad'`,
    held: /labels of the enum of column m/,
    isQuiet: true,
  },
  {
    name: 'identity_index',
    change:
      'CREATE UNIQUE INDEX ON T (c); ALTER TABLE T REPLICA IDENTITY USING INDEX identity_index_c_idx; DELETE FROM T WHERE id = 5',
    held: /key was changed from \(id\) to \(c\)/,
  },
  {
    name: 'key_moved',
    change: 'ALTER TABLE T DROP CONSTRAINT key_moved_pkey; ALTER TABLE T ADD PRIMARY KEY (c)',
    held: /key was changed from \(id\) to \(c\)/,
  },
  {
    name: 'renamed_back',
    change:
      'ALTER TABLE T RENAME TO elsewhere; UPDATE elsewhere SET a = -1; ALTER TABLE elsewhere RENAME TO T',
    held: /had another name for a time/,
    isQuiet: true,
  },
  {
    name: 'created_again',
    change: 'CREATE TABLE other (LIKE T INCLUDING ALL); DROP TABLE T; ALTER TABLE other RENAME TO T',
    held: /dropped and created again/,
  },
  {
    name: 'unpublished',
    change: `DO $$ BEGIN EXECUTE (SELECT format('ALTER PUBLICATION %I DROP TABLE T', pubname) FROM pg_publication_tables
      WHERE tablename = 'T'); END $$`,
    held: /public.unpublished is not in the publication any more/,
    isQuiet: true,
  },
  { name: 'dropped', change: 'DROP TABLE T', held: /has no table public.dropped any more/, isQuiet: true },
  {
    name: 'harmless',
    change: `CREATE INDEX ON T (a); ALTER TABLE T ALTER COLUMN a SET DEFAULT 3; COMMENT ON TABLE T IS 'x';
      ALTER TABLE T ALTER COLUMN v TYPE varchar(40); ALTER TABLE T ALTER COLUMN c DROP NOT NULL;
      ALTER TABLE T ADD CHECK (a < 100000); GRANT SELECT ON T TO PUBLIC; ANALYZE T`,
  },
  { name: 'truncated', change: 'TRUNCATE T' },
  {
    name: 'full_identity',
    change: 'ALTER TABLE T REPLICA IDENTITY FULL; UPDATE T SET a = a + 1; DELETE FROM T WHERE id = 3',
  },
  { name: 'longer', change: 'ALTER TABLE T ALTER COLUMN v TYPE text' },
];
const control = 'control';
const columns =
  'id int PRIMARY KEY, a int, b int, c int NOT NULL DEFAULT 0, n numeric(10,2), v varchar(10), last int';

interface TableStatus {
  readonly state: string;
  readonly message: string | null;
  readonly rows_copied: number;
}

const tableStatus = async (tenant: Tenant, id: number, table: string): Promise<TableStatus> => {
  const { tables } = await statusOf(tenant, id);
  return tables.find(({ source }: { source: { table: string } }) => source.table === table);
};

const cellOf = ({ name, held, isQuiet }: Case, from: string): SchemaCell => ({
  ...{ change: `${name}, at a table that streams`, from, to: 'postgresql' },
  moment: isQuiet === true ? 'idle' : 'between rows',
  outcome: held === undefined ? 'equal' : 'held',
});

/** Makes each change, between rows from before and from after it, and expects that its table is held with the words of the case. */
const expectHeld = async (
  tenant: Tenant,
  id: number,
  all: readonly Case[],
  source: {
    readonly kind: string;
    readonly changeRows: (table: string, from: number) => Promise<unknown>;
    readonly execute: (statements: string) => Promise<unknown>;
  },
): Promise<void> => {
  const { kind: from } = source;
  for (const { name, change, isQuiet } of all) {
    await source.changeRows(name, 1_001);
    await source.execute(change.replaceAll(/\bT\b/g, name));
    if (isQuiet !== true) await source.changeRows(name, 2_001);
  }
  const changedAtMs = Date.now();
  const unseen: string[] = [];
  for (const { name, held } of all) {
    if (held === undefined) continue;
    const table = await waitFor(
      `table ${name} to be held`,
      180_000,
      async () => {
        const found = await tableStatus(tenant, id, name);
        return found.state === 'held' ? found : undefined;
      },
      () => tableStatus(tenant, id, name),
    );
    if (!held.test(table.message ?? '')) unseen.push(`${name}: ${table.message}`);
  }
  expect(unseen).toEqual([]);
  recordCells(all.filter(({ held }) => held !== undefined).map((one) => cellOf(one, from)));
  process.stdout.write(`All were held within ${Math.round((Date.now() - changedAtMs) / 1_000)} s.\n`);
};

describe('changes of tables of PostgreSQL while they are replicated', () => {
  let tenant: Tenant;
  let id: number;

  const changeRows = (table: string, from: number): Promise<unknown> =>
    tenant.source.query(
      `INSERT INTO ${table} (id, c) SELECT n, n FROM generate_series(${from}, ${from + 9}) n`,
    );

  beforeAll(async () => {
    tenant = await createTenant('schema_changes');
    await tenant.source.query(`CREATE TYPE mood AS ENUM ('ok', 'sad')`);
    const tables = [...cases.map(({ name }) => name), control];
    for (const table of tables) {
      await tenant.source.query(`
        CREATE TABLE ${table} (${table === 'label' ? `${columns}, m mood DEFAULT 'sad'` : columns});
        INSERT INTO ${table} (id, a, b, c, n, v, last)
          SELECT n, n, n, n, n + 0.25, 'v' || n, n FROM generate_series(1, 100) n`);
    }
    ({ id } = await createReplication(
      tenant,
      tables.map((table) => ({ source: { table } })),
    ));
    await startAndAwaitActive(tenant, id, {}, 300_000);
    await awaitLive(tenant, id, 300_000);
  }, 700_000);
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const tableOf = (table: string) => tableStatus(tenant, id, table);

  test('each is held with its change in words, or goes on as before', async () => {
    await expectHeld(tenant, id, cases, {
      kind: 'postgresql',
      changeRows,
      execute: (statements) => tenant.source.query(statements),
    });
    const status = await statusOf(tenant, id);
    expect(status.overall).toBe('degraded');
    expect(status.reasons).toContainEqual(expect.stringMatching(/^Table public\.numeric is held: /));
  }, 900_000);

  test('what is held has every row from before the change, and none from after it', async () => {
    const { rows } = await tenant.target.query(
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE id > 2000)::int AS after FROM ${tenant.databaseName}_numeric`,
    );
    expect(rows).toEqual([{ all: 110, after: 0 }]);
    const deleted = await tenant.target.query(
      `SELECT id FROM ${tenant.databaseName}_identity_index WHERE id IN (0, 5)`,
    );
    expect(deleted.rows).toEqual([{ id: 5 }]);
  });

  test('a held table is copied again in its new shape, while the others stream', async () => {
    // A source publishes no table whose changed rows its log does not name; it has to be left out, or put right.
    const left = await tenant.api.delete(`/replications/${id}/tables/public.identity_index`);
    expect(left.status).toBe(202);
    await waitFor('the table to be left out', 120_000, async () =>
      (await tenant.api.get(`/replications/${id}`)).body.table_change === null ? true : undefined,
    );
    for (const name of ['type_using', 'key_moved', 'label', 'created_again', 'unpublished']) {
      const before = await tableOf(control);
      const answer = await tenant.api.post(`/replications/${id}/tables/public.${name}/resync`);
      expect(answer.status).toBe(202);
      await waitFor(
        `table ${name} to be live again`,
        240_000,
        async () => {
          const { body } = await tenant.api.get(`/replications/${id}`);
          if (body.table_change?.state === 'failed') throw new Error(JSON.stringify(body.table_change));
          return body.table_change === null && (await tableOf(name)).state === 'live' ? true : undefined;
        },
        () => tableOf(name),
      );
      await awaitEqual(tenant, digestQuery(name), digestQuery(`${tenant.databaseName}_${name}`));
      expect(await tableOf(control)).toMatchObject({ state: 'live', rows_copied: before.rows_copied });
    }
    expect((await tenant.api.post(`/replications/${id}/tables/public.nothing/resync`)).status).toBe(404);
  }, 900_000);

  test('the others go on', async () => {
    for (const table of [
      ...cases.filter(({ held }) => held === undefined).map(({ name }) => name),
      control,
    ]) {
      await changeRows(table, 3_001);
      await awaitEqual(tenant, digestQuery(table), digestQuery(`${tenant.databaseName}_${table}`));
      expect(await tableOf(table)).toMatchObject({ state: 'live', message: null });
    }
    recordCells(cases.filter(({ held }) => held === undefined).map((one) => cellOf(one, 'postgresql')));
  }, 300_000);
});

const mariadbCases: readonly Case[] = [
  {
    name: 'add_default',
    change: 'ALTER TABLE T ADD COLUMN extra int DEFAULT 7',
  },
  {
    name: 'add_default_quiet',
    change: 'ALTER TABLE T ADD COLUMN extra int DEFAULT 7',
    isQuiet: true,
  },
  { name: 'wider_decimal', change: 'ALTER TABLE T MODIFY n decimal(12,4)', held: /MODIFY n decimal/ },
  { name: 'more_digits', change: 'ALTER TABLE T MODIFY d datetime(3)', held: /MODIFY d datetime/ },
  { name: 'double_', change: 'ALTER TABLE T MODIFY f double', held: /MODIFY f double/ },
  { name: 'unsigned_', change: 'ALTER TABLE T MODIFY b bigint unsigned', held: /MODIFY b bigint unsigned/ },
  { name: 'binary_', change: 'ALTER TABLE T MODIFY v varbinary(20)', held: /MODIFY v varbinary/ },
  {
    name: 'charset_reinterpreted',
    change: 'ALTER TABLE T MODIFY v varbinary(20); ALTER TABLE T MODIFY v varchar(20) CHARACTER SET latin1',
    held: /MODIFY v varbinary/,
    isQuiet: true,
  },
  {
    name: 'converted',
    change: 'ALTER TABLE T CONVERT TO CHARACTER SET latin1',
    held: /CONVERT TO CHARACTER SET/,
  },
  { name: 'json_', change: 'ALTER TABLE T MODIFY l json', held: /MODIFY l json/, isQuiet: true },
  {
    name: 'other_key',
    change: 'ALTER TABLE T DROP PRIMARY KEY, ADD PRIMARY KEY (c)',
    held: /DROP PRIMARY KEY/,
  },
  {
    name: 'cascade_',
    change:
      'ALTER TABLE T ADD FOREIGN KEY (a) REFERENCES parents (id) ON DELETE CASCADE; DELETE FROM parents WHERE id = 4',
    held: /ADD FOREIGN KEY/,
    isQuiet: true,
  },
  {
    name: 'swapped_tables',
    change:
      'CREATE TABLE swapped_new LIKE T; INSERT INTO swapped_new SELECT * FROM T WHERE id > 50; RENAME TABLE T TO swapped_old, swapped_new TO T',
    held: /renamed/,
  },
  { name: 'created_again', change: 'DROP TABLE T; CREATE TABLE T LIKE control', held: /it was dropped/ },
  { name: 'gone', change: 'DROP TABLE T', held: /it was dropped|has no table/, isQuiet: true },
  {
    name: 'renamed_away',
    change: 'RENAME TABLE T TO elsewhere',
    held: /has no table|renamed/,
    isQuiet: true,
  },
  { name: 'renamed_column', change: 'ALTER TABLE T RENAME COLUMN a TO x' },
  {
    name: 'swapped_columns',
    change:
      'ALTER TABLE T RENAME COLUMN a TO x; ALTER TABLE T RENAME COLUMN c TO a; ALTER TABLE T RENAME COLUMN x TO c',
    // The first of them is followed, unless the catalog is seen before: then all of them are one change.
    held: /column c was renamed to a|its columns have another order/,
  },
  {
    name: 'dropped_partition',
    change:
      'ALTER TABLE T PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE); ALTER TABLE T DROP PARTITION p0',
    held: /DROP PARTITION p0/,
    isQuiet: true,
  },
  {
    name: 'truncated_partition',
    change:
      'ALTER TABLE T PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (3), PARTITION p1 VALUES LESS THAN MAXVALUE); ALTER TABLE T TRUNCATE PARTITION p0',
    held: /TRUNCATE PARTITION p0/,
    isQuiet: true,
  },
  {
    name: 'exchanged_partition',
    change: `ALTER TABLE T PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (3), PARTITION p1 VALUES LESS THAN MAXVALUE);
      CREATE TABLE taken LIKE T; ALTER TABLE taken REMOVE PARTITIONING; ALTER TABLE T EXCHANGE PARTITION p0 WITH TABLE taken`,
    held: /EXCHANGE PARTITION p0/,
    isQuiet: true,
  },
  {
    // The statement is about the other table, which is not replicated.
    name: 'exchanged_rows',
    change: `CREATE TABLE parts LIKE T; ALTER TABLE parts PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN MAXVALUE);
      ALTER TABLE parts EXCHANGE PARTITION p0 WITH TABLE T`,
    held: /EXCHANGE PARTITION p0/,
    isQuiet: true,
  },
  {
    name: 'unreadable_',
    change: 'ALTER TABLE T ADD extra int DEFAULT 7, ADD CONSTRAINT IF NOT EXISTS k CHECK (extra > 0)',
    // The look at the catalog may be first.
    held: /of the kind ALTER TABLE that Debezium cannot read|column extra .*was added/,
  },
  {
    name: 'harmless',
    change: `CREATE INDEX i ON T (a); ALTER TABLE T ADD INDEX (b), ALTER COLUMN a SET DEFAULT 3, COMMENT 'x';
      ANALYZE TABLE T; OPTIMIZE TABLE T; TRUNCATE TABLE T; ALTER TABLE T ENGINE = InnoDB`,
  },
];

describe('changes of tables of MariaDB while they are replicated', () => {
  let tenant: Tenant;
  let server: MariadbServer;
  let source: mysql.Connection;
  let id: number;
  const database = 'shapes';

  const changeRows = (table: string, from: number): Promise<unknown> =>
    source.query(
      `INSERT INTO ${table} (id, c) VALUES ${Array.from({ length: 10 }, (_, index) => `(${from + index}, ${from + index})`).join()}`,
    );

  beforeAll(async () => {
    tenant = await createTenant('schema_changes_mariadb');
    server = await startMariadb({ database, config: mariadbSourceSettings });
    const { host, port, user, password } = server;
    source = await mysql.createConnection({ host, port, user, password, database, multipleStatements: true });
    await source.query(
      'CREATE TABLE parents (id int PRIMARY KEY); INSERT INTO parents VALUES (1), (2), (3), (4), (5)',
    );
    const tables = [...mariadbCases.map(({ name }) => name), control];
    for (const table of tables) {
      await source.query(`
        CREATE TABLE ${table} (id int PRIMARY KEY, a int, b bigint, c int NOT NULL DEFAULT 0, n decimal(10,2), f float, d datetime,
          v varchar(20), l longtext);
        INSERT INTO ${table} SELECT id, id, id, id, id + 0.25, id / 3, '2026-01-01 00:00:00', CONCAT('v', id), '{"a":1}' FROM parents`);
    }
    const registered = await tenant.api.post('/databases', {
      ...{
        name: 'shapes',
        kind: 'mariadb',
        host,
        port,
        database,
        username: user,
        password,
        tls_mode: 'disable',
      },
    });
    expect(registered.status).toBe(201);
    const created = await tenant.api.post('/replications', {
      source_database_id: registered.body.database_id,
      target_database_id: tenant.targetDatabaseId,
      tables: tables.map((table) => ({ source: { table } })),
    });
    expect(created.body).toMatchObject({ replication_id: expect.any(Number) });
    id = created.body.replication_id;
    await startAndAwaitActive(tenant, id, {}, 300_000);
    await awaitLive(tenant, id, 300_000);
  }, 700_000);
  afterAll(async () => {
    if (id !== undefined) await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
    await source?.end();
    await server?.stop();
  });

  const tableOf = (table: string) => tableStatus(tenant, id, table);

  test('each is held with its statement, or goes on as before', async () => {
    await expectHeld(tenant, id, mariadbCases, {
      kind: 'mariadb',
      changeRows,
      execute: (statements) => source.query(statements),
    });
    expect((await statusOf(tenant, id)).overall).toBe('degraded');
  }, 900_000);

  test('what Debezium cannot read does not stand in the way of a new copy', async () => {
    expect((await tenant.api.post(`/replications/${id}/tables/${database}.unreadable_/resync`)).status).toBe(
      202,
    );
    await waitFor('table unreadable_ to be live again', 240_000, async () => {
      const { body } = await tenant.api.get(`/replications/${id}`);
      if (body.table_change?.state === 'failed') throw new Error(JSON.stringify(body.table_change));
      return body.table_change === null && (await tableOf('unreadable_')).state === 'live' ? true : undefined;
    });
  }, 300_000);

  test('the others go on', async () => {
    for (const table of ['unreadable_', 'harmless', control]) {
      await changeRows(table, 3_001);
      await waitFor(`the rows of ${table}`, 60_000, async () => {
        const [rows] = await source.query<mysql.RowDataPacket[]>(
          `SELECT COUNT(*) AS n, SUM(id) AS ids FROM ${table}`,
        );
        const { rows: found } = await tenant.target.query(
          `SELECT count(*)::text AS n, sum(id)::text AS ids FROM ${database}_${table}`,
        );
        return String(rows[0]?.n) === found[0].n && String(rows[0]?.ids) === found[0].ids ? true : undefined;
      });
      expect(await tableOf(table)).toMatchObject({ state: 'live', message: null });
    }
    recordCells(mariadbCases.filter(({ name }) => name === 'harmless').map((one) => cellOf(one, 'mariadb')));
  }, 300_000);
});
