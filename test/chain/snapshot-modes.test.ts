import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { describeInLongForm, isShortForm, testInLongForm } from '#test/kit/short-form.ts';
import { createRecordingLog } from '../kit/recording-log.ts';
import { fetchServer, type MysqlTestServer, startMysql } from '../mysql-server.ts';
import {
  type Api,
  awaitEqual,
  awaitLive,
  awaitStatus,
  createTenant,
  digestQuery,
  kafkaSettings,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

interface Created {
  readonly id: number;
  readonly connectorName: string;
  readonly topicPrefix: string;
}

const create = async (
  tenant: { readonly api: Api; readonly sourceDatabaseId: number; readonly targetDatabaseId: number },
  mode: string,
  tables: readonly string[],
): Promise<Created> => {
  const answer = await tenant.api.post('/replications', {
    source_database_id: tenant.sourceDatabaseId,
    target_database_id: tenant.targetDatabaseId,
    tables: tables.map((table) => ({ source: { table }, target: { table } })),
    capture: { snapshot_mode: mode },
  });
  if (answer.status !== 201) throw new Error(`Creating the replication: ${JSON.stringify(answer.body)}`);
  expect(answer.body.capture.snapshot_mode).toBe(mode);
  return {
    id: answer.body.replication_id,
    connectorName: answer.body.connector_name,
    topicPrefix: answer.body.topic_prefix,
  };
};

/** What is there of the way through Kafka: its connector and its topics. */
const wayOf = async ({ connectorName, topicPrefix }: Created): Promise<readonly string[]> => {
  const stack = runningStack();
  const connect = createConnectClient({ url: stack.connect.url, clock: systemClock });
  const kafka = createKafkaAdmin(kafkaSettings(), createRecordingLog());
  try {
    const status = await connect.getStatus(`${connectorName}.copy`);
    const topics = await kafka.listTopics(`${topicPrefix}.copy-`);
    return [...(status === undefined ? [] : ['connector']), ...topics];
  } finally {
    await kafka.close();
  }
};

const remove = async (tenant: { readonly api: Api }, id: number): Promise<void> => {
  await tenant.api.delete(`/replications/${id}?drop_target_tables=true`);
  await waitFor('the end of the deletion', 120_000, async () =>
    (await tenant.api.get(`/replications/${id}`)).status === 404 ? true : undefined,
  );
};

describe('snapshot modes at PostgreSQL', () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await createTenant('snapshots');
    // Above the 100,000 rows up to which a Lambda copies: this one is the container's, in several chunks.
    await tenant.source.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount numeric(12,2), at timestamptz NOT NULL);
      INSERT INTO orders
        SELECT n, repeat(md5(n::text), 12), n / 7.0, timestamptz '2026-01-01' + n * interval '1 second'
        FROM generate_series(1, 300000) n;
      CREATE TABLE settings (name text PRIMARY KEY, value jsonb);
      INSERT INTO settings SELECT 'setting ' || n, jsonb_build_object('n', n) FROM generate_series(1, 500) n;
      CREATE TABLE lost (id int PRIMARY KEY, note text);
      INSERT INTO lost SELECT n, md5(n::text) FROM generate_series(1, 200) n;
      ANALYZE`);
  });
  afterAll(() => tenant.close());

  test('initial copies through Kafka with progress, resumes after its worker was killed, and leaves nothing behind', async () => {
    const created = await create(tenant, 'initial', ['orders', 'settings']);
    const { id } = created;
    let changing = true;
    const changes = (async () => {
      for (let round = 1; changing; round += 1) {
        await tenant.source.query(`
          UPDATE orders SET note = 'changed ${round}' WHERE id % 5003 = ${round % 5003};
          DELETE FROM orders WHERE id = ${round * 37};
          INSERT INTO orders VALUES (${1_000_000 + round}, NULL, ${round}, now());
          UPDATE orders SET id = ${2_000_000 + round} WHERE id = ${round * 41 + 1};
          UPDATE settings SET value = '{"round": ${round}}' WHERE name = 'setting ${round % 500}'`);
        await sleep(20);
      }
    })();
    expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
    const progress = async () => {
      const { tables } = (await tenant.api.get(`/replications/${id}/copy`)).body;
      return tables.find((table: { source: { table: string } }) => table.source.table === 'orders');
    };
    await waitFor(
      'the first finished chunk',
      120_000,
      async () => ((await progress())?.chunks_done > 0 ? true : undefined),
      () => statusOf(tenant, id),
    );
    expect(await wayOf(created)).toHaveLength(3);
    const [worker] = taskProcesses('copy-worker', id);
    process.kill(worker ?? 0, 'SIGKILL');
    const before = await progress();
    expect(before.chunks_done).toBeLessThan(before.chunks);

    await startAndAwaitActive(tenant, id);
    changing = false;
    await changes;
    await awaitLive(tenant, id);
    await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
    await awaitEqual(tenant, digestQuery('settings'), digestQuery('settings'));
    expect(await wayOf(created)).toEqual([]);
    // A table that is copied again takes the same way, while the other one streams.
    const resync = await tenant.api.post(`/replications/${id}/tables/public.settings/resync`);
    expect(resync.status).toBe(202);
    await waitFor(
      'the end of the change',
      120_000,
      async () =>
        (await tenant.api.get(`/replications/${id}`)).body.table_change === null ? true : undefined,
      () => statusOf(tenant, id),
    );
    await awaitLive(tenant, id);
    await awaitEqual(tenant, digestQuery('settings'), digestQuery('settings'));
    expect(await wayOf(created)).toEqual([]);
    await remove(tenant, id);
  });

  // Health checks come once a minute.
  testInLongForm(
    'a connector of a copy that is paused behind our back runs again, and the mode can be changed after it',
    async () => {
      const created = await create(tenant, 'initial', ['orders']);
      const { id, connectorName } = created;
      expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
      await waitFor(
        'the way through Kafka',
        120_000,
        async () => ((await wayOf(created)).length === 3 ? true : undefined),
        () => statusOf(tenant, id),
      );
      const refused = await tenant.api.patch(`/replications/${id}`, {
        capture: { snapshot_mode: 'no_data' },
      });
      expect(refused).toMatchObject({ status: 409, body: { code: 'Conflict' } });
      const connect = createConnectClient({ url: runningStack().connect.url, clock: systemClock });
      await connect.pause(`${connectorName}.copy`);
      await startAndAwaitActive(tenant, id, {}, 240_000);
      await awaitLive(tenant, id);
      await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
      const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
      expect(activity).toContainEqual(
        expect.objectContaining({ actor: 'healer', action: 'copy-connector-resumed' }),
      );
      expect(await wayOf(created)).toEqual([]);
      const changed = await tenant.api.patch(`/replications/${id}`, {
        capture: { snapshot_mode: 'no_data' },
      });
      expect(changed).toMatchObject({ status: 202, body: { capture: { snapshot_mode: 'no_data' } } });
      // The next copy takes the direct way.
      await tenant.api.post(`/replications/${id}/start`, { force_resync: true });
      await awaitStatus(tenant, id, 'starting', 10_000);
      await waitFor('rows to be copied', 120_000, async () => {
        expect(await wayOf(created)).toEqual([]);
        return (await statusOf(tenant, id)).config.status === 'active' ? true : undefined;
      });
      await awaitLive(tenant, id);
      await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
      await remove(tenant, id);
    },
    480_000,
  );

  test('a stop in the middle of a copy removes what it was copied through, and the next start goes on', async () => {
    const created = await create(tenant, 'initial', ['orders']);
    expect((await tenant.api.post(`/replications/${created.id}/start`)).status).toBe(202);
    await waitFor(
      'the way through Kafka',
      120_000,
      async () => ((await wayOf(created)).length === 3 ? true : undefined),
      () => statusOf(tenant, created.id),
    );
    await tenant.api.post(`/replications/${created.id}/stop`);
    await awaitStatus(tenant, created.id, 'stopped', 90_000);
    expect(await wayOf(created)).toEqual([]);
    await startAndAwaitActive(tenant, created.id);
    await awaitLive(tenant, created.id);
    await awaitEqual(tenant, digestQuery('orders'), digestQuery('orders'));
    await remove(tenant, created.id);
  });

  test('when_needed copies again by itself after the source has lost its log, and says so', async () => {
    const created = await create(tenant, 'when_needed', ['lost']);
    const { id } = created;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await tenant.api.post(`/replications/${id}/stop`);
    await awaitStatus(tenant, id, 'stopped', 60_000);
    // A paused connector keeps its slot in use; one that is stopped does not.
    const connect = createConnectClient({ url: runningStack().connect.url, clock: systemClock });
    await connect.stop(created.connectorName);
    const { rows } = await tenant.source.query(
      "SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_name LIKE 'millrace%'",
    );
    for (const { slot_name: slot } of rows) {
      await waitFor('the slot to be free', 90_000, async () =>
        tenant.source.query('SELECT pg_drop_replication_slot($1)', [slot]).then(
          () => true,
          () => undefined,
        ),
      );
    }
    // Nothing of this is in any log that capture reads.
    await tenant.source.query(`
      DELETE FROM lost WHERE id <= 50; UPDATE lost SET note = 'unseen' WHERE id = 60; INSERT INTO lost VALUES (300, 'unseen')`);
    expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
    // Found lost by the start, and begun again by the health check of the next minute.
    await awaitStatus(tenant, id, 'active', 240_000);
    await awaitLive(tenant, id);
    await awaitEqual(tenant, digestQuery('lost'), digestQuery('lost'));
    const { activity } = (await tenant.api.get(`/replications/${id}/activity`)).body;
    expect(activity).toContainEqual(
      expect.objectContaining({
        actor: 'healer',
        action: 'start-requested',
        reason: expect.stringContaining('The snapshot mode is when_needed'),
      }),
    );
    await remove(tenant, id);
  });
});

const copyAndStream = async (tenant: MariadbTenant): Promise<void> => {
  const digits = '(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)';
  // 15,625 rows, by what both servers know.
  await tenant.sql.query(`
    CREATE TABLE item (id int PRIMARY KEY, name varchar(200), data varbinary(40), price decimal(20,6), at datetime(6));
    INSERT INTO item
      SELECT seq, IF(seq % 5, REPEAT('ü', seq % 90), NULL), UNHEX(SHA2(seq, 256)), seq / 7, '2026-01-01' + INTERVAL seq SECOND
      FROM (SELECT 1 + a.n + 5 * b.n + 25 * c.n + 125 * d.n + 625 * e.n + 3125 * f.n AS seq
            FROM ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e, ${digits} f) numbers`);
  const created = await create(tenant, 'initial', ['item']);
  const harnessTenant = tenant as unknown as Tenant;
  await startAndAwaitActive(harnessTenant, created.id);
  await awaitLive(harnessTenant, created.id);
  await tenant.sql.query(
    "DELETE FROM item WHERE id % 9 = 0; UPDATE item SET name = 'streamed' WHERE id = 10",
  );
  const digest =
    'SELECT COUNT(*), SUM(CRC32(CONCAT_WS("|", id, IFNULL(name, "-"), HEX(data), price, at))) FROM item';
  await tenant.awaitEqual(digest, digest);
  expect(await wayOf(created)).toEqual([]);
  await remove(tenant, created.id);
};

describeInLongForm('snapshot modes at MariaDB', () => {
  let tenant: MariadbTenant;

  beforeAll(async () => {
    tenant = await createMariadbTenant('snapshots');
  });
  afterAll(() => tenant.close());

  test('initial copies through Kafka, and streams what changes', () => copyAndStream(tenant));
});

const mysql: Awaited<ReturnType<typeof fetchServer>> = isShortForm
  ? { missing: 'left out in the short form; every type goes that way in npm run test:mysql' }
  : await fetchServer({ say: (line) => process.stderr.write(`${line}\n`) });
if ('missing' in mysql) process.stderr.write(`Snapshot modes are not tested at MySQL: ${mysql.missing}\n`);
const describeMysql = 'missing' in mysql ? describe.skip : describe;

describeMysql('snapshot modes at MySQL', () => {
  let server: MysqlTestServer | undefined;
  let tenant: MariadbTenant | undefined;

  beforeAll(async () => {
    if ('missing' in mysql) return;
    server = await startMysql(mysql.root, { say: () => {} });
    const { hostname: host, port, username: user, password } = new URL(server.url);
    tenant = await createMariadbTenant('snapshots', { host, port: Number(port), user, password }, 'mysql');
  }, 120_000);
  afterAll(async () => {
    await tenant?.close();
    await server?.stop();
  }, 60_000);

  test('initial copies through Kafka, and streams what changes', async () => {
    if (tenant === undefined) throw new Error('There is no server.');
    await copyAndStream(tenant);
  });
});
