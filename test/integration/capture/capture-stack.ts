import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { ConnectionSettings, Database } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { CaptureOutput } from '#core/contracts/steps.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { CaptureKafka } from '#core/ports/connector-config.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { startCapture } from '../../../lambdas/steps/start-capture/start-capture.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { type ConnectServer, startConnect, startKafka } from '../../../local/kafka.ts';
import { findFreePorts } from '../../../local/ports.ts';
import { type PostgresVersion, sourceSettings, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { createMemoryStore } from '../../kit/memory-store.ts';
import { startSecretsEndpoint } from './secrets-endpoint.ts';

export interface CaptureStack {
  readonly sql: pg.Client;
  readonly source: SourceDatabase;
  /** The same database as a target. */
  readonly target: TargetDatabase;
  readonly sourceDatabase: Database;
  /** Of the user that `sourceDatabase` names. */
  readonly password: string;
  readonly connect: ConnectPort;
  readonly kafka: KafkaAdmin;
  readonly captureKafka: CaptureKafka;
  readonly settings: KafkaSettings;
  /** `http://host:port` of the Connect worker. */
  readonly connectUrl: string;
  /** Starts another worker of the same group; it is stopped with the stack. */
  addWorker(): Promise<ConnectServer>;
  /** SIGKILL of the worker. */
  killConnect(): Promise<void>;
  /** Starts the worker again on its port; returns when it answers. */
  restartConnect(): Promise<void>;
  /** SIGKILL of the broker. */
  killKafka(): Promise<void>;
  /** Starts the broker again with its data, on its ports. */
  restartKafka(): Promise<void>;
  /** The file that the worker writes its log to. */
  readonly connectLog: string;
  /** The values of all records of a topic, parsed; waits until there are at least `count` or 30 s are over. */
  /** Reads until there are so many records, or it is enough; what there is when 30 s are over. */
  readTopic(topic: string, enough: Enough): Promise<readonly TopicRecord[]>;
  stop(): Promise<void>;
}

type Enough = number | ((records: readonly TopicRecord[]) => boolean);

export interface TopicRecord {
  readonly key: unknown;
  readonly value: unknown;
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:millrace/test/database-1-AbCdEf';
const readTimeoutMs = 30_000;

/** PostgreSQL, Kafka and Connect with Debezium, each real and on free ports. */
export const startCaptureStack = async (version: PostgresVersion = 18): Promise<CaptureStack> => {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const java = await prepareJavaParts();
    const folder = mkdtempSync(join(tmpdir(), 'millrace-capture-'));
    stops.push(async () => rmSync(folder, { recursive: true, force: true }));
    const kafkaOptions = {
      java,
      dataDir: join(folder, 'kafka'),
      ports: (await findFreePorts(2)) as [number, number],
    };
    const [postgres, firstBroker] = await Promise.all([
      startPostgres({ version, database: 'shop', config: sourceSettings }),
      startKafka(kafkaOptions),
    ]);
    let broker = firstBroker;
    stops.push(
      () => postgres.stop(),
      () => broker.stop(),
    );
    const secrets = await startSecretsEndpoint(secretArn, {
      username: postgres.user,
      password: postgres.password,
    });
    stops.push(() => secrets.stop());
    const connectOptions = {
      java,
      brokers: broker.brokers,
      env: {
        ...process.env,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: secrets.url,
      },
    };
    let worker = await startConnect(connectOptions);
    const connectUrl = worker.url;
    stops.push(() => worker.stop());

    const { host, port, user, password, database } = postgres;
    const sql = new pg.Client({ host, port, user, password, database });
    await sql.connect();
    stops.push(() => sql.end());
    const connection: ConnectionSettings = {
      kind: 'postgresql',
      host,
      port,
      databaseName: database,
      username: user,
      password,
      network: localNetwork,
      tlsMode: 'disable',
    };
    const source = openSourceDatabase(connection);
    stops.push(() => source.close());
    const target = openTargetDatabase(connection);
    stops.push(() => target.close());
    const settings: KafkaSettings = {
      brokers: [broker.brokers],
      security: 'plaintext',
      clientId: 'millrace-test',
    };
    const kafka = createKafkaAdmin(settings, silentLog);
    stops.push(() => kafka.close());

    return {
      sql,
      source,
      target,
      password,
      sourceDatabase: {
        databaseId: 1,
        clientId: 1,
        name: 'shop',
        kind: 'postgresql',
        host,
        port,
        databaseName: database,
        username: user,
        tlsMode: 'disable',
        secretArn,
        createdAt: '2026-01-01T00:00:00.000Z',
      },
      connect: createConnectClient({ url: connectUrl, clock: systemClock }),
      connectUrl,
      addWorker: async () => {
        const added = await startConnect(connectOptions);
        stops.push(() => added.stop());
        return added;
      },
      killConnect: () => worker.kill(),
      restartConnect: async () => {
        worker = await startConnect({ ...connectOptions, port: Number(new URL(connectUrl).port) });
      },
      killKafka: () => broker.kill(),
      restartKafka: async () => {
        broker = await startKafka(kafkaOptions);
      },
      connectLog: worker.logFile,
      kafka,
      captureKafka: { brokers: broker.brokers, security: 'plaintext' },
      settings,
      readTopic: (topic, enough) => readTopic(settings, topic, enough),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const readTopic = async (
  settings: KafkaSettings,
  topic: string,
  enough: Enough,
): Promise<readonly TopicRecord[]> => {
  const isEnough = typeof enough === 'number' ? () => records.length >= enough : () => enough(records);
  const consumer = createKafka(settings, silentLog).consumer({ groupId: `test-${topic}-${Date.now()}` });
  const records: TopicRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, readTimeoutMs);
      consumer
        .run({
          eachMessage: async ({ message }) => {
            records.push({ key: parse(message.key), value: parse(message.value) });
            if (!isEnough()) return;
            clearTimeout(timer);
            resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
};

const parse = (bytes: Buffer | null): unknown => (bytes === null ? null : JSON.parse(bytes.toString('utf8')));

/** A replication of `tables`, with names of its own for each `ordinal`. */
/** Starts the capture of a replication that is not known yet; `change` has what is otherwise than at a first start. */
export const beginCapture = (
  { source, kafka, connect, sourceDatabase, captureKafka }: CaptureStack,
  replication: Replication,
  change: {
    readonly connect?: ConnectPort;
    readonly forceResync?: boolean;
  } = {},
): Promise<CaptureOutput> => {
  const { forceResync = false } = change;
  const { clientId, replicationId, generation } = replication;
  return startCapture(
    { clientId, replicationId, generation, forceResync },
    {
      ...{ replication, sourceDatabase, captureKafka, topicRetentionHours: 24 },
      ...(forceResync && { beginAgain: { isDone: false, record: async () => undefined } }),
    },
    {
      ...{ source, kafka, connect: change.connect ?? connect },
      ...{ store: createMemoryStore(replication).store, clock: systemClock, log: silentLog },
    },
  );
};

export const replicationOf = (ordinal: number, tables: readonly TableRef[]): Replication => ({
  replicationId: ordinal,
  clientId: 1,
  name: `shop ${ordinal}`,
  sourceDatabaseId: 1,
  targetDatabaseId: 2,
  tables: tables.map((source) => ({ source, target: source })),
  connectorName: `acme_shop_${ordinal}_connector`,
  topicPrefix: `client_1_db_1_${ordinal}`,
  slotName: `millrace_client_1_db_1_${ordinal}`,
  publicationName: `millrace_client_1_db_1_${ordinal}`,
  status: 'starting',
  desired: 'running',
  generation: 1,
  copyGeneration: 0,
  statusSince: '2026-01-01T00:00:00.000Z',
  createdAt: '2026-01-01T00:00:00.000Z',
});
