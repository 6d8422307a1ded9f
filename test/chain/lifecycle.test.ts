import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitConsumerEnd,
  awaitEqual,
  awaitLive,
  awaitStatus,
  createReplication,
  createTenant,
  digestQuery,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';

/** Names that a careless program would break on, or obey. */
const awkwardTables = [
  'Mixed Case',
  'order',
  'with "quotes"inside',
  "it's",
  'x; DROP TABLE accounts; --',
  'ünïcode',
  'dotted.name',
] as const;

const mappedColumns = [
  { source: 'Id', target: 'person id', type: 'bigint' },
  { source: 'card', omit: true },
  { source: 'score', type: 'numeric' },
];

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sameKey = { 'idempotency-key': randomUUID() };

describe('the life of a replication', () => {
  let tenant: Tenant;
  let id: number;

  beforeAll(async () => {
    tenant = await createTenant('lifecycle');
    await tenant.source.query(`
      CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL, big text);
      ALTER TABLE accounts ALTER COLUMN big SET STORAGE EXTERNAL;
      INSERT INTO accounts SELECT n, 'owner ' || n, NULL FROM generate_series(1, 1000) n`);
    for (const table of awkwardTables) {
      await tenant.source.query(`
        CREATE TABLE ${quote(table)} ("Key Part" int, "select" text, "a""b" text, PRIMARY KEY ("select", "Key Part"));
        INSERT INTO ${quote(table)} SELECT n, 'k' || n % 3, 'v' || n FROM generate_series(1, 20) n`);
    }
    await tenant.source.query(`
      CREATE TABLE people ("Id" int PRIMARY KEY, name varchar(40), card text, score int);
      INSERT INTO people SELECT n, 'name ' || n, 'card ' || n, n FROM generate_series(1, 20) n`);
    ({ id } = await createReplication(tenant, [
      ...['accounts', ...awkwardTables].map((table) => ({ source: { table } })),
      { source: { table: 'people' }, target: { table: 'Persons' }, columns: mappedColumns },
    ]));
  });
  afterAll(async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await tenant.close();
  });

  const expectEqual = (table: string): Promise<void> =>
    awaitEqual(tenant, digestQuery(quote(table)), digestQuery(quote(`${tenant.databaseName}_${table}`)));

  test('a dry run finds nothing in the way, and starts nothing', async () => {
    const answer = await tenant.api.post(`/replications/${id}/validate`);
    expect(answer.body).toEqual({
      replication_id: id,
      ready: true,
      problems: [],
      warnings: [expect.objectContaining({ message: expect.stringContaining('max_slot_wal_keep_size') })],
    });
    expect((await tenant.api.get(`/replications/${id}`)).body.status).toBe('configured');
  });

  test('starting twice at once is one start', async () => {
    const starts = await Promise.all([1, 2].map(() => tenant.api.post(`/replications/${id}/start`)));
    expect(starts.map(({ status }) => status)).toEqual([202, 202]);
    expect(starts[0]?.body.generation).toBe(1);
    expect(starts[1]?.body.generation).toBe(1);
    await waitFor('the replication to be active', 120_000, async () => {
      const { config } = await statusOf(tenant, id);
      if (config.status === 'error') throw new Error(config.last_error_message);
      return config.status === 'active' ? true : undefined;
    });
    await awaitLive(tenant, id);
  });

  test('tables with any name are copied and followed', async () => {
    for (const table of awkwardTables) {
      await tenant.source.query(`
        UPDATE ${quote(table)} SET "a""b" = 'later' WHERE "Key Part" < 5;
        DELETE FROM ${quote(table)} WHERE "Key Part" = 7;
        INSERT INTO ${quote(table)} VALUES (100, 'q', '"'';--')`);
    }
    for (const table of awkwardTables) await expectEqual(table);
  });

  test('columns arrive under the names and types of their mapping', async () => {
    await tenant.source.query(`
      UPDATE people SET name = 'later', card = 'another' WHERE "Id" < 5;
      DELETE FROM people WHERE "Id" = 7;
      INSERT INTO people VALUES (100, NULL, 'card', -1)`);
    await awaitEqual(
      tenant,
      'SELECT "Id"::text AS id, name, score::text FROM people ORDER BY "Id"',
      'SELECT "person id"::text AS id, name, score::text FROM "Persons" ORDER BY "person id"',
    );
    const { rows } = await tenant.target.query(
      `SELECT attname || ' ' || format_type(atttypid, atttypmod) AS name FROM pg_attribute
       WHERE attrelid = '"Persons"'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'person id bigint',
      'name character varying(40)',
      'score numeric',
    ]);
  });

  test('key changes, truncation and values that are not in the log arrive', async () => {
    await tenant.source.query(`
      UPDATE accounts SET big = repeat(md5(random()::text), 4000) WHERE id <= 3;
      UPDATE accounts SET big = big || 'x' WHERE id <= 3`);
    await tenant.source.query("UPDATE accounts SET owner = 'untouched toast' WHERE id <= 3");
    await tenant.source.query('UPDATE accounts SET id = 5000 + id WHERE id <= 3');
    await expectEqual('accounts');
    await tenant.source.query(
      "BEGIN; TRUNCATE accounts; INSERT INTO accounts VALUES (1, 'after', NULL); COMMIT",
    );
    await expectEqual('accounts');
  });

  test('a stopped replication continues where it stopped, and copies nothing again', async () => {
    const stopped = await tenant.api.post(`/replications/${id}/stop`);
    expect(stopped.body).toMatchObject({ status: 'stopped', is_active: false });
    await tenant.source.query("INSERT INTO accounts VALUES (2, 'while stopped', NULL)");
    const copiedBefore = (await statusOf(tenant, id)).statistics.rows_copied;
    await startAndAwaitActive(tenant, id);
    await expectEqual('accounts');
    expect((await statusOf(tenant, id)).statistics.rows_copied).toBe(copiedBefore);
  });

  test('a paused replication writes nothing at the target, is not red, and applies everything after its resume', async () => {
    const paused = await tenant.api.post(`/replications/${id}/pause`, { reason: 'work at the target' });
    expect(paused.status).toBe(200);
    await awaitStatus(tenant, id, 'paused', 90_000);
    const target = quote(`${tenant.databaseName}_accounts`);
    const before = (await tenant.target.query(digestQuery(target))).rows;
    await tenant.source.query("INSERT INTO accounts VALUES (10, 'while paused', NULL)");
    const { rows } = await tenant.source.query('SELECT pg_current_wal_lsn()::text AS lsn');
    await waitFor('capture to bring the change to Kafka', 60_000, async () => {
      const slots = await tenant.source.query(
        'SELECT 1 FROM pg_replication_slots WHERE database = current_database() AND confirmed_flush_lsn >= $1::pg_lsn',
        [rows[0]?.lsn],
      );
      return slots.rows.length > 0 ? true : undefined;
    });
    expect((await tenant.target.query(digestQuery(target))).rows).toEqual(before);
    expect(await statusOf(tenant, id)).toMatchObject({
      overall: 'paused',
      config: { status: 'paused', desired: 'paused' },
      connector: { state: 'RUNNING', healthy: true },
      pause: { reason: 'work at the target' },
    });
    // It writes nothing any more, and needs a moment to end.
    await awaitConsumerEnd(id);
    const copiedBefore = (await statusOf(tenant, id)).statistics.rows_copied;
    expect((await tenant.api.post(`/replications/${id}/resume`, {}, sameKey)).status).toBe(202);
    await awaitStatus(tenant, id, 'active', 120_000);
    await expectEqual('accounts');
    expect((await statusOf(tenant, id)).statistics.rows_copied).toBe(copiedBefore);
    // The answer of then, whatever it is by now.
    const replayed = await tenant.api.post(`/replications/${id}/resume`, {}, sameKey);
    expect(replayed).toMatchObject({ status: 202, body: { status: 'starting' } });
  });

  test('the activity names who paused and resumed it, by replication and by client', async () => {
    const expected = [
      expect.objectContaining({ action: 'pause-requested', actor: 'user', reason: 'work at the target' }),
      expect.objectContaining({ action: 'paused', after: { status: 'paused', desired: 'paused' } }),
    ];
    for (const path of [`/replications/${id}/activity`, '/activity']) {
      const { body } = await tenant.api.get(path);
      expect(body.activity).toEqual(expect.arrayContaining(expected));
      const page = await tenant.api.get(`${path}?limit=1`);
      const next = await tenant.api.get(`${path}?limit=1&cursor=${page.body.next_cursor}`);
      expect([...page.body.activity, ...next.body.activity]).toEqual(body.activity.slice(0, 2));
    }
  });

  test('a restart goes on with a new consumer, and copies nothing again', async () => {
    const consumersBefore = taskProcesses('consumer', id);
    expect(consumersBefore).toHaveLength(1);
    const copiedBefore = (await statusOf(tenant, id)).statistics.rows_copied;
    expect((await tenant.api.post(`/replications/${id}/restart`)).status).toBe(202);
    await tenant.source.query("INSERT INTO accounts VALUES (11, 'while it restarts', NULL)");
    await awaitStatus(tenant, id, 'active', 120_000);
    await expectEqual('accounts');
    await awaitConsumerEnd(id, consumersBefore);
    expect(taskProcesses('consumer', id)).toHaveLength(1);
    expect((await statusOf(tenant, id)).statistics.rows_copied).toBe(copiedBefore);
  });

  test('force_resync truncates and loads again', async () => {
    const target = quote(`${tenant.databaseName}_accounts`);
    await tenant.target.query(`INSERT INTO ${target} VALUES (999, 'not from the source', NULL)`);
    await startAndAwaitActive(tenant, id, { force_resync: true });
    await awaitLive(tenant, id);
    await tenant.source.query("INSERT INTO accounts VALUES (3, 'after the resync', NULL)");
    for (const table of ['accounts', ...awkwardTables]) await expectEqual(table);
  });

  test('a target table that has rows of someone else is skipped and shown, until force_resync', async () => {
    await tenant.source.query('CREATE TABLE guests (id int PRIMARY KEY); INSERT INTO guests VALUES (1), (2)');
    await tenant.target.query('CREATE TABLE taken (id int PRIMARY KEY); INSERT INTO taken VALUES (77)');
    const other = await createReplication(tenant, [
      { source: { table: 'guests' }, target: { table: 'taken' } },
    ]);
    await startAndAwaitActive(tenant, other.id);
    const [skipped] = (await statusOf(tenant, other.id)).tables;
    expect(skipped).toMatchObject({ state: 'skipped', message: expect.stringContaining('force_resync') });
    await tenant.source.query('INSERT INTO guests VALUES (3)');
    expect((await tenant.target.query('SELECT id FROM taken')).rows).toEqual([{ id: 77 }]);

    await startAndAwaitActive(tenant, other.id, { force_resync: true });
    await awaitEqual(tenant, 'SELECT id FROM guests ORDER BY id', 'SELECT id FROM taken ORDER BY id');
    await tenant.api.post(`/replications/${other.id}/stop`);
  });
});
