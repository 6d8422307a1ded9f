import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka, type KafkaSettings, parseBrokers } from '#adapters/kafka/kafka-client.ts';
import type { KafkaRole } from '#core/contracts/kafka-rights.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { testInLongForm } from '#test/kit/short-form.ts';
import { readTopicSettings } from '#test/kit/topic-settings.ts';
import { killPart, startPart } from '../../local/parts.ts';
import { readSecurity, type Security } from '../../local/secure.ts';
import { stateFolder } from '../../local/state-folder.ts';
import {
  awaitConsumerEnd,
  awaitEqual,
  awaitLive,
  awaitStatus,
  createReplication,
  createTenant,
  digestQuery,
  kafkaSettings,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from '../chain/harness.ts';
import { createMariadbTenant, type MariadbTenant } from '../chain/mariadb-tenant.ts';
import { findTraces, noTraces } from '../chain/traces.ts';

/*
 * The whole product as AWS runs it: three brokers, TLS and a user for each role at Kafka, which refuses what IAM would refuse, and
 * databases that take no connection in the clear. `npm run test:secure` starts that stack.
 */

const brokerParts = ['kafka', 'kafka2', 'kafka3'] as const;

let security: Security;

beforeAll(() => {
  const found = readSecurity(stateFolder());
  if (found === undefined || runningStack().secure === undefined)
    throw new Error('These tests need a secure stack. Run them by npm run test:secure.');
  security = found;
});

const settingsOf = (user: Security['administrator'], change: Partial<KafkaSettings> = {}): KafkaSettings => ({
  ...kafkaSettings(),
  readUser: async () => user,
  ...change,
});

const asRole = (role: KafkaRole): KafkaSettings => settingsOf(security.roles[role]);

const withAdmin = async <T>(
  settings: KafkaSettings,
  action: (admin: ReturnType<typeof createKafkaAdmin>) => Promise<T>,
): Promise<T> => {
  const admin = createKafkaAdmin(settings, createRecordingLog());
  try {
    return await action(admin);
  } finally {
    await admin.close();
  }
};

/** Waits until every partition has all of its copies in sync. */
const awaitAllCopies = async (): Promise<void> => {
  const admin = createKafka(kafkaSettings(), createRecordingLog()).admin();
  await admin.connect();
  try {
    const behind = async (): Promise<readonly string[]> =>
      (await admin.fetchTopicMetadata()).topics.flatMap(({ name, partitions }) =>
        partitions.filter(({ isr }) => isr.length < brokerParts.length).map(() => name),
      );
    await waitFor('all copies of all partitions', 90_000, async () =>
      (await behind().catch(() => ['unknown'])).length === 0 ? true : undefined,
    );
  } finally {
    await admin.disconnect();
  }
};

/** The part that leads the first partition of a topic. */
const leaderOf = async (topic: string): Promise<(typeof brokerParts)[number]> => {
  const admin = createKafka(kafkaSettings(), createRecordingLog()).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const part = brokerParts[(topics[0]?.partitions[0]?.leader ?? 0) - 1];
    if (part === undefined) throw new Error(`Nobody leads ${topic}.`);
    return part;
  } finally {
    await admin.disconnect();
  }
};

describe('Kafka', () => {
  const topic = 'client_0_db_0.rights';

  test('lets in whom it knows, over TLS, and nobody else', async () => {
    await withAdmin(kafkaSettings(), (admin) => admin.checkHealth());
    await withAdmin(asRole('look'), (admin) => admin.checkHealth());
    const { brokers } = runningStack().kafka;
    const wrong = { username: security.roles.manage.username, password: 'wrong' };
    const refused: readonly KafkaSettings[] = [
      settingsOf(wrong),
      { brokers: parseBrokers(brokers), clientId: 'test', security: 'plaintext' },
      { brokers: parseBrokers(brokers), clientId: 'test', security: 'tls', caPem: security.caPem },
      // An authority that nobody knows.
      { ...asRole('manage'), brokers: parseBrokers(brokers).slice(0, 1), caPem: undefined as never },
    ];
    await Promise.all(
      refused.map((settings) =>
        withAdmin(settings, async (admin) => {
          await expect(admin.topicOffsets([topic])).rejects.toMatchObject({ code: 'KafkaUnavailable' });
        }),
      ),
    );
  });

  test('lets each role do what its IAM statements allow, and no more', async () => {
    const spec = { topic, partitions: 1, retentionHours: 1, maxMessageBytes: 1_000_000 };
    const failsWith = (reason: RegExp) => ({ message: expect.stringMatching(reason) });
    await withAdmin(asRole('look'), async (admin) => {
      await expect(admin.ensureTopics([spec])).rejects.toMatchObject(failsWith(/authoriz/i));
    });
    await withAdmin(asRole('manage'), async (admin) => {
      await admin.ensureTopics([spec]);
      expect(await admin.topicOffsets([topic])).toHaveLength(1);
      // 29 is Kafka's code of a topic that one may not see.
      await expect(admin.ensureTopics([{ ...spec, topic: 'someone-elses' }])).rejects.toMatchObject(
        failsWith(/Kafka error 29/),
      );
    });
    await withAdmin(asRole('look'), async (admin) => {
      expect(await admin.topicOffsets([topic])).toHaveLength(1);
      await expect(admin.deleteTopics([topic])).rejects.toMatchObject(failsWith(/authoriz/i));
    });
    const produce = async (role: KafkaRole): Promise<void> => {
      const producer = createKafka(asRole(role), createRecordingLog()).producer({ retry: { retries: 0 } });
      await producer.connect();
      try {
        await producer.send({ topic, messages: [{ value: 'row' }] });
      } finally {
        await producer.disconnect();
      }
    };
    await expect(produce('manage')).rejects.toMatchObject(failsWith(/authoriz/i));
    await produce('connect');
    await withAdmin(asRole('work'), async (admin) => {
      await expect(admin.deleteTopics([topic])).rejects.toMatchObject(failsWith(/authoriz/i));
    });
    await withAdmin(asRole('manage'), (admin) => admin.deleteTopics([topic]));
  });

  test('a start makes two brokers confirm what is written to a topic that one alone would confirm', async () => {
    const spec = {
      topic: `${topic}-in-sync`,
      ...{ partitions: 1, retentionHours: 1, maxMessageBytes: 1_000_000 },
    };
    const admin = createKafka(kafkaSettings(), createRecordingLog()).admin();
    await admin.connect();
    try {
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic: spec.topic, configEntries: [{ name: 'min.insync.replicas', value: '1' }] }],
      });
      await withAdmin(asRole('manage'), (manager) => manager.ensureTopics([spec]));
      expect(await readTopicSettings(kafkaSettings(), spec.topic)).toMatchObject({
        'min.insync.replicas': '2',
      });
      await admin.deleteTopics({ topics: [spec.topic] });
    } finally {
      await admin.disconnect();
    }
  });
});

