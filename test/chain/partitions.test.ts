import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordCells, type SchemaCell } from '#test/kit/schema-cells.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
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

/*
 * A partitioned table is replicated as one table: its partitions come and go, and rows move between them. What PostgreSQL does
 * to a partition without an event of a row, as DETACH, holds the table, or is passed over where its user says so.
 */

const tables = ['events', 'logs', 'orders'] as const;
type Table = (typeof tables)[number];

const record = (change: string, outcome: SchemaCell['outcome']): void =>
  recordCells([{ change, from: 'postgresql', to: 'postgresql', moment: 'between rows', outcome }]);

describe('partitioned tables of PostgreSQL while they are replicated', () => {
  let tenant: Tenant;
  let id: number;

  beforeAll(async () => {
    tenant = await createTenant('partitions');
    for (const table of tables) {
      await tenant.source.query(`
        CREATE TABLE ${table} (id int, day int, note text, big text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE ${table}_1 PARTITION OF ${table} FOR VALUES FROM (1) TO (10);
        CREATE TABLE ${table}_2 PARTITION OF ${table} FOR VALUES FROM (10) TO (20) PARTITION BY LIST (day);
        CREATE TABLE ${table}_2_odd PARTITION OF ${table}_2 FOR VALUES IN (11, 13, 15, 17, 19);
        CREATE TABLE ${table}_2_even (big text, gone int, day int NOT NULL, note text, id int NOT NULL, PRIMARY KEY (id, day));
        ALTER TABLE ${table}_2_even DROP COLUMN gone;
        ALTER TABLE ${table}_2 ATTACH PARTITION ${table}_2_even FOR VALUES IN (10, 12, 14, 16, 18);
        ALTER TABLE ${table}_1 ALTER COLUMN big SET STORAGE EXTERNAL;
        INSERT INTO ${table} SELECT n, 1 + n % 19, 'copied', repeat('x', 3000) FROM generate_series(1, 1000) n`);
    }
    ({ id } = await createReplication(
      tenant,
      tables.map((table) => ({ source: { table } })),
    ));
    const policy = await tenant.api.put(`/replications/${id}/schema-policy`, {
      tables: [{ source: { table: 'logs' }, kinds: { 'drop-partition': 'ignore' } }],
    });
    expect(policy.status).toBe(200);
    await startAndAwaitActive(tenant, id, {}, 300_000);
    await awaitLive(tenant, id, 300_000);
  }, 700_000);
  afterAll(async () => {
    await tenant?.api.post(`/replications/${id}/stop`);
    await tenant?.close();
  });

  const targetOf = (table: Table): string => `${tenant.databaseName}_${table}`;
  const awaitSame = (table: Table): Promise<void> =>
    awaitEqual(tenant, digestQuery(table), digestQuery(targetOf(table)), 120_000);
  const tableStatus = async (table: Table) => {
    const status = await statusOf(tenant, id);
    return status.tables.find(({ source }: { source: { table: string } }) => source.table === table);
  };
  const awaitHeld = (table: Table): Promise<{ readonly message: string }> =>
    waitFor(
      `table ${table} to be held`,
      120_000,
      async () => {
        const found = await tableStatus(table);
        return found.state === 'held' ? found : undefined;
      },
      () => tableStatus(table),
    );

  test('rows move between partitions, and partitions come, while the table streams', async () => {
    await tenant.source.query(`
      UPDATE events SET day = 1 + (day + 9) % 19 WHERE id % 3 = 0;
      UPDATE events SET note = 'changed' WHERE id % 5 = 0;
      DELETE FROM events WHERE id % 7 = 0;
      INSERT INTO events SELECT n, 1 + n % 19, 'new', 'y' FROM generate_series(2001, 2100) n;
      CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM (20) TO (30);
      INSERT INTO events VALUES (3001, 21, 'in a new one', NULL);
      UPDATE events SET day = 22 WHERE id BETWEEN 1 AND 100`);
    await tenant.source.query(`
      CREATE TABLE events_4 (LIKE events INCLUDING ALL);
      ALTER TABLE events ATTACH PARTITION events_4 FOR VALUES FROM (30) TO (40);
      INSERT INTO events VALUES (3002, 31, 'in an attached one', NULL)`);
    await awaitSame('events');
    for (const change of [
      'rows that move between partitions',
      'CREATE of a partition',
      'ATTACH of an empty one',
    ])
      record(change, 'equal');
  });

  test('a column with a default is followed, and has its value in the old rows', async () => {
    await tenant.source.query(`
      ALTER TABLE events ADD COLUMN extra int DEFAULT 7;
      INSERT INTO events VALUES (3003, 5, 'after', NULL, 8)`);
    await awaitSame('events');
    expect((await tableStatus('events')).state).toBe('live');
    record('ADD COLUMN to a partitioned table', 'equal');
  });

  test('a partition whose rows end without an event holds the table, whose copy leads out', async () => {
    await tenant.source.query('ALTER TABLE events DETACH PARTITION events_1');
    const { message } = await awaitHeld('events');
    expect(message).toContain(
      'partition public.events_1: dropped or detached, so its rows ended without an event',
    );
    expect((await tableStatus('orders')).state).toBe('live');
    record('DETACH of a partition', 'held');
    const answer = await tenant.api.post(`/replications/${id}/tables/public.events/resync`, {});
    expect(answer.status).toBe(202);
    await awaitLive(tenant, id, 180_000);
    await awaitSame('events');
  });

  test('where its user says so, the rows of a dropped partition stay at the target', async () => {
    await tenant.source.query(`
      DROP TABLE logs_1;
      INSERT INTO logs SELECT n, 11, 'after the drop', NULL FROM generate_series(5001, 5010) n`);
    await awaitEqual(
      tenant,
      digestQuery('(SELECT * FROM logs WHERE day >= 10)'),
      digestQuery(`(SELECT * FROM ${targetOf('logs')} WHERE day >= 10)`),
      120_000,
    );
    // Two looks at the catalog.
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    expect((await tableStatus('logs')).state).toBe('live');
    const kept = await tenant.target.query(
      `SELECT count(*)::int AS n FROM ${targetOf('logs')} WHERE day < 10`,
    );
    expect(kept.rows[0].n).toBeGreaterThan(400);
    // The log has a TRUNCATE of the whole table, which takes these as well.
    await tenant.source.query(
      `TRUNCATE logs; INSERT INTO logs VALUES (5101, 12, 'after the TRUNCATE', NULL)`,
    );
    await awaitSame('logs');
    record('DROP of a partition that is ignored', 'equal');
    record('TRUNCATE of a partitioned table that is followed', 'equal');
  });

  test('a partition that comes with rows holds the table', async () => {
    await tenant.source.query(`
      CREATE TABLE orders_3 (LIKE orders INCLUDING ALL);
      INSERT INTO orders_3 VALUES (6001, 25, 'from before', NULL);
      ALTER TABLE orders ATTACH PARTITION orders_3 FOR VALUES FROM (20) TO (30)`);
    expect((await awaitHeld('orders')).message).toContain(
      'partition public.orders_3: attached with rows that the log does not have',
    );
    record('ATTACH of a partition with rows', 'held');
    const answer = await tenant.api.post(`/replications/${id}/tables/public.orders/resync`, {});
    expect(answer.status).toBe(202);
    await awaitLive(tenant, id, 180_000);
    await awaitSame('orders');
  });

  testInLongForm(
    'partitions that are written again, and a TRUNCATE of all of them, hold the table with words',
    async () => {
      const cases = [
        ['VACUUM FULL orders_1', /partition public\.orders_1: truncated, or its rows were written again/],
        [
          `TRUNCATE orders; INSERT INTO orders VALUES (7001, 11, 'after the TRUNCATE', NULL)`,
          /partitions public\.orders_1, .*: truncated, or its rows were written again/,
        ],
      ] as const;
      for (const [change, words] of cases) {
        for (const statement of change.split('; ')) await tenant.source.query(statement);
        expect((await awaitHeld('orders')).message).toMatch(words);
        record(`${change.split(' orders')[0]} of a partitioned table`, 'held');
        const answer = await tenant.api.post(`/replications/${id}/tables/public.orders/resync`, {});
        expect(answer.status).toBe(202);
        await awaitLive(tenant, id, 180_000);
        await awaitSame('orders');
      }
    },
    900_000,
  );
});
