import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitEqual,
  awaitHealthy,
  awaitLive,
  awaitStatus,
  connectTo,
  createReplication,
  createTenant,
  digestQuery,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';
import { findTraces } from './traces.ts';

const awaitChanged = (tenant: Tenant, id: number): Promise<true> =>
  waitFor(
    `the change of the tables of replication ${id}`,
    150_000,
    async () => {
      const { body } = await tenant.api.get(`/replications/${id}`);
      if (body.table_change?.state === 'failed') throw new Error(body.table_change.message);
      return body.table_change === null ? true : undefined;
    },
    async () => (await tenant.api.get(`/replications/${id}`)).body.table_change,
  );

const copiedRows = async (tenant: Tenant, id: number, table: string): Promise<number> =>
  (await statusOf(tenant, id)).tables.find((one: { source: { table: string } }) => one.source.table === table)
    ?.rows_copied;

/** What the status says of a table. */
const tableOf = async (tenant: Tenant, id: number, table: string) =>
  (await statusOf(tenant, id)).tables.find(
    (one: { source: { table: string } }) => one.source.table === table,
  );

const stop = async (tenant: Tenant, id: number): Promise<void> => {
  await tenant.api.post(`/replications/${id}/stop`);
  await awaitStatus(tenant, id, 'stopped', 60_000);
};

