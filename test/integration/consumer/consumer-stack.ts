import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import kafkajs, { type Producer } from 'kafkajs';
import pg from 'pg';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import type { TableProgress, TableState } from '#core/contracts/copy.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { clientTableNames } from '#core/databases/postgresql/target/bookkeeping.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { type KafkaOptions, type KafkaServer, startKafka } from '../../../local/kafka.ts';
import { findFreePort, findFreePorts } from '../../../local/ports.ts';
import {
  type PostgresOptions,
  type PostgresServer,
  sourceSettings,
  startPostgres,
} from '../../../local/postgres.ts';
import { projectRoot } from '../../../local/state-folder.ts';
import { takeTables } from '../../kit/target-owner.ts';
import { setTopicSettings } from '../../kit/topic-settings.ts';
import { createStateTable, type EmulatedAws, startEmulatedAws } from '../dynamodb/state-table.ts';
import { settingsOf } from '../postgresql/database-pair.ts';

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const stateTable = 'state';
const at = '2026-01-01T00:00:00.000Z';

/** A target database as the state store has it. */
export interface RegisteredTarget {
  readonly databaseId: number;
  /** The schema of the target tables. */
  readonly schema: string;
  readonly settings: ConnectionSettings;
}

/** One topic's record: an event's JSON, or null for a tombstone. */
export interface TopicRecord {
  readonly value: string | null;
  /** None when absent. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const publicationName = 'published';

/**
 * Everything that the consumer talks to, each part real and on free ports: PostgreSQL twice, Kafka, and the AWS
 * emulator. Events are written to Kafka as Debezium writes them.
 */
export class ConsumerStack {
  readonly aws: EmulatedAws;
  readonly source: Database;
  #target: Database;
  readonly #targetOptions: PostgresOptions;
  readonly #folder: string;
  #broker: KafkaServer;
  readonly #brokerOptions: KafkaOptions;
  readonly kafka: KafkaSettings;
  readonly admin: KafkaAdmin;
  readonly store: StateStore;
  readonly #alertTopic: string;
  readonly #producer: Producer;
  readonly #databaseIds: readonly [number, number];
  readonly #consumers: ConsumerProcess[] = [];
  readonly #dynamo: DynamoDBClient;

  private constructor(parts: {
    aws: EmulatedAws;
    source: Database;
    target: Database;
    targetOptions: PostgresOptions;
    folder: string;
    broker: KafkaServer;
    brokerOptions: KafkaOptions;
    dynamo: DynamoDBClient;
    store: StateStore;
    alertTopic: string;
    databaseIds: readonly [number, number];
  }) {
    this.aws = parts.aws;
    this.source = parts.source;
    this.#target = parts.target;
    this.#targetOptions = parts.targetOptions;
    this.#folder = parts.folder;
    this.#broker = parts.broker;
    this.#brokerOptions = parts.brokerOptions;
    this.kafka = { brokers: [parts.broker.brokers], security: 'plaintext', clientId: 'millrace-test' };
    this.admin = createKafkaAdmin(this.kafka, silentLog);
    this.store = parts.store;
    this.#alertTopic = parts.alertTopic;
    this.#databaseIds = parts.databaseIds;
    this.#dynamo = parts.dynamo;
    this.#producer = createKafka(this.kafka, silentLog).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  get target(): Database {
    return this.#target;
  }

