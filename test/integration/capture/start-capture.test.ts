import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { classifyTrace } from '#core/capture/connector-failures.ts';
import type { Database } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { CaptureOutput } from '#core/contracts/steps.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { connectorConfig } from '#core/databases/postgresql/source/connector-config.ts';
import { formatLsn, parseLsn, streamedPosition } from '#core/databases/postgresql/source/log-position.ts';
import { topicName } from '#core/naming/names.ts';
import { collectProblems } from '#core/validation/validate-replication.ts';
import { findFreePort } from '../../../local/ports.ts';
import { sourceSettings } from '../../../local/postgres.ts';
import { sampleOwner } from '../../kit/target-owner.ts';
import { opensslVersion, startTlsServer } from '../postgresql/tls-server.ts';
import { beginCapture, type CaptureStack, replicationOf, startCaptureStack } from './capture-stack.ts';

let stack: CaptureStack;

beforeAll(async () => {
  stack = await startCaptureStack();
}, 300_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

const begin = (replication: Replication, forceResync = false): Promise<CaptureOutput> =>
  beginCapture(stack, replication, { forceResync });

const createTable = async (ref: TableRef): Promise<void> => {
  await stack.sql.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(ref.schema)}`);
  await stack.sql.query(`CREATE TABLE ${quoteTable(ref)} (id int PRIMARY KEY, note text)`);
};

const insert = (ref: TableRef, id: number): Promise<unknown> =>
  stack.sql.query(`INSERT INTO ${quoteTable(ref)} VALUES ($1, 'x')`, [id]);

const waitFor = async (what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> => {
  const deadline = Date.now() + seconds * 1_000;
  while (Date.now() < deadline) {
    if (await holds()) return;
    await systemClock.sleep(250);
  }
  throw new Error(`It did not happen within ${seconds} s: ${what}`);
};

const endOffset = async (topic: string): Promise<bigint> =>
  (await stack.kafka.topicOffsets([topic]))[0]?.endOffset ?? -1n;

test('capture of an idle source streams, and delivers what changes afterwards', async () => {
  const table = { schema: 'public', table: 'idle' };
  await createTable(table);
  const replication = replicationOf(1, [table]);

  const started = await begin(replication);
  expect(started.connectorName).toBe(replication.connectorName);
  const topic = topicName(replication.topicPrefix, table);
  expect(await endOffset(topic)).toBe(0n);

  await insert(table, 1);
  const [record] = await stack.readTopic(topic, 1);
  expect(record).toMatchObject({ key: { id: 1 }, value: { op: 'c', after: { id: 1, note: 'x' } } });
}, 120_000);

test('a start that is repeated leaves one connector, and updates its configuration', async () => {
  const first = { schema: 'public', table: 'repeated' };
  const second = { schema: 'public', table: 'added' };
  await createTable(first);
  await createTable(second);
  const replication = replicationOf(2, [first]);
  await begin(replication);
  const wider: Replication = { ...replicationOf(2, [first, second]), generation: 2 };
  await begin(wider);

  expect(await stack.connect.getConfig(replication.connectorName)).toEqual({
    ...connectorConfig(wider, stack.sourceDatabase),
    name: replication.connectorName,
  });
  await insert(second, 5);
  expect(await stack.readTopic(topicName(replication.topicPrefix, second), 1)).toHaveLength(1);
}, 120_000);

test('a connector that a stop has paused runs again after a start, and loses nothing in between', async () => {
  const table = { schema: 'public', table: 'paused' };
  await createTable(table);
  const replication = replicationOf(3, [table]);
  await begin(replication);
  await stack.connect.pause(replication.connectorName);
  await waitFor('the connector is paused', async () => {
    const status = await stack.connect.getStatus(replication.connectorName);
    return status?.state === 'PAUSED' && status.tasks.every(({ state }) => state === 'PAUSED');
  });
  await insert(table, 1);
  await begin({ ...replication, generation: 2, copyGeneration: 1 });
  expect(await stack.readTopic(topicName(replication.topicPrefix, table), 1)).toHaveLength(1);
}, 120_000);

const awkwardNames: readonly TableRef[] = [
  { schema: 'public', table: 'Capitals' },
  { schema: 'public', table: 'with space ' },
  { schema: 'public', table: ' leading' },
  { schema: 'public', table: 'dotted.name' },
  { schema: 'Odd.Schema', table: 'a,b' },
  { schema: 'public', table: 'back\\slash' },
  { schema: 'public', table: 'say "hi" now' },
  { schema: 'public', table: "it's" },
  { schema: 'public', table: 'select' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect's syntax, which must not be resolved.
  { schema: 'public', table: 'dollar${env:CONNECT_GROUP}' },
  { schema: 'public', table: 'x|y*(z)+[q]^' },
  { schema: 'public', table: "'; DROP TABLE users; --" },
  { schema: 'public', table: 'grün_日本_🚀' },
];

test('tables with awkward names are captured into the topics that naming says', async () => {
  for (const table of awkwardNames) await createTable(table);
  const replication = replicationOf(4, awkwardNames);
  await begin(replication);
  for (const [index, table] of awkwardNames.entries()) await insert(table, index);

  const arrived: Record<string, unknown> = {};
  for (const table of awkwardNames) {
    const topic = topicName(replication.topicPrefix, table);
    await waitFor(`${topic} has its event`, async () => (await endOffset(topic)) === 1n);
    const [record] = await stack.readTopic(topic, 1);
    arrived[topic] = record?.key;
  }
  expect(arrived).toEqual(
    Object.fromEntries(awkwardNames.map((table, id) => [topicName(replication.topicPrefix, table), { id }])),
  );
}, 180_000);

test('a table whose name differs in case only is not captured with the one that was asked for', async () => {
  const wanted = { schema: 'public', table: 'orders' };
  const other = { schema: 'public', table: 'Orders' };
  await createTable(wanted);
  await createTable(other);
  const replication = replicationOf(5, [wanted]);
  await begin(replication);
  await insert(other, 1);
  await insert(wanted, 2);
  const records = await stack.readTopic(topicName(replication.topicPrefix, wanted), 1);
  expect(records).toMatchObject([{ key: { id: 2 } }]);
  const status = await stack.connect.getStatus(replication.connectorName);
  expect(status?.tasks).toMatchObject([{ state: 'RUNNING' }]);
}, 120_000);

const readSlot = async (
  name: string,
): Promise<{ readonly active: boolean; readonly position: string } | undefined> => {
  const { rows } = await stack.sql.query(
    'SELECT active, confirmed_flush_lsn::text AS position FROM pg_replication_slots WHERE slot_name = $1',
    [name],
  );
  return rows[0];
};

const pauseAndWait = async (replication: Replication): Promise<void> => {
  await stack.connect.stop(replication.connectorName);
  await waitFor('the connector is stopped', async () => {
    const status = await stack.connect.getStatus(replication.connectorName);
    return status?.state === 'STOPPED' && status.tasks.length === 0;
  });
  await waitFor('the slot is released', async () => {
    const slot = await readSlot(replication.slotName);
    return slot?.active === false;
  });
};

test('a slot that was dropped needs a resync, and a forced start captures afresh', async () => {
  const table = { schema: 'public', table: 'dropped' };
  await createTable(table);
  const replication = replicationOf(6, [table]);
  await begin(replication);
  await pauseAndWait(replication);
  await stack.sql.query('SELECT pg_drop_replication_slot($1)', [replication.slotName]);
  await insert(table, 1);

  // Debezium alone refuses a missing slot for which it has an offset.
  await stack.connect.resume(replication.connectorName);
  const failedTask = async () =>
    (await stack.connect.getStatus(replication.connectorName))?.tasks.find(({ state }) => state === 'FAILED');
  await waitFor('the task has failed', async () => (await failedTask()) !== undefined);
  expect(classifyTrace((await failedTask())?.trace ?? '')).toMatchObject({ cure: 'needs-resync' });

  const again: Replication = { ...replication, generation: 2, copyGeneration: 1 };
  await expect(begin(again)).rejects.toMatchObject({ code: 'NeedsResync' });
  await begin({ ...again, generation: 3 }, true);
  await insert(table, 2);
  const records = await stack.readTopic(topicName(replication.topicPrefix, table), 1);
  expect(records).toMatchObject([{ key: { id: 2 } }]);
}, 180_000);

test('a slot whose log the source has removed needs a resync, and a forced start captures afresh', async () => {
  const table = { schema: 'public', table: 'removed' };
  await createTable(table);
  const replication = replicationOf(13, [table]);
  await begin(replication);
  await pauseAndWait(replication);
  const limit = async (value: string): Promise<void> => {
    await stack.sql.query(`ALTER SYSTEM SET max_slot_wal_keep_size = ${value}`);
    await stack.sql.query('SELECT pg_reload_conf()');
  };
  await limit(`'1MB'`);
  try {
    await insert(table, 1);
    await waitFor('the slot has lost its log', async () => {
      await stack.sql.query('SELECT pg_logical_emit_message(true, $1, $2)', ['filler', 'x'.repeat(1_000)]);
      await stack.sql.query('SELECT pg_switch_wal()');
      await stack.sql.query('CHECKPOINT');
      const { rows } = await stack.sql.query(
        'SELECT wal_status AS status FROM pg_replication_slots WHERE slot_name = $1',
        [replication.slotName],
      );
      return rows[0]?.status === 'lost';
    });
  } finally {
    await limit('DEFAULT');
  }
  const again: Replication = { ...replication, generation: 2, copyGeneration: 1 };
  await expect(begin(again)).rejects.toMatchObject({ code: 'NeedsResync' });
  // A connector that runs does not say it: Debezium tries again without an end. So the health check reads it.
  const readOffset = () => stack.connect.getOffset(replication.connectorName);
  expect(await stack.source.readLog(replication, readOffset)).toMatchObject({
    lost: expect.stringContaining('has removed log that was not read yet'),
  });
  const topic = topicName(replication.topicPrefix, table);
  const before = await endOffset(topic);
  await begin({ ...again, generation: 3 }, true);
  await insert(table, 2);
  await waitFor('the row after it', async () => (await endOffset(topic)) === before + 1n);
  expect(await stack.source.readLog(replication, readOffset)).not.toHaveProperty('lost');
}, 180_000);

test('a slot that someone has advanced past the stored offset needs a resync', async () => {
  const table = { schema: 'public', table: 'advanced' };
  await createTable(table);
  const replication = replicationOf(7, [table]);
  await begin(replication);
  await pauseAndWait(replication);
  await insert(table, 1);
  await stack.sql.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [
    replication.slotName,
  ]);

  const again: Replication = { ...replication, generation: 2, copyGeneration: 1 };
  await expect(begin(again)).rejects.toMatchObject({
    code: 'NeedsResync',
    message: expect.stringContaining('ahead'),
  });
  // Debezium itself refuses as well, should Connect restart the connector without asking us.
  await stack.connect.resume(replication.connectorName);
  // It tries seven times in a minute first, as it would for a slot that another process still holds.
  const failedTask = async () =>
    (await stack.connect.getStatus(replication.connectorName))?.tasks.find(({ state }) => state === 'FAILED');
  await waitFor('the task has failed', async () => (await failedTask()) !== undefined, 100);
  expect(classifyTrace((await failedTask())?.trace ?? '')).toMatchObject({ cure: 'needs-resync' });
}, 180_000);

test('a slot is never ahead of the stored offset while the connector streams and restarts', async () => {
  const table = { schema: 'public', table: 'busy' };
  await createTable(table);
  const replication = replicationOf(8, [table]);
  await begin(replication);
  for (let generation = 2; generation <= 4; generation += 1) {
    for (let id = 0; id < 50; id += 1) await insert(table, generation * 1_000 + id);
    await begin({ ...replication, generation, copyGeneration: 1 });
    await pauseAndWait(replication);
  }
  const records = await begin({ ...replication, generation: 5, copyGeneration: 1 });
  expect(parseLsn(records.position ?? '0/0')).toBeGreaterThan(0n);
  await waitFor(
    'all events are there',
    async () => (await endOffset(topicName(replication.topicPrefix, table))) >= 150n,
  );
  expect(await endOffset(topicName(replication.topicPrefix, table))).toBe(150n);
}, 240_000);

test('the stored offset of an idle source goes on, so that the source can drop its log', async () => {
  const table = { schema: 'public', table: 'quiet' };
  await createTable(table);
  const replication = replicationOf(9, [table]);
  const { position } = await begin(replication);
  const offset = streamedPosition(await stack.connect.getOffset(replication.connectorName));
  expect(offset).toBeDefined();
  expect(formatLsn(offset ?? 0n)).not.toBe('0/0');
  // Changes of tables that are not captured move it, by the heartbeat.
  await stack.sql.query('CREATE TABLE public.uncaptured (id int)');
  await stack.sql.query('INSERT INTO public.uncaptured SELECT generate_series(1, 10000)');
  await waitFor('the slot lets go of the log', async () => {
    const slot = await readSlot(replication.slotName);
    return parseLsn(slot?.position ?? '0/0') > parseLsn(position ?? '0/0');
  });
}, 120_000);

test('columns that are left out never reach Kafka, and those of a table that is spelled alike do', async () => {
  const table = { schema: 'Sales', table: 'Card, holders' };
  const alike = { schema: 'Sales', table: 'card, holders' };
  await stack.sql.query('CREATE SCHEMA IF NOT EXISTS "Sales"');
  for (const ref of [table, alike]) {
    await stack.sql.query(`
      CREATE TABLE ${quoteTable(ref)} (id int PRIMARY KEY, "Secret" text, "card no, old" text, note text);
      ALTER TABLE ${quoteTable(ref)} REPLICA IDENTITY FULL`);
  }
  const columns = ['Secret', 'card no, old'].map((source) => ({ source, omit: true as const }));
  const replication: Replication = {
    ...replicationOf(11, [table]),
    tables: [
      { source: table, target: table, columns },
      { source: alike, target: alike },
    ],
    capture: { pollIntervalMs: 10, connectTimeoutMs: 5_000 },
  };
  await begin(replication);
  for (const ref of [table, alike]) {
    await stack.sql.query(`INSERT INTO ${quoteTable(ref)} VALUES (1, '4111', '4222', 'n')`);
    await stack.sql.query(`UPDATE ${quoteTable(ref)} SET note = 'm'`);
  }
  const records = await stack.readTopic(topicName(replication.topicPrefix, table), 2);
  expect(records.map(({ value }) => value)).toEqual([
    expect.objectContaining({ op: 'c', after: { id: 1, note: 'n' } }),
    expect.objectContaining({ op: 'u', before: { id: 1, note: 'n' }, after: { id: 1, note: 'm' } }),
  ]);
  expect(JSON.stringify(records)).not.toMatch(/4111|4222/);
  const [whole] = await stack.readTopic(topicName(replication.topicPrefix, alike), 1);
  expect(whole?.value).toMatchObject({ after: { id: 1, Secret: '4111', 'card no, old': '4222', note: 'n' } });
}, 120_000);

test('before a start Kafka Connect says what keeps the connector from running, and creates nothing', async () => {
  const table = { schema: 'public', table: 'validated' };
  await createTable(table);
  const replication = replicationOf(12, [table]);
  const find = (change: Partial<Database>) =>
    collectProblems(
      {
        replication,
        sourceDatabase: { ...stack.sourceDatabase, ...change },
        targetDatabase: stack.sourceDatabase,
        topicRetentionHours: 24,
        owner: sampleOwner(),
        captureKafka: stack.captureKafka,
      },
      {
        store: {
          getReplication: async () => replication,
          listTableShapes: async () => [],
          putTableShape: async () => undefined,
          listTableProgress: async () => [],
        },
        source: stack.source,
        target: stack.target,
        kafka: stack.kafka,
        connect: stack.connect,
      },
    );
  expect(await find({})).toEqual([]);
  const unreachable = await find({ port: await findFreePort() });
  expect(unreachable.map(({ subject }) => subject)).toEqual([`connector ${replication.connectorName}`]);
  expect(unreachable[0]?.problem).toMatch(/^Kafka Connect refuses its configuration: database\.hostname: /);
  const unknown = await find({ databaseName: 'nowhere' });
  expect(unknown.map(({ problem }) => problem).join()).toContain('nowhere');
  expect(await stack.connect.getStatus(replication.connectorName)).toBeUndefined();
  expect(await readSlot(replication.slotName)).toBeUndefined();
}, 120_000);

/** Connect validates a configuration by connecting to the database with it. */
(opensslVersion === undefined ? test.skip : test)(
  'the connector trusts any certificate of a bundle, and nothing else (skipped without openssl)',
  async () => {
    const secure = await startTlsServer({ config: sourceSettings });
    try {
      const problemsWith = (host: string, caPem: string): Promise<readonly string[]> =>
        stack.connect.validateConfig({
          name: 'tls',
          ...connectorConfig(replicationOf(90, [{ schema: 'public', table: 'any' }]), {
            ...stack.sourceDatabase,
            host,
            port: secure.server.port,
            databaseName: secure.server.database,
            tlsMode: 'verify-full',
            caPem,
          }),
        });
      expect(await problemsWith('localhost', secure.otherCa + secure.ca)).toEqual([]);
      expect(await problemsWith('localhost', secure.otherCa)).not.toEqual([]);
      expect(await problemsWith('127.0.0.1', secure.otherCa + secure.ca)).not.toEqual([]);
    } finally {
      await secure.stop();
    }
  },
  120_000,
);