describe('PostgreSQL to PostgreSQL', () => {
  let tenant: Tenant;
  let id: number;
  let connectorName: string;
  let topicPrefix: string;

  const equal = (table: string): Promise<void> =>
    awaitEqual(tenant, digestQuery(table), digestQuery(`${tenant.databaseName}_${table}`), 120_000);

  beforeAll(async () => {
    tenant = await createTenant('secure');
    await tenant.source.query(`
      CREATE TABLE orders (id int PRIMARY KEY, v text);
      INSERT INTO orders SELECT n, 'v' || n FROM generate_series(1, 2000) n;
      CREATE TABLE items (id int PRIMARY KEY, v text);
      INSERT INTO items SELECT n, 'v' || n FROM generate_series(1, 500) n`);
    const created = await createReplication(tenant, [
      { source: { table: 'orders' } },
      { source: { table: 'items' } },
    ]);
    ({ id, connectorName } = created);
    topicPrefix = (await tenant.api.get(`/replications/${id}`)).body.topic_prefix;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  }, 240_000);
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}`);
    await tenant.close();
  });

  test('every connection to the databases is encrypted', async () => {
    for (const side of [tenant.source, tenant.target]) {
      const { rows } = await side.query(
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE s.ssl)::int AS encrypted
         FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.datname = current_database()`,
      );
      expect(rows[0].all).toBeGreaterThan(1);
      expect(rows[0].encrypted).toBe(rows[0].all);
    }
  });

  test('follows changes and a new column', async () => {
    await tenant.source.query(`
      UPDATE orders SET v = 'changed' WHERE id % 3 = 0;
      ALTER TABLE orders ADD COLUMN extra int DEFAULT 5;
      INSERT INTO orders VALUES (10001, 'after', 7);
      DELETE FROM items WHERE id % 2 = 0`);
    await equal('orders');
    await equal('items');
  });

  test('loses nothing when the broker that leads a topic is killed under writes, and comes back', async () => {
    await awaitAllCopies();
    const broker = await leaderOf(`${topicPrefix}.public.orders`);
    let next = 20_000;
    let isWriting = true;
    const writing = (async () => {
      for (; isWriting; next += 10) {
        await tenant.source.query(`
          INSERT INTO orders SELECT n, 'written', n FROM generate_series(${next}, ${next + 9}) n;
          UPDATE items SET v = 'u${next}' WHERE id % 7 = ${next % 7}`);
        await sleep(20);
      }
    })();
    try {
      await sleep(1_000);
      await killPart(broker);
      await sleep(4_000);
    } finally {
      isWriting = false;
      await writing;
    }
    await tenant.source.query("INSERT INTO orders VALUES (9999, 'without one broker', 1)");
    await equal('orders');
    await equal('items');
    await startPart(broker);
    await awaitAllCopies();
    await tenant.source.query("UPDATE orders SET v = 'with all brokers' WHERE id = 9999");
    await equal('orders');
    expect((await statusOf(tenant, id)).tables.map(({ state }: { state: string }) => state)).toEqual([
      'live',
      'live',
    ]);
  }, 300_000);

  // A tick of the health checks.
  testInLongForm('a killed consumer is healed, and no row is missing', async () => {
    const [killed] = taskProcesses('consumer', id);
    process.kill(killed ?? 0, 'SIGKILL');
    await tenant.source.query("UPDATE orders SET v = 'while nobody applied' WHERE id % 5 = 0");
    await waitFor(
      'a new consumer',
      150_000,
      async () => {
        const [pid] = taskProcesses('consumer', id);
        const { consumer } = await statusOf(tenant, id);
        return pid !== undefined && pid !== killed && consumer.healthy ? pid : undefined;
      },
      () => statusOf(tenant, id),
    );
    await equal('orders');
  });

  test('is deleted, and leaves nothing in the source, at Kafka, in Connect and at the target', async () => {
    const traced = { id, connectorName, topicPrefix };
    expect(await findTraces(traced, tenant.source, tenant.target)).toMatchObject({
      slots: [expect.any(String)],
      publications: [expect.any(String)],
      connectors: [connectorName],
      topics: expect.arrayContaining([`${topicPrefix}.public.orders`, `${topicPrefix}.public.items`]),
      // One for each launch of the consumer.
      groups: expect.arrayContaining([expect.any(String)]),
    });
    expect((await tenant.api.delete(`/replications/${id}`)).status).toBe(202);
    await waitFor(
      'the end of the deletion',
      120_000,
      async () => {
        const { body } = await tenant.api.get(`/replications/${id}/deletion`);
        return body.state === 'done' ? body : undefined;
      },
      async () => (await tenant.api.get(`/replications/${id}/deletion`)).body,
    );
    const { items, ...left } = await findTraces(traced, tenant.source, tenant.target);
    // Where a killed consumer showed its metrics expires by itself.
    expect({ ...left, items: items.filter((item) => !item.startsWith('METRICS_TARGETS ')) }).toEqual(
      noTraces,
    );
    await awaitConsumerEnd(id);
  });
});

