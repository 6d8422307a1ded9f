import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { parseBrokers } from '#adapters/kafka/kafka-client.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { prepareMirror } from '../../local/downloads.ts';
import { partEnvironment } from '../../local/environment.ts';
import { type ConnectServer, type KafkaServer, startConnect, startKafka } from '../../local/kafka.ts';
import { type Mirror, startMirror } from '../../local/mirror.ts';
import { killPart } from '../../local/parts.ts';
import { readPlan } from '../../local/stack-state.ts';
import { stateFolder } from '../../local/state-folder.ts';
import {
  awaitEqual,
  awaitHealthy,
  awaitLive,
  createReplication,
  createTenant,
  digestQuery,
  emulatorClientConfig,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from '../chain/harness.ts';
import { createMariadbTenant, type MariadbTenant } from '../chain/mariadb-tenant.ts';

/*
 * The region of Kafka, Connect and the consumers is lost in one moment, while the sources go on. A second Kafka, which MirrorMaker 2 has
 * filled, and an empty Connect take their places at the same addresses, as after a change of DNS. State table, sources and targets
 * are those of before: a DynamoDB global table has the state in both regions.
 */

const folder = stateFolder();
const log = createRecordingLog();
const plan = readPlan(folder);
if (plan === undefined)
  throw new Error('These tests need a stack of their own. Run them by npm run test:regions.');
const { kafka: kafkaPort, kafkaController, connect: connectPort } = plan.ports;
const secondData = join(folder.data, 'kafka-of-the-second-region');
const secondLog = join(folder.logs, 'kafka-of-the-second-region.log');

const offsetsAt = async (brokers: string, prefix: string): Promise<readonly PartitionOffsets[]> => {
  const admin = createKafkaAdmin(
    { brokers: parseBrokers(brokers), clientId: 'millrace-test', security: 'plaintext' },
    log,
  );
  try {
    return await admin.topicOffsets(await admin.listTopics(prefix));
  } finally {
    await admin.close();
  }
};

const ends = (offsets: readonly PartitionOffsets[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    offsets
      .filter(({ endOffset }) => endOffset > 0n)
      .map(({ topic, endOffset }) => [topic, String(endOffset)]),
  );

/** Of the region that is lost; the emulator is the other one. */
const lostRegion = 'eu-west-3';

/**
 * The state table as its copy in another region has it: what has an ARN has that of the region which is lost. The secrets are in
 * both regions, so the emulator's own serve.
 */
const moveState = async (): Promise<number> => {
  const stack = runningStack();
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(emulatorClientConfig(stack)));
  const TableName = stack.outputs.StateTableName ?? '';
  const ofLost = /(arn:aws:(?:secretsmanager|ecs|states)):[a-z0-9-]+:/g;
  let moved = 0;
  for await (const page of paginateScan({ client }, { TableName })) {
    for (const item of page.Items ?? []) {
      const text = JSON.stringify(item);
      const there = text.replace(ofLost, `$1:${lostRegion}:`);
      if (there === text) continue;
      await client.send(new PutCommand({ TableName, Item: JSON.parse(there) }));
      moved += 1;
    }
  }
  client.destroy();
  return moved;
};

describe('a region is lost', () => {
  let postgres: Tenant;
  let mariadb: MariadbTenant;
  let second: KafkaServer;
  let secondConnect: ConnectServer | undefined;
  let mirror: Mirror;
  const ids = { postgres: 0, mariadb: 0 };
  /** Rows that the sources write all the time, until the end. */
  let isWriting = true;
  let writes: Promise<void>;
  const written = { postgres: 0, mariadb: 0 };

  const asTenant = (): Tenant => mariadb as unknown as Tenant;
  const each = [
    { name: 'postgres', tenant: () => postgres },
    { name: 'mariadb', tenant: asTenant },
  ] as const;

  const write = async (): Promise<void> => {
    while (isWriting) {
      written.postgres += 1;
      await postgres.source.query('INSERT INTO account VALUES ($1, $2)', [written.postgres, 'first']);
      await postgres.source.query("UPDATE account SET owner = owner || '.' WHERE id = $1", [
        written.postgres - 3,
      ]);
      await postgres.source.query('DELETE FROM account WHERE id = $1', [written.postgres - 5]);
      written.mariadb += 1;
      await mariadb.sql.query(`INSERT INTO orders VALUES (${written.mariadb}, 'first')`);
      await mariadb.sql.query(`DELETE FROM orders WHERE id = ${written.mariadb - 5}`);
      await sleep(50);
    }
  };

  beforeAll(async () => {
    second = await startKafka({ java: plan.java, dataDir: secondData, logFile: secondLog });
    mirror = await startMirror({
      java: plan.java,
      mirrorHome: await prepareMirror(),
      from: runningStack().kafka.brokers,
      to: second.brokers,
      topics: 'client_.*',
      logFile: join(folder.logs, 'mirror.log'),
    });
    postgres = await createTenant('region');
    mariadb = await createMariadbTenant('region');
    await postgres.source.query('CREATE TABLE account (id int PRIMARY KEY, owner text)');
    await mariadb.sql.query('CREATE TABLE orders (id int PRIMARY KEY, note text)');
    writes = write();
    ids.postgres = (await createReplication(postgres, [{ source: { table: 'account' } }])).id;
    ids.mariadb = (
      await createReplication(asTenant(), [{ source: { table: 'orders' }, target: { table: 'orders' } }])
    ).id;
    for (const { name, tenant } of each) {
      await startAndAwaitActive(tenant(), ids[name]);
      await awaitLive(tenant(), ids[name]);
      await awaitHealthy(tenant(), ids[name]);
    }
  });
  afterAll(async () => {
    isWriting = false;
    await writes;
    await mirror.stop();
    await secondConnect?.stop();
    await second.stop();
    await postgres.close();
    await mariadb.close();
  });

  test('the other Kafka has every topic by its name, as another topic', async () => {
    const first = await offsetsAt(runningStack().kafka.brokers, 'client_');
    const mirrored = await waitFor('MirrorMaker to have come as far', 120_000, async () => {
      const found = await offsetsAt(second.brokers, 'client_');
      const wanted = Object.entries(ends(first));
      const has = ends(found);
      return wanted.length > 0 && wanted.every(([topic, end]) => BigInt(has[topic] ?? 0) >= BigInt(end))
        ? found
        : undefined;
    });
    for (const { topic, topicId } of first) {
      const copy = mirrored.find((found) => found.topic === topic);
      if (copy !== undefined) expect(copy.topicId).not.toBe(topicId);
    }
  });

  test('nothing goes on in the other one by mistake, and every row is there after a start that copies again', async () => {
    const before = { ...written };
    await Promise.all([killPart('kafka'), killPart('connect'), mirror.kill()]);
    for (const name of ['postgres', 'mariadb'] as const)
      for (const pid of taskProcesses('consumer', ids[name])) process.kill(pid, 'SIGKILL');
    expect(await moveState()).toBeGreaterThan(4);
    // The mirror serves under the names of the lost one; the Connect there knows no connector.
    await second.stop();
    second = await startKafka({
      java: plan.java,
      dataDir: secondData,
      logFile: secondLog,
      ports: [kafkaPort, kafkaController],
    });
    const begun = performance.now();
    secondConnect = await startConnect({
      java: plan.java,
      brokers: second.brokers,
      ...(connectPort !== undefined && { port: connectPort }),
      env: partEnvironment(folder.root, runningStack().emulator.url),
      logFile: join(folder.logs, 'connect-of-the-second-region.log'),
    });
    for (const { name, tenant } of each) {
      const found = await waitFor(
        `${name} to stop before it goes on in another Kafka`,
        400_000,
        async () => {
          const { config } = await statusOf(tenant(), ids[name]);
          return ['needs-resync', 'error'].includes(config.status) ? config : undefined;
        },
        () => statusOf(tenant(), ids[name]),
      );
      process.stdout.write(
        `${name}: ${found.status} after ${Math.round((performance.now() - begun) / 1000)} s: ${found.last_error_message}\n`,
      );
    }
    expect(written.postgres).toBeGreaterThan(before.postgres);
    for (const { name, tenant } of each) {
      await startAndAwaitActive(tenant(), ids[name], { force_resync: true });
      await awaitLive(tenant(), ids[name]);
    }
    process.stdout.write(`live again after ${Math.round((performance.now() - begun) / 1000)} s\n`);
    isWriting = false;
    await writes;
    await awaitEqual(postgres, digestQuery('account'), digestQuery(`"${postgres.databaseName}_account"`));
    await mariadb.awaitEqual('SELECT * FROM orders ORDER BY id', 'SELECT * FROM orders ORDER BY id');
    for (const { name, tenant } of each) await awaitHealthy(tenant(), ids[name]);
  });
});