  /** `connections`: how many each of the two PostgreSQL servers takes. */
  static async start({ connections = 100 }: { readonly connections?: number } = {}): Promise<ConsumerStack> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-consumer-'));
    const brokerOptions = {
      java: await prepareJavaParts(),
      dataDir: join(folder, 'kafka'),
      logFile: join(folder, 'kafka.log'),
      ports: (await findFreePorts(2)) as [number, number],
    };
    const targetOptions = {
      database: 'warehouse',
      config: { max_connections: String(connections) },
      dataDir: join(tmpdir(), `millrace-consumer-target-${randomUUID()}`),
      port: await findFreePort(),
      logFile: join(folder, 'target.log'),
    };
    const [aws, broker, source, target] = await startTogether(
      { start: startEmulatedAws(), stop: (started) => started.stop() },
      { start: startKafka(brokerOptions), stop: (started) => started.stop() },
      {
        start: startDatabase({
          database: 'shop',
          config: { ...sourceSettings, max_connections: String(connections) },
        }),
        stop: stopDatabase,
      },
      { start: startDatabase(targetOptions), stop: stopDatabase },
    );
    const dynamo = new DynamoDBClient(aws.config);
    await createStateTable(dynamo, stateTable);
    const store = createStateStore({ tableName: stateTable, client: dynamo });
    const sns = new SNSClient(aws.config);
    const alertTopic = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn ?? '';
    sns.destroy();
    await store.createClient('Acme');
    const databaseIds = [
      await registerDatabase(store, aws, 'shop', settingsOf(source.server)),
      await registerDatabase(store, aws, 'warehouse', settingsOf(target.server)),
    ] as const;
    const stack = new ConsumerStack({
      ...{ aws, source, target, targetOptions, broker, brokerOptions, folder },
      ...{ dynamo, store, alertTopic, databaseIds },
    });
    await stack.#producer.connect();
    // The consumer holds a table that is not in its publication. The events of these tests are written by hand.
    await source.client.query(`CREATE PUBLICATION ${publicationName} FOR ALL TABLES`);
    return stack;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.kill()));
    await this.#producer.disconnect();
    await this.admin.close();
    this.#dynamo.destroy();
    await Promise.all([
      this.aws.stop(),
      this.#broker.stop(),
      stopDatabase(this.source),
      stopDatabase(this.target),
    ]);
    rmSync(this.#folder, { recursive: true, force: true });
    rmSync(this.#targetOptions.dataDir ?? '', { recursive: true, force: true });
  }

  /** SIGKILL, a pause, and a new start on the same data and port. */
  async restartBroker(pauseMs: number): Promise<void> {
    await this.#broker.kill();
    await sleep(pauseMs);
    this.#broker = await startKafka(this.#brokerOptions);
  }

  /** SIGKILL, a pause, and a new start on the same data and port. */
  async restartTarget(pauseMs: number): Promise<void> {
    await this.#target.server.kill();
    await sleep(pauseMs);
    const server = await startPostgres(this.#targetOptions);
    this.#target = { server, client: await connect(server) };
  }

  /** Another target than our own, for `createReplication`. */
  async registerTarget(settings: ConnectionSettings): Promise<RegisteredTarget> {
    const databaseId = await registerDatabase(this.store, this.aws, settings.databaseName, settings);
    return { databaseId, schema: settings.databaseName, settings };
  }

  /** A replication of `public.NAME` tables to tables of the same name, with its topics; as after a start. */
  async createReplication(
    tables: readonly string[],
    state: TableState = 'live',
    target: RegisteredTarget = this.#ownTarget(),
    change: Partial<Replication> = {},
  ): Promise<Replication> {
    const replicationId = await this.store.nextReplicationId();
    const [sourceDatabaseId] = this.#databaseIds;
    const targetDatabaseId = target.databaseId;
    const replication: Replication = {
      replicationId,
      clientId: 1,
      name: `test ${replicationId}`,
      sourceDatabaseId,
      targetDatabaseId,
      tables: tables.map((table) => ({
        source: { schema: 'public', table },
        target: { schema: target.schema, table },
      })),
      connectorName: `acme_shop_${replicationId}_connector`,
      topicPrefix: `client_1_db_1_${replicationId}`,
      slotName: 'slot',
      publicationName,
      status: 'active',
      desired: 'running',
      generation: 1,
      copyGeneration: 1,
      statusSince: at,
      createdAt: at,
      ...change,
    };
    await this.store.createReplication(replication);
    await takeTables(
      target.settings,
      await ownerOf(this.store, replication),
      replication.tables.map((mapping) => mapping.target),
    );
    for (const mapping of replication.tables) {
      await this.store.putTablePlan(
        replicationId,
        {
          ...mapping,
          generation: 1,
          state,
          estimatedRows: 0,
          estimatedBytes: 0,
          chunks: 0,
          chunksDone: 0,
          rowsCopied: 0,
          bytesCopied: 0,
          runsOn: 'lambda',
        },
        [],
      );
    }
    await this.createTopics(replication);
    return replication;
  }

  #ownTarget(): RegisteredTarget {
    const [, databaseId] = this.#databaseIds;
    return { databaseId, schema: 'public', settings: settingsOf(this.target.server) };
  }

  topics(replication: Replication): readonly string[] {
    return replication.tables.map(({ source }) => topicName(replication.topicPrefix, source));
  }

  async createTopics(replication: Replication): Promise<void> {
    await this.admin.ensureTopics(
      this.topics(replication).map((topic) => ({
        topic,
        partitions: 1,
        retentionHours: 24,
        maxMessageBytes: 8 * 1024 * 1024,
      })),
    );
  }

  /** As retention does: the topic begins at `firstOffset` afterwards. */
  async deleteRecords(topic: string, firstOffset: number): Promise<void> {
    const admin = createKafka(this.kafka, silentLog).admin();
    await admin.connect();
    // kafkajs looks for the partition's leader in metadata that it has to have read before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(firstOffset) }] });
    await admin.disconnect();
  }

  /** As an administrator of Kafka would, who wants to save disk: all but the newest record of each key go, within a minute. */
  compact(topic: string): Promise<void> {
    return setTopicSettings(this.kafka, topic, {
      ...{ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '100' },
    });
  }

  /** The offsets that the topic still holds, read with its first record. */
  async offsetsOf(topic: string): Promise<readonly bigint[]> {
    const consumer = createKafka(this.kafka, silentLog).consumer({ groupId: `look-${randomUUID()}` });
    const [partition] = await this.admin.topicOffsets([topic]);
    const last = (partition?.endOffset ?? 0n) - 1n;
    const offsets: bigint[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            offsets.push(BigInt(message.offset));
            if (BigInt(message.offset) >= last) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return offsets;
  }

  async produce(topic: string, records: readonly TopicRecord[]): Promise<void> {
    const perRequest = 2_000;
    for (let from = 0; from < records.length; from += perRequest) {
      await this.#producer.send({
        topic,
        compression: kafkajs.CompressionTypes.ZSTD,
        messages: records.slice(from, from + perRequest).map(({ value, key, headers }) => ({
          partition: 0,
          value,
          ...(key !== undefined && { key }),
          ...(headers && { headers: { ...headers } }),
        })),
      });
    }
  }

  /** By a producer of its own, which leaves a marker behind the records. */
  async produceInTransaction(
    topic: string,
    records: readonly TopicRecord[],
    end: 'commit' | 'abort',
  ): Promise<void> {
    const producer = createKafka(this.kafka, silentLog).producer({
      ...{ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: records.map(({ value }) => ({ partition: 0, value })) });
    await transaction[end]();
    await producer.disconnect();
  }

  /** The id of the next `launch`; its consumer group ends with it. */
  get nextLaunchId(): string {
    return `launch-${this.#consumers.length + 1}`;
  }

  /** Launches a consumer as the launching Lambda would: recorded first, then as a process of its own. */
  async launch(
    replication: Replication,
    options: { readonly nodeFlags?: readonly string[] } = {},
  ): Promise<ConsumerProcess> {
    const launchId = this.nextLaunchId;
    await this.store.recordLaunch(replication.clientId, replication.replicationId, {
      launchId,
      launchedAt: new Date().toISOString(),
      generation: replication.generation,
    });
    const consumer = new ConsumerProcess(
      spawn(process.execPath, [...(options.nodeFlags ?? []), 'consumer-container/main.ts'], {
        cwd: projectRoot,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...this.#environment(),
          MILLRACE_ROLE: 'consumer',
          MILLRACE_CLIENT_ID: String(replication.clientId),
          MILLRACE_REPLICATION_ID: String(replication.replicationId),
          MILLRACE_LAUNCH_ID: launchId,
        },
      }),
    );
    this.#consumers.push(consumer);
    return consumer;
  }

  /** A task as ECS would launch it, with the variables that its launch overrides. `command`: the bundle, or the sources. */
  runTask(
    overrides: Readonly<Record<string, string>>,
    command: readonly string[] = ['consumer-container/main.ts'],
  ): ConsumerProcess {
    const task = new ConsumerProcess(
      spawn(process.execPath, [...command], {
        cwd: projectRoot,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...this.#environment(), ...overrides },
      }),
    );
    this.#consumers.push(task);
    return task;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      MILLRACE_ENVIRONMENT: 'test',
      MILLRACE_STATE_TABLE: stateTable,
      MILLRACE_ALERT_TOPIC_ARN: this.#alertTopic,
      MILLRACE_KAFKA_BROKERS: this.#broker.brokers,
      MILLRACE_KAFKA_SECURITY: 'plaintext',
      MILLRACE_TOPIC_RETENTION_HOURS: '24',
      MILLRACE_METRICS_HOST: 'loopback',
      MILLRACE_METRICS_PORT: '0',
      // Asked only while tables catch up.
      MILLRACE_CONNECT_URL: 'http://127.0.0.1:9',
      MILLRACE_DATABASE_NETWORKS: '127.0.0.0/8',
      MILLRACE_RESERVED_NETWORKS: '',
      MILLRACE_DATABASE_PORTS: 'any',
      AWS_ENDPOINT_URL: this.aws.config.endpoint,
      AWS_REGION: this.aws.config.region,
      AWS_ACCESS_KEY_ID: this.aws.config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.aws.config.credentials.secretAccessKey,
    };
  }

  /** The sum of the counters in the checkpoints, and of the next offsets. */
  async applied(replication: Replication): Promise<{
    readonly inserts: number;
    readonly updates: number;
    readonly deletes: number;
    readonly truncates: number;
    readonly nextOffset: number;
  }> {
    const { rows } = await this.target.client.query(
      `SELECT coalesce(sum(inserts), 0)::int AS inserts, coalesce(sum(updates), 0)::int AS updates,
              coalesce(sum(deletes), 0)::int AS deletes, coalesce(sum(truncates), 0)::int AS truncates,
              coalesce(sum(next_offset), 0)::int AS "nextOffset"
       FROM millrace.${await this.#checkpointTable()} WHERE replication_id = $1`,
      [replication.replicationId],
    );
    return rows[0];
  }

  /** The number of tables to which so many inserts were applied. */
  async tablesWithInserts({ replicationId }: Replication, inserts: number): Promise<number> {
    const { rows } = await this.target.client.query(
      `SELECT count(*)::int AS tables FROM millrace.${await this.#checkpointTable()}
       WHERE replication_id = $1 AND inserts = $2`,
      [replicationId, inserts],
    );
    return rows[0].tables;
  }

  /** Waits until a table is held, and returns those that are. */
  async waitForHeld({ replicationId }: Replication): Promise<readonly TableProgress[]> {
    let held: readonly TableProgress[] = [];
    await waitUntil('a held table', async () => {
      held = (await this.store.listTableProgress(replicationId)).filter(({ state }) => state === 'held');
      return held.length > 0;
    });
    return held;
  }

  async #checkpointTable(): Promise<string> {
    return clientTableNames({ installationId: await this.store.getInstallationId(), clientId: 1 }).checkpoint;
  }

  /** Waits until the checkpoints' next offsets add up to `offset`. */
  async waitForOffset(replication: Replication, offset: number, timeoutMs = 60_000): Promise<void> {
    await waitUntil(
      `offset ${offset}`,
      async () => {
        const { rows } = await this.target.client.query('SELECT to_regclass($1) AS found', [
          `millrace.${await this.#checkpointTable()}`,
        ]);
        return rows[0]?.found !== null && (await this.applied(replication)).nextOffset >= offset;
      },
      timeoutMs,
    );
  }
}