describe('a copy through Kafka', () => {
  const rowCount = 150_000;
  let tenant: Tenant;
  let id: number;

  beforeAll(async () => {
    tenant = await createTenant('secure_copy');
    await tenant.source.query(`
      CREATE TABLE rows (id bigint PRIMARY KEY, note text);
      INSERT INTO rows SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, ${rowCount}) n;
      ANALYZE`);
  });
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}`);
    await tenant.close();
  });

  test('goes on when a broker is killed during it', async () => {
    const created = await tenant.api.post('/replications', {
      source_database_id: tenant.sourceDatabaseId,
      target_database_id: tenant.targetDatabaseId,
      tables: [{ source: { table: 'rows' }, target: { table: 'rows' } }],
      capture: { snapshot_mode: 'initial' },
    });
    id = created.body.replication_id;
    const topic = `${created.body.topic_prefix}.copy-rows`;
    expect((await tenant.api.post(`/replications/${id}/start`)).status).toBe(202);
    const copied = async (): Promise<number> =>
      (await tenant.target.query('SELECT count(*)::int AS n FROM rows').catch(() => ({ rows: [{ n: 0 }] })))
        .rows[0].n;
    await waitFor(
      'the first rows',
      120_000,
      async () => ((await copied()) > 0 ? true : undefined),
      () => statusOf(tenant, id),
    );
    const broker = await leaderOf(topic);
    await killPart(broker);
    // It has not come to its end.
    expect(await copied()).toBeLessThan(rowCount);
    try {
      await tenant.source.query("UPDATE rows SET note = 'changed' WHERE id % 1000 = 0");
      // The steps after the copy, and the consumer, begin without that broker.
      await awaitStatus(tenant, id, 'active', 240_000);
      await awaitLive(tenant, id, 120_000);
      await awaitEqual(tenant, digestQuery('rows'), digestQuery('rows'), 120_000);
    } finally {
      await startPart(broker);
    }
    await awaitAllCopies();
  }, 500_000);
});

describe('MariaDB to MariaDB, whose connector keeps its schema history at Kafka by itself', () => {
  let tenant: MariadbTenant;
  let id: number;
  const read = 'SELECT * FROM orders ORDER BY id';

  beforeAll(async () => {
    tenant = await createMariadbTenant('secure_mariadb');
    await tenant.sql.query(`
      CREATE TABLE orders (id int PRIMARY KEY, v varchar(40));
      INSERT INTO orders VALUES (1, 'one'), (2, 'two')`);
    const created = await createReplication(tenant as unknown as Tenant, [
      { source: { table: 'orders' }, target: { table: 'orders' } },
    ]);
    id = created.id;
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
  }, 240_000);
  afterAll(async () => {
    await tenant.api.delete(`/replications/${id}`);
    await tenant.close();
  });

  test('follows changes and a new column, over TLS alone', async () => {
    await tenant.sql.query(`
      UPDATE orders SET v = 'changed' WHERE id = 1;
      ALTER TABLE orders ADD COLUMN extra int DEFAULT 5;
      INSERT INTO orders VALUES (3, 'three', 7)`);
    await tenant.awaitEqual(read, read);
    const [rows] = await tenant.sql.query("SHOW STATUS LIKE 'Ssl_version'");
    expect(JSON.stringify(rows)).toMatch(/TLSv1\.[23]/);
  });
});