describe('tables of an active replication', () => {
  let tenant: Tenant;
  let id: number;
  let connectorName: string;

  beforeAll(async () => {
    tenant = await createTenant('tables');
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      CREATE TABLE parts (id int PRIMARY KEY, note text);
      CREATE TABLE later (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
      INSERT INTO orders SELECT g, 'order ' || g FROM generate_series(1, 300) g;
      INSERT INTO parts SELECT g, 'part ' || g FROM generate_series(1, 30) g;
      INSERT INTO later SELECT g FROM generate_series(1, 2000) g`);
    ({ id, connectorName } = await createReplication(tenant, [
      { source: { table: 'orders' }, target: { table: 'orders' } },
      { source: { table: 'parts' }, target: { table: 'parts' } },
    ]));
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  });
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}?drop_target_tables=true`);
    await tenant.close();
  });

  test('one is left out while the others stream, and nothing of it stays', async () => {
    const { body: before } = await tenant.api.get(`/replications/${id}`);
    const stale = await tenant.api.delete(`/replications/${id}/tables/public.parts?version=7`);
    expect(stale).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    const asked = await tenant.api.delete(`/replications/${id}/tables/public.parts?version=1`);
    expect(asked).toMatchObject({
      status: 202,
      body: {
        tables_version: 2,
        table_change: { state: 'running', leaving: [{ schema: 'public', table: 'parts' }] },
      },
    });
    await tenant.source.query(
      "INSERT INTO orders VALUES (1001, 'meanwhile'); INSERT INTO parts VALUES (1001, 'x')",
    );
    await awaitChanged(tenant, id);
    const traced = { id, connectorName, topicPrefix: before.topic_prefix };
    const { topics, checkpoints, items } = await findTraces(traced, tenant.source, tenant.target);
    for (const trace of [...topics, ...checkpoints, ...items]) expect(trace).not.toContain('parts');
    const { rows } = await tenant.source.query(
      'SELECT tablename FROM pg_publication_tables WHERE pubname = $1',
      [`millrace_${before.topic_prefix}`],
    );
    expect(rows).toEqual([{ tablename: 'orders' }]);
    await tenant.source.query("INSERT INTO orders VALUES (1002, 'after'); DELETE FROM parts WHERE id < 10");
    await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
    expect(await copiedRows(tenant, id, 'orders')).toBe(300);
    // The target table stays as it was, and another replication may write it.
    await tenant.target.query('DROP TABLE parts');
    const other = await createReplication(tenant, [
      { source: { table: 'parts' }, target: { table: 'parts' } },
    ]);
    await tenant.api.delete(`/replications/${other.id}`);
    expect((await tenant.api.delete(`/replications/${id}/tables/public.orders`)).status).toBe(409);
  });

  test('one is mapped otherwise: it is copied again by its new mapping, which also holds for what comes later', async () => {
    await tenant.source.query(`
      CREATE TABLE readings (id int PRIMARY KEY, at timestamptz, note text);
      INSERT INTO readings SELECT g, '2026-03-01 00:00+00', 'n' || g FROM generate_series(1, 50) g`);
    await tenant.api.post(`/replications/${id}/tables`, {
      tables: [{ source: { table: 'readings' }, target: { table: 'readings' } }],
    });
    await awaitChanged(tenant, id);
    await awaitLive(tenant, id);
    const { body: before } = await tenant.api.get(`/replications/${id}`);
    // Columns of the same target table, which Millrace has created.
    const asked = await tenant.api.patch(`/replications/${id}`, {
      tables: [
        {
          source: { table: 'readings' },
          columns: [{ source: 'note', target: 'remark' }],
          value_policy: 'null',
        },
      ],
      capture: { poll_interval_ms: 50 },
    });
    expect(asked).toMatchObject({
      status: 202,
      body: { table_change: { state: 'running', resync: [{ schema: 'public', table: 'readings' }] } },
    });
    await tenant.source.query("INSERT INTO readings VALUES (1001, '2026-03-02 00:00+00', 'meanwhile')");
    await awaitChanged(tenant, id);
    await tenant.source.query("INSERT INTO readings VALUES (1002, '2026-03-02 00:00+00', 'after')");
    const digest = (note: string, table: string) =>
      `SELECT count(*)::text AS n, md5(string_agg(concat(id, extract(epoch FROM at), ${note}), ',' ORDER BY id)) AS h FROM ${table}`;
    await awaitEqual(tenant, digest('note', 'readings'), digest('remark', 'readings'));
    const config = await fetch(`${runningStack().connect.url}/connectors/${connectorName}/config`);
    expect(((await config.json()) as Record<string, string>)['poll.interval.ms']).toBe('50');

    // Another target table: the old one stays as it is, and is free.
    await tenant.api.patch(`/replications/${id}`, {
      tables: [{ source: { table: 'readings' }, target: { table: 'readings_moved' } }],
    });
    await awaitChanged(tenant, id);
    await tenant.source.query("UPDATE readings SET note = 'changed' WHERE id = 1002");
    await awaitEqual(tenant, digest('note', 'readings'), digest('remark', 'readings_moved'));
    expect((await tenant.target.query('SELECT remark FROM readings WHERE id = 1002')).rows).toEqual([
      { remark: 'after' },
    ]);
    expect(await copiedRows(tenant, id, 'orders')).toBe(300);
    const other = await createReplication(tenant, [
      { source: { table: 'parts' }, target: { table: 'readings' } },
    ]);
    await tenant.api.delete(`/replications/${other.id}`);
    const { body: after } = await tenant.api.get(`/replications/${id}/activity?limit=50`);
    const changes = after.activity.filter((one: { action: string }) => one.action === 'replication-changed');
    expect(
      changes.map((one: { after: Record<string, string> }) => one.after['table public.readings']),
    ).toEqual([
      'to public.readings_moved, note to remark, value_policy null',
      'to public.readings, note to remark, value_policy null',
    ]);
    expect(before.tables_version).toBeLessThan(
      (await tenant.api.get(`/replications/${id}`)).body.tables_version,
    );
    await tenant.api.delete(`/replications/${id}/tables/public.readings`);
    await awaitChanged(tenant, id);
  });

  test('one is added while writers are at work, and no change of it is lost or done twice', async () => {
    await waitFor('the other replication to be gone', 60_000, async () =>
      (await tenant.api.get('/replications')).body.replications.length === 1 ? true : undefined,
    );
    // A transaction that writes before, during and after the change of the publication.
    const slow = await connectTo(runningStack().source, tenant.databaseName);
    await slow.query('BEGIN; UPDATE later SET n = n + 1 WHERE id <= 100');
    const writer = await connectTo(runningStack().source, tenant.databaseName);
    let isWriting = true;
    const writing = (async () => {
      for (let round = 1; isWriting; round += 1) {
        await writer.query(`UPDATE later SET n = n + 1 WHERE id % 50 = ${round % 50} AND id > 100`);
        await writer.query(`INSERT INTO later VALUES (${10_000 + round}, 0)`);
        await writer.query(`DELETE FROM later WHERE id = ${200 + round}`);
        await writer.query(`INSERT INTO orders VALUES (${20_000 + round}, 'meanwhile')`);
      }
    })();
    const added = await tenant.api.post(`/replications/${id}/tables`, {
      tables: [
        { source: { table: 'later' }, target: { table: 'later' } },
        { source: { table: 'parts' }, target: { table: 'parts' } },
      ],
    });
    expect(added).toMatchObject({
      status: 202,
      body: { table_count: 3, table_change: { state: 'running' } },
    });
    const meanwhile = await tenant.api.post(`/replications/${id}/tables`, {
      tables: [{ source: { table: 'later' } }],
    });
    expect(meanwhile.status).toBe(409);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await slow.query('UPDATE later SET n = n + 1 WHERE id <= 100');
    await slow.query('COMMIT');
    await awaitChanged(tenant, id);
    await awaitLive(tenant, id);
    isWriting = false;
    await writing;
    await slow.end();
    await writer.end();
    await tenant.source.query(
      "UPDATE later SET n = -1 WHERE id = 5; INSERT INTO parts VALUES (2000, 'streamed')",
    );
    for (const table of ['later', 'parts', 'orders']) {
      await awaitEqual(tenant, digestQuery(table), digestQuery(table));
    }
    expect(await copiedRows(tenant, id, 'orders')).toBe(300);
    await awaitHealthy(tenant, id);
  });

  test('of a stopped one are changed by its next start', async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.source.query(`
      CREATE TABLE fourth (id int PRIMARY KEY); INSERT INTO fourth SELECT g FROM generate_series(1, 40) g`);
    const added = await tenant.api.post(`/replications/${id}/tables`, {
      tables: [{ source: { table: 'fourth' }, target: { table: 'fourth' } }],
    });
    expect(added).toMatchObject({ status: 202, body: { table_change: null, status: 'stopped' } });
    await tenant.source.query(
      "INSERT INTO fourth VALUES (100); INSERT INTO orders VALUES (50000, 'while stopped')",
    );
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await tenant.source.query('INSERT INTO fourth VALUES (101); DELETE FROM fourth WHERE id = 1');
    for (const table of ['fourth', 'orders', 'later']) {
      await awaitEqual(tenant, digestQuery(table), digestQuery(table));
    }
    expect(await copiedRows(tenant, id, 'orders')).toBe(300);
  });

  test('a start goes on without those that are unfit, and each of them has a way back', async () => {
    await stop(tenant, id);
    await tenant.source.query(`
      DROP TABLE fourth;
      ALTER TABLE later DROP CONSTRAINT later_pkey;
      INSERT INTO parts VALUES (3000, 'waits');
      INSERT INTO orders VALUES (60000, 'goes on')`);
    await tenant.target.query('ALTER TABLE parts RENAME note TO elsewhere');
    await startAndAwaitActive(tenant, id);
    await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
    const held = { state: 'held', held_since: expect.any(String) };
    expect(await tableOf(tenant, id, 'fourth')).toMatchObject({
      ...held,
      message: expect.stringMatching(/has no table public\.fourth any more\. To go on without it, .*DELETE/),
    });
    expect(await tableOf(tenant, id, 'later')).toMatchObject({
      ...held,
      message: expect.stringMatching(
        /no primary key.*POST \/replications\/\{id\}\/tables\/public\.later\/resync/,
      ),
    });
    expect(await tableOf(tenant, id, 'parts')).toMatchObject({
      ...held,
      message: expect.stringMatching(/note.*then stop and start the replication/),
    });
    expect((await statusOf(tenant, id)).overall).toBe('degraded');
    // Published, it would be refused to the application.
    await tenant.source.query('UPDATE later SET n = 77 WHERE id = 6; DELETE FROM later WHERE id = 7');

    await tenant.source.query('ALTER TABLE later ADD PRIMARY KEY (id)');
    await tenant.api.post(`/replications/${id}/tables/public.later/resync`);
    await awaitChanged(tenant, id);
    await tenant.api.delete(`/replications/${id}/tables/public.fourth`);
    await awaitChanged(tenant, id);
    await stop(tenant, id);
    await tenant.target.query('ALTER TABLE parts RENAME elsewhere TO note');
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await tenant.source.query(
      "INSERT INTO parts VALUES (3001, 'after'); UPDATE later SET n = 78 WHERE id = 8",
    );
    for (const table of ['parts', 'orders', 'later']) {
      await awaitEqual(tenant, digestQuery(table), digestQuery(table));
    }
    expect(await copiedRows(tenant, id, 'orders')).toBe(300);
    expect((await statusOf(tenant, id)).overall).toBe('healthy');
  });
});