/** A consumer in a process of its own, with what it logs. */
export class ConsumerProcess {
  readonly lines: { readonly level?: string; readonly message?: string }[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.stdout === null) throw new TypeError('The consumer has no output.');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async kill(): Promise<void> {
    if (!this.hasEnded) this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** SIGTERM; returns the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }

  says(text: string): boolean {
    return this.lines.some(({ message }) => message?.includes(text));
  }

  async waitFor(text: string, timeoutMs = 60_000): Promise<void> {
    await waitUntil(`the log line "${text}"`, async () => this.says(text), timeoutMs);
  }
}

export const waitUntil = async (
  what: string,
  isTrue: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> => {
  const end = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
    await sleep(100);
  }
};

interface Part<T> {
  readonly start: Promise<T>;
  readonly stop: (started: T) => Promise<void>;
}

/** When one of the parts does not start, those that did are stopped. */
const startTogether = async <A, B, C, D>(
  ...parts: readonly [Part<A>, Part<B>, Part<C>, Part<D>]
): Promise<[A, B, C, D]> => {
  const [a, b, c, d] = parts;
  try {
    return await Promise.all([a.start, b.start, c.start, d.start]);
  } catch (error) {
    const stopStarted = <T>({ start, stop }: Part<T>): Promise<void> => start.then(stop, () => undefined);
    await Promise.all([stopStarted(a), stopStarted(b), stopStarted(c), stopStarted(d)]);
    throw error;
  }
};

