import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { describeInLongForm } from '#test/kit/short-form.ts';
import {
  type Api,
  awaitEqual,
  awaitLive,
  awaitStatus,
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

/*
 * A first start that has begun capture and ends before its copy leaves events behind. What the tables become before the next start, these
 * events do not have; the next start's copy does.
 */

interface Ends {
  readonly api: Api;
  readonly id: number;
  readonly schema: string;
  /** How the table is mapped that leaves and is taken in again. */
  readonly again: unknown;
  /** Runs a statement at the source. */
  readonly execute: (statement: string) => Promise<unknown>;
  readonly awaitEqual: (table: string) => Promise<void>;
}

const tables = ['kept', 'altered', 'again', 'narrow'];

const created = tables.map(
  (table) => `
    CREATE TABLE ${table} (id int PRIMARY KEY, a int, v varchar(40));
    INSERT INTO ${table} VALUES (1, 1, 'one'), (7, 7, 'seven'), (8, 8, 'eight')`,
);

/** `narrow` is captured without a column at first. */
const mappings = tables.map((table) =>
  table === 'narrow' ? { source: { table }, columns: [{ source: 'v', omit: true }] } : { source: { table } },
);

const awaitChange = ({ api, id }: Ends): Promise<true> =>
  waitFor('the change of tables to end', 120_000, async () => {
    const { table_change: change } = (await api.get(`/replications/${id}`)).body;
    if (change?.state === 'failed') throw new Error(JSON.stringify(change));
    return change === null ? true : undefined;
  });

/** As much as can happen to tables between two starts: rows that are inserted again, and then the columns that they do not have. */
const changeBetweenStarts = async (ends: Ends): Promise<void> => {
  const { api, id, schema, execute } = ends;
  for (const table of tables) {
    await execute(`DELETE FROM ${table} WHERE id = 7`);
    await execute(`INSERT INTO ${table} VALUES (7, 70, 'before the change')`);
  }
  expect((await api.delete(`/replications/${id}/tables/${schema}.again`)).status).toBe(202);
  await awaitChange(ends);
  await execute('DELETE FROM again WHERE id = 8');
  await execute("INSERT INTO again VALUES (8, 80, 'while it was left out')");
  for (const table of ['altered', 'again']) {
    await execute(`ALTER TABLE ${table} ADD COLUMN extra int DEFAULT 5`);
    await execute(`INSERT INTO ${table} VALUES (9, 9, 'after the change', 9)`);
  }
  const added = await api.post(`/replications/${id}/tables`, { tables: [ends.again] });
  expect(added.status).toBe(202);
  const mapped = await api.patch(`/replications/${id}`, {
    tables: [{ source: { table: 'narrow' }, columns: [] }],
  });
  expect(mapped.status).toBeLessThan(300);
  await awaitChange(ends);
};

const expectEqualAndStreaming = async (ends: Ends): Promise<void> => {
  for (const table of tables) await ends.awaitEqual(table);
  for (const table of tables) await ends.execute(`UPDATE ${table} SET a = 11 WHERE id = 7`);
  for (const table of tables) await ends.awaitEqual(table);
};

describe('PostgreSQL: tables that change between two first starts', () => {
  let tenant: Tenant;
  let ends: Ends;
  beforeAll(async () => {
    tenant = await createTenant('first_start');
    for (const statement of created) await tenant.source.query(statement);
    const { id } = await createReplication(tenant, mappings);
    ends = {
      ...{ api: tenant.api, id, schema: 'public', again: { source: { table: 'again' } } },
      execute: (statement) => tenant.source.query(statement),
      awaitEqual: (table) =>
        awaitEqual(tenant, digestQuery(table), digestQuery(`${tenant.databaseName}_${table}`)),
    };
  }, 120_000);
  afterAll(async () => {
    await tenant.api.delete(`/replications/${ends.id}`);
    await tenant.close();
  });

  test('are copied as they are by the second one, and no older event makes a row wrong', async () => {
    const { api, id } = ends;
    expect((await api.post(`/replications/${id}/start`)).status).toBe(202);
    await waitFor('the slot', 120_000, async () =>
      (
        await tenant.source.query(
          'SELECT FROM pg_replication_slots WHERE database = current_database() AND confirmed_flush_lsn IS NOT NULL',
        )
      ).rowCount === 1
        ? true
        : undefined,
    );
    expect((await api.post(`/replications/${id}/stop`)).status).toBeLessThan(300);
    await awaitStatus(tenant, id, 'stopped', 60_000);
    // It has not come to its copy.
    const { rows } = await tenant.target.query("SELECT FROM pg_tables WHERE tablename LIKE '%altered'");
    expect(rows).toHaveLength(0);
    await changeBetweenStarts(ends);
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await expectEqualAndStreaming(ends);
    expect((await statusOf(tenant, id)).tables).toHaveLength(tables.length);
  }, 400_000);
});

describeInLongForm('MariaDB: tables that change between two first starts', () => {
  let tenant: MariadbTenant;
  let ends: Ends;
  const asTenant = (): Tenant => tenant as unknown as Tenant;
  beforeAll(async () => {
    tenant = await createMariadbTenant('first_start');
    for (const statement of created) await tenant.sql.query(statement);
    await tenant.sql.query('CREATE TABLE other (id int PRIMARY KEY)');
    const { id } = await createReplication(
      asTenant(),
      mappings.map((mapping) => ({ ...mapping, target: { table: mapping.source.table } })),
    );
    const read = (table: string): string => `SELECT * FROM ${table} ORDER BY id`;
    ends = {
      ...{ api: tenant.api, id, schema: tenant.sourceName },
      again: { source: { table: 'again' }, target: { table: 'again' } },
      execute: (statement) => tenant.sql.query(statement),
      awaitEqual: (table) => tenant.awaitEqual(read(table), read(table)),
    };
  }, 120_000);
  afterAll(async () => {
    await tenant.api.delete(`/replications/${ends.id}`);
    await tenant.close();
  });

  test('are copied as they are by the second one, and no older event makes a row wrong', async () => {
    const { api, id } = ends;
    // The copy waits for a transaction that is prepared, and capture has begun by then.
    const { mariadb } = runningStack();
    if (mariadb === undefined) throw new Error('The local stack runs without MariaDB.');
    const { host, port, user, password } = mariadb;
    const other = await createConnection({
      host,
      port,
      user,
      password,
      database: tenant.sourceName,
      ...tlsOfClient(),
    });
    for (const statement of [
      "XA START 'first'",
      'INSERT INTO other VALUES (1)',
      "XA END 'first'",
      "XA PREPARE 'first'",
    ]) {
      await other.query(statement);
    }
    try {
      expect((await api.post(`/replications/${id}/start`)).status).toBe(202);
      await waitFor('the start to wait for a transaction', 120_000, async () =>
        (await api.get(`/replications/${id}/status`)).body.wait === null ? undefined : true,
      );
      // These are in Kafka before the stop, those of `narrow` without a column.
      for (const table of tables) {
        await ends.execute(`DELETE FROM ${table} WHERE id = 1`);
        await ends.execute(`INSERT INTO ${table} VALUES (1, 10, 'captured')`);
      }
      expect((await api.post(`/replications/${id}/stop`)).status).toBeLessThan(300);
      await awaitStatus(asTenant(), id, 'stopped', 60_000);
    } finally {
      await other.query("XA COMMIT 'first'");
      await other.end();
    }
    await changeBetweenStarts(ends);
    await startAndAwaitActive(asTenant(), id);
    await awaitLive(asTenant(), id);
    await expectEqualAndStreaming(ends);
  }, 400_000);
});
