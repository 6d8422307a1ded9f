import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type mysql from 'mysql2/promise';
import type pg from 'pg';
import { recordCells, type SchemaCell } from '#test/kit/schema-cells.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
import {
  type Api,
  awaitEqual,
  awaitStatus,
  connectTo,
  createReplication,
  createTenant,
  digestQuery,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  tlsOfClient,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

interface TableStatus {
  readonly source: { readonly table: string };
  readonly state: string;
  readonly message: string | null;
}

const tableOf = async (tenant: { readonly api: Api }, id: number, table: string): Promise<TableStatus> => {
  const { tables } = (await tenant.api.get(`/replications/${id}/status`)).body;
  return tables.find(({ source }: TableStatus) => source.table === table);
};

const cellOf = (table: string, kind: string, outcome: SchemaCell['outcome']): SchemaCell => ({
  ...{ change: `${table}, while it is copied`, from: kind, to: kind },
  ...{ moment: 'copy', outcome },
});

/** Waits until each table is held, and returns those of which the message says something else than it should. */
const unseenHolds = async (
  tenant: { readonly api: Api },
  id: number,
  words: Readonly<Record<string, RegExp>>,
  kind: string,
): Promise<readonly string[]> => {
  const unseen: string[] = [];
  for (const [table, expected] of Object.entries(words)) {
    const found = await waitFor(
      `table ${table} to be held`,
      90_000,
      async () => {
        const status = await tableOf(tenant, id, table);
        return status.state === 'held' ? status : undefined;
      },
      () => tableOf(tenant, id, table),
    );
    if (expected.test(found.message ?? '')) recordCells([cellOf(table, kind, 'held')]);
    else unseen.push(`${table}: ${found.message}`);
  }
  return unseen;
};

/**
 * Waits until a table is held or live. A change that comes in the middle of a copy is followed where the rest of the copy could still be
 * read as it was planned. Returns what a held table says otherwise than it should; a live one has to be equal.
 */
const unseenHoldOrEqual = async (
  tenant: { readonly api: Api },
  id: number,
  table: string,
  expected: RegExp,
  kind: string,
  equal: () => Promise<void>,
): Promise<readonly string[]> => {
  const { state, message } = await waitFor(
    `table ${table} to be held or live`,
    120_000,
    async () => {
      const status = await tableOf(tenant, id, table);
      return status.state === 'held' || status.state === 'live' ? status : undefined;
    },
    () => tableOf(tenant, id, table),
  );
  if (state === 'held' && !expected.test(message ?? '')) return [`${table}: ${message}`];
  if (state === 'live') await equal();
  recordCells([cellOf(table, kind, state === 'held' ? 'held' : 'equal')]);
  return [];
};

const awaitTableLive = (tenant: { readonly api: Api }, id: number, table: string): Promise<true> =>
  waitFor(
    `table ${table} to be live`,
    120_000,
    async () => ((await tableOf(tenant, id, table)).state === 'live' ? true : undefined),
    () => tableOf(tenant, id, table),
  );

const resync = async (
  tenant: { readonly api: Api },
  id: number,
  schema: string,
  table: string,
): Promise<void> => {
  const answer = await tenant.api.post(`/replications/${id}/tables/${schema}.${table}/resync`);
  expect(answer.status).toBe(202);
  await awaitChange(tenant, id);
};

const awaitChange = (tenant: { readonly api: Api }, id: number): Promise<true> =>
  waitFor('the change of tables to end', 240_000, async () => {
    const { table_change: change } = (await tenant.api.get(`/replications/${id}`)).body;
    if (change?.state === 'failed') throw new Error(JSON.stringify(change));
    return change === null ? true : undefined;
  });

const awaitWait = (tenant: { readonly api: Api }, id: number): Promise<true> =>
  waitFor(
    'the start to wait for a transaction',
    120_000,
    async () => {
      const { wait, config } = (await tenant.api.get(`/replications/${id}/status`)).body;
      if (config.status === 'error') throw new Error(config.last_error_message);
      return wait === null ? undefined : true;
    },
    async () => (await tenant.api.get(`/replications/${id}/status`)).body,
  );

/**
 * Changes each table as soon as a chunk of it is being read, in whatever order the worker takes them. The change waits for the chunks
 * that are being read, and the next chunks wait for the change.
 */
const changeWhileCopied = async (
  changes: Readonly<Record<string, string>>,
  source: {
    /** The statements that sessions run at this moment. */
    readonly runningStatements: () => Promise<readonly string[]>;
    readonly execute: (statement: string) => Promise<unknown>;
  },
): Promise<void> => {
  const left = new Map(Object.entries(changes));
  const deadline = performance.now() + 240_000;
  while (left.size > 0) {
    if (performance.now() > deadline) throw new Error(`${[...left.keys()].join()} were not copied.`);
    const running = await source.runningStatements();
    for (const [table, change] of left) {
      if (!running.some((statement) => statement.includes(table))) continue;
      left.delete(table);
      await source.execute(change);
    }
    await sleep(10);
  }
};

/** That of the tables with a changed copy not all were copied to the end. */
const expectUnfinished = async (tenant: { readonly api: Api }, id: number): Promise<void> => {
  const { body } = await tenant.api.get(`/replications/${id}/copy`);
  const big = body.tables.filter(({ source }: TableStatus) => source.table.startsWith('big_'));
  expect(
    big.some(({ chunks, chunks_done: done }: Record<string, number>) => Number(done) < Number(chunks)),
  ).toBe(true);
};

/** Rows of about 400 bytes, so that so many of them are copied in 16 chunks of 4 MiB or more. */
const bigRows = 180_000;

describe('tables of PostgreSQL that are changed while a start is under way', () => {
  let tenant: Tenant;
  let writer: pg.Client;
  let id: number;
  const tables = [
    ...[
      'kept',
      'gone_early',
      'keyless_early',
      'gone',
      'renamed',
      'keyless',
      'inserted_again',
      'label',
      'typed',
    ],
    ...['big_added', 'big_dropped', 'big_column'],
  ];

  beforeAll(async () => {
    tenant = await createTenant('ddl_start');
    await tenant.source.query(`CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE other (id int)`);
    for (const table of tables) {
      const rows = table.startsWith('big_') ? bigRows : 100;
      await tenant.source.query(`
        CREATE TABLE ${table} (id int PRIMARY KEY, a int, v text${table === 'label' ? ", m mood DEFAULT 'ok'" : ''});
        INSERT INTO ${table} SELECT n, n, repeat(md5(n::text), ${rows > 100 ? 12 : 1}) FROM generate_series(1, ${rows}) n`);
    }
    await tenant.source.query('ANALYZE');
    writer = await connectTo(runningStack().source, tenant.databaseName);
    ({ id } = await createReplication(
      tenant,
      tables.map((table) => ({ source: { table } })),
    ));
  }, 120_000);
  afterAll(async () => {
    await writer.end();
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const copying = {
    runningStatements: async () => {
      const { rows } = await tenant.source.query(
        "SELECT query FROM pg_stat_activity WHERE application_name = 'millrace-copy' AND state = 'active' AND query LIKE 'COPY%'",
      );
      return rows.map(({ query }) => query);
    },
    execute: (statement: string) => tenant.source.query(statement),
  };

  const equal = (table: string): Promise<void> =>
    awaitEqual(tenant, digestQuery(table), digestQuery(`${tenant.databaseName}_${table}`));

  test('are held with the reason, before capture, before the copy and in the middle of it, and the others stream', async () => {
    // Publishing waits for this lock, and the slot for a transaction that has written something.
    const locker = await connectTo(runningStack().source, tenant.databaseName);
    await locker.query('BEGIN; LOCK TABLE kept IN SHARE UPDATE EXCLUSIVE MODE');
    await writer.query('BEGIN; INSERT INTO other VALUES (1)');
    expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
    await awaitWait(tenant, id);
    await tenant.source.query(
      'DROP TABLE gone_early; ALTER TABLE keyless_early DROP CONSTRAINT keyless_early_pkey',
    );
    await locker.query('COMMIT');
    await locker.end();
    await waitFor('the publication', 120_000, async () =>
      (await tenant.source.query('SELECT FROM pg_publication')).rowCount === 1 ? true : undefined,
    );
    await writer.query('COMMIT');
    await waitFor('the slot', 120_000, async () =>
      (
        await tenant.source.query(
          'SELECT FROM pg_replication_slots WHERE database = current_database() AND confirmed_flush_lsn IS NOT NULL',
        )
      ).rowCount === 1
        ? true
        : undefined,
    );
    // Captured, and before the tables are looked at for the copy.
    await tenant.source.query(`
      DELETE FROM inserted_again WHERE id = 7; INSERT INTO inserted_again VALUES (7, 7, 'again');
      ALTER TABLE inserted_again ADD COLUMN extra int DEFAULT 7;
      INSERT INTO label VALUES (1001, 1, 'x', 'sad'); ALTER TYPE mood RENAME VALUE 'sad' TO 'glad';
      DROP TABLE gone; ALTER TABLE renamed RENAME TO elsewhere; ALTER TABLE keyless DROP CONSTRAINT keyless_pkey;
      ALTER TABLE typed ALTER COLUMN a TYPE bigint;
      INSERT INTO kept SELECT n, n, 'later' FROM generate_series(1001, 1010) n; DELETE FROM kept WHERE id = 3`);

    await changeWhileCopied(
      {
        big_added: 'ALTER TABLE big_added ADD COLUMN extra int DEFAULT 7',
        big_dropped: 'DROP TABLE big_dropped',
        big_column: 'ALTER TABLE big_column RENAME COLUMN a TO x',
      },
      copying,
    );
    await awaitStatus(tenant, id, 'active', 240_000);
    expect(
      await unseenHolds(
        tenant,
        id,
        {
          gone_early: /has no table public\.gone_early any more/,
          keyless_early: /primary key/i,
          gone: /has no table public\.gone any more/,
          renamed: /has no table public\.renamed any more/,
          keyless: /its key \(id\) was dropped/,
          inserted_again: /column extra was added/,
          label: /labels of the enum/,
          typed: /type of column a/,
          big_dropped: /has no table public\.big_dropped any more/,
        },
        'postgresql',
      ),
    ).toEqual([]);
    await expectUnfinished(tenant, id);
    for (const [table, words] of [
      ['big_added', /column extra was added/],
      ['big_column', /renamed/],
    ] as const) {
      expect(await unseenHoldOrEqual(tenant, id, table, words, 'postgresql', () => equal(table))).toEqual([]);
    }
    await awaitTableLive(tenant, id, 'kept');
    await tenant.source.query(`INSERT INTO kept SELECT n, n, 'after' FROM generate_series(2001, 2010) n`);
    await equal('kept');
    expect((await statusOf(tenant, id)).overall).toBe('degraded');
  }, 600_000);

  test('are copied again by a resync, and are equal', async () => {
    for (const table of ['inserted_again', 'label', 'big_added']) {
      await resync(tenant, id, 'public', table);
      await awaitTableLive(tenant, id, table);
      await equal(table);
    }
  }, 600_000);

  testInLongForm(
    'are held during a resync and when they are added, too',
    async () => {
      await tenant.source.query('DROP TABLE typed');
      await resync(tenant, id, 'public', 'typed');
      expect(
        await unseenHolds(tenant, id, { typed: /has no table public\.typed any more/ }, 'postgresql'),
      ).toEqual([]);
      await tenant.api.post(`/replications/${id}/tables/public.big_column/resync`);
      await changeWhileCopied(
        { big_column: 'ALTER TABLE big_column ADD COLUMN extra int DEFAULT 7' },
        copying,
      );
      await awaitChange(tenant, id);
      expect(
        await unseenHoldOrEqual(tenant, id, 'big_column', /column extra was added/, 'postgresql', () =>
          equal('big_column'),
        ),
      ).toEqual([]);
      await awaitTableLive(tenant, id, 'kept');
      await equal('kept');
    },
    600_000,
  );

  testInLongForm(
    'stay held when the replication is started again, while the others go on',
    async () => {
      await tenant.api.post(`/replications/${id}/stop`);
      await awaitStatus(tenant, id, 'stopped', 120_000);
      await tenant.source.query('DROP TABLE label');
      await startAndAwaitActive(tenant, id);
      expect(
        await unseenHolds(
          tenant,
          id,
          {
            label: /has no table/,
            big_dropped: /has no table/,
            typed: /has no table/,
          },
          'postgresql',
        ),
      ).toEqual([]);
      await tenant.source.query(
        `INSERT INTO kept SELECT n, n, 'restarted' FROM generate_series(3001, 3010) n`,
      );
      await equal('kept');
      await equal('inserted_again');
    },
    300_000,
  );
});

describe('tables of MariaDB that are changed while a start is under way', () => {
  let tenant: MariadbTenant;
  let writer: mysql.Connection;
  let id: number;
  /** Planned first; their tables at the target are locked, so that those behind them are looked at when the test lets them. */
  const gates = ['gate_1', 'gate_2', 'gate_3', 'gate_4'];
  const tables = [
    ...gates,
    'kept',
    'gone',
    'renamed',
    'keyless',
    'inserted_again',
    'typed',
    'big_added',
    'big_dropped',
    'big_column',
  ];

  beforeAll(async () => {
    tenant = await createMariadbTenant('ddl_start');
    const mariadb = runningStack().mariadb;
    if (mariadb === undefined) throw new Error('The local stack runs without MariaDB.');
    const { createConnection } = await import('mysql2/promise');
    const { host, port, user, password } = mariadb;
    writer = await createConnection({
      host,
      port,
      user,
      password,
      database: tenant.sourceName,
      ...tlsOfClient(),
    });
    for (const table of tables) {
      const rows = table.startsWith('big_') ? bigRows : 100;
      await tenant.sql.query(`
        CREATE TABLE ${table} (id int PRIMARY KEY, a int, v text);
        INSERT INTO ${table} SELECT seq, seq, REPEAT(MD5(seq), ${rows > 100 ? 12 : 1}) FROM seq_1_to_${rows}; ANALYZE TABLE ${table}`);
    }
    for (const gate of gates) {
      await tenant.sql.query(
        `CREATE TABLE ${tenant.targetName}.${tenant.sourceName}_${gate} (id int PRIMARY KEY, a int, v text)`,
      );
    }
    const answer = await tenant.api.post('/replications', {
      source_database_id: tenant.sourceDatabaseId,
      target_database_id: tenant.targetDatabaseId,
      tables: tables.map((table) => ({ source: { table } })),
    });
    expect(answer.status).toBe(201);
    id = answer.body.replication_id;
  }, 120_000);
  afterAll(async () => {
    await writer.end();
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const digest = (table: string, columns: string): string =>
    `SELECT COUNT(*), SUM(CONV(LEFT(MD5(CONCAT_WS('|', ${columns})), 15), 16, 10)) FROM ${table}`;
  const equal = (table: string, columns = 'id, a, v'): Promise<void> =>
    tenant.awaitEqual(digest(table, columns), digest(`${tenant.sourceName}_${table}`, columns));

  test('are held with the reason, before the copy and in the middle of it, and the others stream', async () => {
    const lock = gates.map((gate) => `${tenant.targetName}.${tenant.sourceName}_${gate} WRITE`);
    await writer.query(`LOCK TABLES ${lock.join()}`);
    expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
    await waitFor(
      'the planning to wait for the locked tables',
      180_000,
      async () => {
        const [rows] = await tenant.sql.query<mysql.RowDataPacket[]>(
          "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock'",
        );
        return Number(rows[0]?.n) >= gates.length ? true : undefined;
      },
      async () => (await tenant.api.get(`/replications/${id}/status`)).body.config,
    );
    await tenant.sql.query(`
      DELETE FROM inserted_again WHERE id = 7; INSERT INTO inserted_again VALUES (7, 7, 'again');
      ALTER TABLE inserted_again ADD COLUMN extra int DEFAULT 7;
      DROP TABLE gone; RENAME TABLE renamed TO elsewhere; ALTER TABLE keyless DROP PRIMARY KEY;
      ALTER TABLE typed MODIFY a bigint unsigned;
      INSERT INTO kept SELECT seq, seq, 'later' FROM seq_1001_to_1010; DELETE FROM kept WHERE id = 3`);
    await writer.query('UNLOCK TABLES');
    await changeWhileCopied(
      {
        big_added: 'ALTER TABLE big_added ADD COLUMN extra int DEFAULT 7',
        big_dropped: 'DROP TABLE big_dropped',
        big_column: 'ALTER TABLE big_column CHANGE a x int',
      },
      {
        runningStatements: async () => {
          const [rows] = await tenant.sql.query<mysql.RowDataPacket[]>(
            `SELECT INFO FROM information_schema.PROCESSLIST WHERE DB = '${tenant.sourceName}' AND INFO LIKE 'SELECT%FROM%big%ORDER BY%' AND INFO NOT LIKE '%LIMIT 1 %'`,
          );
          return rows.map(({ INFO }) => String(INFO));
        },
        execute: (statement) => tenant.sql.query(statement),
      },
    );
    await waitFor(
      'the replication to become active',
      240_000,
      async () => {
        const { config } = (await tenant.api.get(`/replications/${id}/status`)).body;
        if (config.status === 'error') throw new Error(config.last_error_message);
        return config.status === 'active' ? true : undefined;
      },
      async () => (await tenant.api.get(`/replications/${id}/status`)).body,
    );
    expect(
      await unseenHolds(
        tenant,
        id,
        {
          gone: /has no table/,
          renamed: /has no table/,
          keyless: /its key \(id\) was dropped/,
          inserted_again: /extra/,
          typed: /column a|MODIFY a/,
          big_dropped: /has no table|doesn't exist/,
        },
        'mariadb',
      ),
    ).toEqual([]);
    await expectUnfinished(tenant, id);
    for (const [table, columns, words] of [
      ['big_added', 'id, a, v, extra', /extra/],
      ['big_column', 'id, x, v', /column|CHANGE/],
    ] as const) {
      expect(
        await unseenHoldOrEqual(tenant, id, table, words, 'mariadb', () => equal(table, columns)),
      ).toEqual([]);
    }
    await awaitTableLive(tenant, id, 'kept');
    await tenant.sql.query(`INSERT INTO kept SELECT seq, seq, 'after' FROM seq_2001_to_2010`);
    await equal('kept');
  }, 600_000);

  test('are copied again by a resync, and are equal', async () => {
    for (const table of ['inserted_again', 'big_added']) {
      await resync(tenant, id, tenant.sourceName, table);
      await awaitTableLive(tenant, id, table);
      await equal(table);
    }
  }, 600_000);

  testInLongForm(
    'are held during a resync, too',
    async () => {
      await tenant.sql.query('DROP TABLE typed');
      await resync(tenant, id, tenant.sourceName, 'typed');
      expect(await unseenHolds(tenant, id, { typed: /has no table/ }, 'mariadb')).toEqual([]);
      await awaitTableLive(tenant, id, 'kept');
      await equal('kept');
    },
    300_000,
  );
});