describe('tables of an active replication from MariaDB', () => {
  let tenant: MariadbTenant;
  let id: number;
  const asTenant = (): Tenant => tenant as unknown as Tenant;

  beforeAll(async () => {
    tenant = await createMariadbTenant('tables');
    await tenant.sql.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note varchar(40));
      CREATE TABLE parts (id int PRIMARY KEY, note varchar(40));
      INSERT INTO orders VALUES (1, 'copied');
      INSERT INTO parts VALUES (1, 'copied')`);
    ({ id } = await createReplication(
      asTenant(),
      ['orders', 'parts'].map((table) => ({ source: { table }, target: { table } })),
    ));
    await startAndAwaitActive(asTenant(), id);
    await awaitLive(asTenant(), id);
  });
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}`);
    await tenant.close();
  });

  test('one is left out, and taken in again with one that was created later', async () => {
    expect((await tenant.api.delete(`/replications/${id}/tables/${tenant.sourceName}.parts`)).status).toBe(
      202,
    );
    await awaitChanged(asTenant(), id);
    await tenant.sql.query(`
      INSERT INTO parts VALUES (2, 'left out');
      CREATE TABLE newer (id int PRIMARY KEY, note varchar(40));
      INSERT INTO newer VALUES (1, 'before');
      DELETE FROM ${tenant.targetName}.parts`);
    const added = await tenant.api.post(`/replications/${id}/tables`, {
      tables: ['parts', 'newer'].map((table) => ({ source: { table }, target: { table } })),
    });
    expect(added.status).toBe(202);
    await tenant.sql.query(
      "INSERT INTO newer VALUES (2, 'meanwhile'); INSERT INTO orders VALUES (2, 'meanwhile')",
    );
    await awaitChanged(asTenant(), id);
    await awaitLive(asTenant(), id);
    await tenant.sql.query(
      "INSERT INTO newer VALUES (3, 'streamed'); UPDATE parts SET note = 'streamed' WHERE id = 2; DELETE FROM newer WHERE id = 1",
    );
    for (const table of ['orders', 'parts', 'newer']) {
      await tenant.awaitEqual(`SELECT * FROM ${table} ORDER BY id`, `SELECT * FROM ${table} ORDER BY id`);
    }
    await awaitHealthy(tenant, id);
  });

  test('a start, forced or not, goes on without those that are unfit', async () => {
    const tables = asTenant();
    await stop(tables, id);
    await tenant.sql.query(`
      DROP TABLE newer;
      ALTER TABLE parts DROP PRIMARY KEY;
      INSERT INTO orders VALUES (3, 'goes on')`);
    const orders = 'SELECT * FROM orders ORDER BY id';
    for (const force of [false, true]) {
      await startAndAwaitActive(tables, id, { force_resync: force });
      await tenant.sql.query(`INSERT INTO orders VALUES (${force ? 5 : 4}, 'streamed')`);
      await tenant.awaitEqual(orders, orders);
      expect(await tableOf(tables, id, 'orders')).toMatchObject({ message: null });
      expect(await tableOf(tables, id, 'newer')).toMatchObject({
        state: 'held',
        message: expect.stringMatching(/has no table .*newer any more/),
      });
      expect(await tableOf(tables, id, 'parts')).toMatchObject({
        state: 'held',
        message: expect.stringMatching(/no primary key/),
      });
    }
    const [kept] = await tenant.sql.query(`SELECT COUNT(*) AS n FROM ${tenant.targetName}.parts`);
    expect(kept).toEqual([{ n: 2 }]);
    await tenant.sql.query('ALTER TABLE parts ADD PRIMARY KEY (id)');
    await tables.api.post(`/replications/${id}/tables/${tenant.sourceName}.parts/resync`);
    await awaitChanged(tables, id);
    await tables.api.delete(`/replications/${id}/tables/${tenant.sourceName}.newer`);
    await awaitChanged(tables, id);
    await awaitLive(tables, id);
    await tenant.sql.query("INSERT INTO parts VALUES (9, 'streamed')");
    await tenant.awaitEqual('SELECT * FROM parts ORDER BY id', 'SELECT * FROM parts ORDER BY id');
    expect((await statusOf(tables, id)).overall).toBe('healthy');
  });
});

