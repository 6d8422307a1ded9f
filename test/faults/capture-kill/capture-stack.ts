import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { openSource } from '#adapters/databases/open-database.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import type { KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { startCapture } from '../../../lambdas/steps/start-capture/start-capture.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { startConnect, startKafka } from '../../../local/kafka.ts';
import { createMemoryStore } from '../../kit/memory-store.ts';
import type { CaptureSource } from './capture-source.ts';
import { type EventLedger, readLedger } from './event-ledger.ts';

/** Capture of one source's table, with a Kafka and a Connect worker of its own. */
export interface CaptureStack {
  readonly source: CaptureSource;
  readonly replication: Replication;
  readonly connect: ConnectPort;
  readonly ledger: EventLedger;
  /** SIGKILL of the worker, and another one at the same address. */
  replaceWorker(): Promise<void>;
}

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Starts everything and sets capture up as a start does it. What has to be stopped is added to `stops`. */
export const openCaptureStack = async (
  openTestSource: () => Promise<CaptureSource>,
  stops: (() => Promise<void>)[],
): Promise<CaptureStack> => {
  const java = await prepareJavaParts();
  const source = await openTestSource();
  stops.push(() => source.stop());
  const kafka = await startKafka({ java });
  stops.push(() => kafka.stop());
  let worker = await startConnect({ java, brokers: kafka.brokers });
  stops.push(() => worker.stop());
  const workerPort = Number(new URL(worker.url).port);
  const settings: KafkaSettings = {
    brokers: [kafka.brokers],
    security: 'plaintext',
    clientId: 'millrace-soak',
  };
  const replication = replicationOf(source);
  await beginCapture(source, replication, kafka.brokers, settings, worker.url);
  const ledger = await readLedger(settings, topicName(replication.topicPrefix, source.table), quietLog);
  stops.push(() => ledger.stop());
  return {
    source,
    replication,
    ledger,
    connect: createConnectClient({ url: worker.url, clock: systemClock }),
    replaceWorker: async () => {
      await worker.kill();
      worker = await startConnect({ java, brokers: kafka.brokers, port: workerPort });
    },
  };
};

const replicationOf = ({ table }: CaptureSource): Replication => ({
  replicationId: 1,
  clientId: 1,
  name: 'soak',
  sourceDatabaseId: 1,
  targetDatabaseId: 2,
  tables: [{ source: table, target: table }],
  connectorName: 'soak_connector',
  topicPrefix: 'client_1_db_1',
  slotName: 'millrace_client_1_db_1',
  publicationName: 'millrace_client_1_db_1',
  status: 'starting',
  desired: 'running',
  generation: 1,
  copyGeneration: 0,
  statusSince: '2026-01-01T00:00:00.000Z',
  createdAt: '2026-01-01T00:00:00.000Z',
});

/** As STEP 2 of a start does it, but with the password in the configuration: there is no secret store here. */
const beginCapture = async (
  { settings }: CaptureSource,
  replication: Replication,
  brokers: string,
  kafkaSettings: KafkaSettings,
  connectUrl: string,
): Promise<void> => {
  const client = createConnectClient({ url: connectUrl, clock: systemClock });
  const connect: ConnectPort = {
    ...client,
    putConnector: (name, config) =>
      client.putConnector(name, {
        ...config,
        'database.user': settings.username,
        'database.password': settings.password,
      }),
  };
  const sourceDatabase: Database = {
    ...{ databaseId: 1, clientId: 1, name: 'soak', kind: settings.kind, host: settings.host },
    ...{ port: settings.port, databaseName: settings.databaseName, username: settings.username },
    ...{ tlsMode: settings.tlsMode, secretArn: 'unused', createdAt: replication.createdAt },
  };
  const source = openSource(settings);
  const kafka = createKafkaAdmin(kafkaSettings, quietLog);
  try {
    await startCapture(
      { clientId: 1, replicationId: 1, generation: 1, forceResync: false },
      {
        ...{ replication, sourceDatabase, topicRetentionHours: 24, forceResync: false },
        captureKafka: { brokers, security: 'plaintext' },
      },
      {
        ...{ source, kafka, connect, clock: systemClock, log: quietLog },
        store: createMemoryStore(replication).store,
      },
    );
  } finally {
    await source.close();
    await kafka.close();
  }
};
