import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { openSource } from '#adapters/databases/open-database.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import type { KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { classifyTrace, failureTrace } from '#core/capture/connector-failures.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { startCapture } from '../../../lambdas/steps/start-capture/start-capture.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { startConnect, startKafka } from '../../../local/kafka.ts';
import type { CaptureSource, Interruption, Load } from './capture-source.ts';
import { type EventLedger, readLedger } from './event-ledger.ts';

export interface CaptureKillFigures {
  readonly kills: number;
  /** Rows of the source at the end. */
  readonly rows: number;
  /** Rows that the events do not have, or have in an older version. */
  readonly lost: number;
  /** Rows that the events have and the source has not. */
  readonly extra: number;
  /** Events that came again after a restart; a row's key makes them harmless at the target. */
  readonly doubled: number;
  /** How often the task had failed and was restarted, as the health check does it each minute. */
  readonly restarts: number;
}

export interface CaptureKillOptions {
  readonly interruptions: readonly Interruption[];
  /** How often capture is broken off, in the order of `interruptions`, over and over. */
  readonly times: number;
  /** Names of the loads that run; all when left out. */
  readonly loads?: readonly string[];
  readonly say?: (line: string) => void;
}

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A worker that was killed has to start, and Debezium waits 10 s before it connects again; a busy machine takes longer. */
const stallTimeoutMs = 180_000;
/** The health check looks each minute; here a shorter wait saves time and is as good. */
const healAfterMs = 5_000;
const pollMs = 200;
/** Ids of one load; the small transactions beside the big one have those of the second half. */
const idsPerLoad = 10_000_000;

/**
 * Writes to a source and breaks its capture off, `times` times, then compares what the events say with what the source has.
 * The source, Kafka, Connect and Debezium are real, and capture is set up as a start does it.
 */
export const runCaptureKill = async (
  openTestSource: () => Promise<CaptureSource>,
  options: CaptureKillOptions,
): Promise<CaptureKillFigures> => {
  const say = options.say ?? (() => undefined);
  const stops: (() => Promise<void>)[] = [];
  try {
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
    let restarts = 0;
    const capture = createConnectClient({ url: worker.url, clock: systemClock });
    const waitFor = (what: string, holds: () => Promise<boolean>): Promise<void> =>
      waitWhileEventsCome({
        ...{ what, ledger, holds },
        heal: async () => {
          const status = await capture.getStatus(replication.connectorName);
          const trace = status && failureTrace(status);
          if (trace === undefined || classifyTrace(trace).cure !== 'restart') return;
          restarts += 1;
          await capture.restartFailed(replication.connectorName);
        },
        describeCapture: async () => JSON.stringify(await capture.getStatus(replication.connectorName)),
      });

    const interrupt: Record<Interruption, () => Promise<void>> = {
      session: async () => {
        // Between two sessions there is none to end.
        await waitFor('a session reads the log', async () => (await source.endCaptureSessions()) > 0);
      },
      worker: async () => {
        await worker.kill();
        worker = await startConnect({ java, brokers: kafka.brokers, port: workerPort });
      },
      source: () => source.crash(),
    };
    const loads = source.loads.filter(({ name }) => options.loads?.includes(name) ?? true);
    if (loads.length === 0)
      throw new Error(`${source.name} has none of the loads ${options.loads?.join(', ')}.`);
    const events = loads.reduce((sum, load) => sum + load.events, 0);
    let nextId = idsPerLoad;
    for (let kill = 1; kill <= options.times; kill += 1) {
      const kind = options.interruptions[(kill - 1) % options.interruptions.length] as Interruption;
      const before = ledger.eventCount;
      const ids = nextId;
      nextId += loads.length * idsPerLoad;
      let isOver = false;
      const writing = runLoads(loads, ids, kind === 'source').finally(() => {
        isOver = true;
      });
      writing.catch(() => undefined);
      const wanted = before + Math.floor(Math.random() * events * 0.8);
      await waitFor(`${wanted} events`, async () => isOver || ledger.eventCount >= wanted);
      await interrupt[kind]();
      await writing;
      say(
        `${source.name}: ${kill}/${options.times} (${kind}), ${ledger.eventCount} events, ${ledger.doubledCount} of them again`,
      );
    }
    const lastId = nextId;
    await source.writeLast(lastId);
    await waitFor('the last row arrives', async () => ledger.has(lastId));
    return { ...compare(await source.readRows(), ledger, options.times), restarts };
  } finally {
    for (const end of stops.toReversed()) await end();
  }
};

/** One after the other. Where the source is killed meanwhile, what was not committed counts for nothing. */
const runLoads = async (loads: readonly Load[], firstId: number, mayFail: boolean): Promise<void> => {
  for (const [index, load] of loads.entries()) {
    try {
      await load.run(firstId + index * idsPerLoad);
    } catch (error) {
      if (!mayFail) throw error;
    }
  }
};

const compare = (
  rows: ReadonlyMap<number, number>,
  ledger: EventLedger,
  kills: number,
): Omit<CaptureKillFigures, 'restarts'> => ({
  kills,
  rows: rows.size,
  lost: [...rows].filter(([id, version]) => ledger.rows.get(id) !== version).length,
  extra: [...ledger.rows.keys()].filter((id) => !rows.has(id)).length,
  doubled: ledger.doubledCount,
});

/** Waits as long as events come; the error names what it was about, and what Connect says of the connector. */
const waitWhileEventsCome = async ({
  what,
  ledger,
  holds,
  heal,
  describeCapture,
}: {
  readonly what: string;
  readonly ledger: EventLedger;
  readonly holds: () => Promise<boolean>;
  readonly heal: () => Promise<void>;
  readonly describeCapture: () => Promise<string>;
}): Promise<void> => {
  let seen = -1;
  let deadline = 0;
  let healAt = 0;
  for (;;) {
    if (await holds()) return;
    if (ledger.eventCount !== seen) {
      seen = ledger.eventCount;
      deadline = Date.now() + stallTimeoutMs;
      healAt = Date.now() + healAfterMs;
    } else if (Date.now() > healAt) {
      healAt = Date.now() + healAfterMs;
      // Connect does not answer while it starts.
      await heal().catch(() => undefined);
    } else if (Date.now() > deadline) {
      const status = await describeCapture().catch((error: unknown) => String(error));
      throw new Error(
        `No event came within ${stallTimeoutMs / 1_000} s, while waiting until ${what}. The connector: ${status}`,
      );
    }
    await sleep(pollMs);
  }
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
        store: { getReplication: async () => replication },
      },
    );
  } finally {
    await source.close();
    await kafka.close();
  }
};