interface Database {
  readonly server: PostgresServer;
  readonly client: pg.Client;
}

const startDatabase = async (options: PostgresOptions): Promise<Database> => {
  const server = await startPostgres(options);
  return { server, client: await connect(server) };
};

export const connect = async ({
  host,
  port,
  user,
  password,
  database,
}: PostgresServer): Promise<pg.Client> => {
  const client = new pg.Client({ host, port, user, password, database });
  // A test may stop the server under it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

const stopDatabase = async ({ server, client }: Database): Promise<void> => {
  await client.end().catch(() => undefined);
  await server.stop();
};

const registerDatabase = async (
  store: StateStore,
  aws: EmulatedAws,
  name: string,
  { kind, host, port, databaseName, username, password, tlsMode }: ConnectionSettings,
): Promise<number> => {
  const secrets = new SecretsManagerClient(aws.config);
  const secret = await secrets.send(
    new CreateSecretCommand({
      Name: `millrace/test/${name}-${randomUUID()}`,
      SecretString: JSON.stringify({ username, password }),
    }),
  );
  secrets.destroy();
  const databaseId = await store.nextDatabaseId();
  await store.putDatabase({
    databaseId,
    clientId: 1,
    name,
    kind,
    host,
    port,
    databaseName,
    username,
    tlsMode,
    secretArn: secret.ARN ?? '',
    createdAt: at,
  });
  return databaseId;
};