/** A date that MariaDB has and PostgreSQL has not. */
describe('a value policy', () => {
  let source: MariadbTenant;
  let target: Tenant;
  let id: number;
  const onTarget = (): Tenant => ({ ...target, api: source.api });
  const rowsAtTarget = async (): Promise<readonly unknown[]> =>
    (await target.target.query('SELECT id, at::text FROM public.visits ORDER BY id')).rows;
  const visits = (): Promise<{ readonly state: string; readonly message: string | null }> =>
    tableOf(onTarget(), id, 'visits');

  beforeAll(async () => {
    source = await createMariadbTenant('policies');
    target = await createTenant('policies');
    await source.sql.query(
      "SET SESSION sql_mode = ''; CREATE TABLE visits (id int PRIMARY KEY, at datetime); INSERT INTO visits VALUES (1, '2026-03-01')",
    );
    const registered = await source.api.post('/databases', target.registration('target'));
    const created = await source.api.post('/replications', {
      source_database_id: source.sourceDatabaseId,
      target_database_id: registered.body.database_id,
      tables: [{ source: { table: 'visits' }, target: { schema: 'public', table: 'visits' } }],
    });
    if (created.status !== 201) throw new Error(JSON.stringify(created.body));
    id = created.body.replication_id;
    await startAndAwaitActive(onTarget(), id);
    await awaitLive(onTarget(), id);
  });
  afterAll(async () => {
    await source.api.delete(`/replications/${id}?drop_target_tables=true`);
    await source.close();
    await target.close();
  });

  test('that is changed counts in the stream as well as in the copy', async () => {
    await source.sql.query("INSERT INTO visits VALUES (2, '0000-00-00')");
    await waitFor(
      'the table to be held before the zero date',
      60_000,
      async () => ((await visits()).state === 'held' ? true : undefined),
      visits,
    );
    expect((await visits()).message).toContain('zero date');
    const asked = await source.api.patch(`/replications/${id}`, {
      tables: [{ source: { table: 'visits' }, value_policy: 'null' }],
    });
    expect(asked.status).toBe(202);
    await awaitChanged(onTarget(), id);
    await awaitLive(onTarget(), id);
    // Of the copy.
    expect(await rowsAtTarget()).toEqual([
      { id: 1, at: '2026-03-01 00:00:00' },
      { id: 2, at: null },
    ]);
    // Of the stream.
    await source.sql.query(
      "INSERT INTO visits VALUES (3, '0000-00-00'), (4, '2026-03-04'); UPDATE visits SET at = '0000-00-00' WHERE id = 1",
    );
    await waitFor(
      'the changes to come',
      60_000,
      async () => ((await rowsAtTarget()).length === 4 ? true : undefined),
      visits,
    );
    await waitFor(
      'the update to come',
      60_000,
      async () =>
        JSON.stringify(await rowsAtTarget()) ===
        JSON.stringify([
          { id: 1, at: null },
          { id: 2, at: null },
          { id: 3, at: null },
          { id: 4, at: '2026-03-04 00:00:00' },
        ])
          ? true
          : undefined,
      rowsAtTarget,
    );
    expect(await visits()).toMatchObject({ state: 'live', message: null });
  });
});
