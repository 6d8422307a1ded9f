import { randomUUID } from 'node:crypto';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createKafkaAdmin, type KafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { parseEvent } from '#core/apply/parse-event.ts';
import { captureTopics } from '#core/capture/capture-topics.ts';
import { failureTrace } from '#core/capture/connector-failures.ts';
import type { ChangeEvent } from '#core/contracts/change-event.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { connectorConfig } from '#core/databases/mysql/source/connector-config.ts';
import { mysqlSourceDialect } from '#core/databases/mysql/source/dialect.ts';
import { readEventSource } from '#core/databases/mysql/source/log-position.ts';
import { schemaHistoryTopicName, topicName } from '#core/naming/names.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { ConnectorConfig } from '#core/ports/connector-config.ts';
import type { ConnectorOffset, ConnectorStatus, ConnectPort } from '#core/ports/services.ts';
import { prepareJavaParts } from '../../../local/downloads.ts';
import { startConnect, startKafka } from '../../../local/kafka.ts';
import type { MysqlServer } from './mysql-servers.ts';

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const readTimeoutMs = 60_000;
/** Connect stores offsets every second; three times that. */
const settledAfterMs = 3_000;

/** Kafka and Connect, real and on free ports, for captures of any number of servers. */
export interface CaptureServices {
  readonly connect: ConnectPort;
  readonly brokers: string;
  /** A capture of these tables; returns when it streams. */
  start(
    name: string,
    server: MysqlServer,
    tables: readonly TableRef[],
    replicationId: number,
    overrides?: ConnectorConfig,
  ): Promise<void>;
  /** The first `count` changes of a table, in order, without the statements about its structure that are between them. */
  readChanges(name: string, table: TableRef, count: number): Promise<readonly ChangeEvent[]>;
  /** All events of a table's topic up to the first that is wanted, statements about its structure among them. */
  readEvents(
    name: string,
    table: TableRef,
    isLast: (event: ChangeEvent) => boolean,
  ): Promise<readonly ChangeEvent[]>;
  /** How many changes of a table there are now, statements about its structure not counted. */
  countChanges(name: string, table: TableRef): Promise<number>;
  /** Waits until the stored offset satisfies the condition. */
  waitForOffset(
    name: string,
    condition: (offset: ConnectorOffset | undefined) => boolean,
    timeoutMs?: number,
  ): Promise<ConnectorOffset | undefined>;
  /** Waits until a task has failed; the trace says why. */
  waitForFailure(name: string): Promise<string>;
  /** The stored offset once it stays as it is. */
  settledOffset(name: string): Promise<ConnectorOffset>;
  /** Replaces the stored offset of a stopped connector. */
  setOffset(name: string, offset: ConnectorOffset): Promise<void>;
  /**
   * What befalls the topic with the history of the tables' structure: it is created again, and empty, or it has lost all but
   * its last records.
   */
  loseSchemaHistory(name: string, kept?: number): Promise<void>;
  /** An offset can be reset from then on. */
  waitUntilStopped(name: string): Promise<void>;
  /** Counts the events of a table, whatever they say. */
  countMessages(name: string, table: TableRef): Promise<number>;
  stop(): Promise<void>;
}

export const startCaptureServices = async (): Promise<CaptureServices> => {
  const java = await prepareJavaParts();
  const kafka = await startKafka({ java });
  const worker = await startConnect({ java, brokers: kafka.brokers });
  const connect = createConnectClient({ url: worker.url, clock: systemClock });
  const kafkaSettings = { brokers: [kafka.brokers], security: 'plaintext', clientId: 'mysql' } as const;
  const trace = async (name: string): Promise<string> =>
    JSON.stringify(await connect.getStatus(name), null, 2);

  /** Reads until what is read satisfies the condition; `complaint` says what was read last. */
  const poll = async <T>(
    name: string,
    read: () => Promise<T>,
    condition: (value: T) => boolean,
    complaint: (value: T) => string,
    timeoutMs = readTimeoutMs,
  ): Promise<T> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const value = await read();
      if (condition(value)) return value;
      if (Date.now() > deadline) throw new Error(`${complaint(value)} ${await trace(name)}`);
      await systemClock.sleep(200);
    }
  };

  /**
   * As the health check does. Debezium's schema history looks at its topic twice when it starts, and fails when the first look ends
   * while the second begins (3.5.0, KafkaSchemaHistory.checkTopicSettings).
   */
  const healStart = async (name: string): Promise<void> => {
    const status = await connect.getStatus(name);
    const failure = status && failureTrace(status);
    if (failure?.includes('RejectedExecutionException')) await connect.restartFailed(name);
  };

  const waitForOffset: CaptureServices['waitForOffset'] = (name, condition, timeoutMs) =>
    poll(
      name,
      async () => {
        const offset = await connect.getOffset(name);
        if (!condition(offset)) await healStart(name);
        return offset;
      },
      condition,
      (offset) => `The offset of ${name} stayed at ${JSON.stringify(offset)}.`,
      timeoutMs,
    );

  const waitForStatus = (
    name: string,
    what: string,
    condition: (status: ConnectorStatus) => boolean,
  ): Promise<ConnectorStatus | undefined> =>
    poll(
      name,
      () => connect.getStatus(name),
      (status) => status !== undefined && condition(status),
      () => `${name} does not ${what}.`,
    );

  const withAdmin = async <T>(use: (admin: KafkaAdmin) => Promise<T>): Promise<T> => {
    const admin = createKafkaAdmin(kafkaSettings, quietLog);
    try {
      return await use(admin);
    } finally {
      await admin.close();
    }
  };

  /** Reads a topic from its beginning until it is enough. */
  const readTopic = async (
    name: string,
    table: TableRef,
    isEnough: (changes: readonly ChangeEvent[], offset: bigint) => boolean,
    wanted: string,
    withStatements = false,
  ): Promise<readonly ChangeEvent[]> => {
    const topic = topicName(name, table);
    const consumer = createKafka(kafkaSettings, quietLog).consumer({ groupId: randomUUID() });
    const changes: ChangeEvent[] = [];
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        const timeout = setTimeout(
          () =>
            void trace(name).then((status) =>
              reject(new Error(`${topic} has ${changes.length} changes and not ${wanted}. ${status}`)),
            ),
          readTimeoutMs,
        );
        consumer
          .run({
            eachMessage: async ({ message }) => {
              const offset = BigInt(message.offset);
              const { headers } = message;
              const record = { offset, value: message.value, ...(headers !== undefined && { headers }) };
              const event = parseEvent(record, topic, readEventSource);
              if (withStatements || event.kind !== 'statement') changes.push(event);
              if (!isEnough(changes, offset)) return;
              clearTimeout(timeout);
              resolve();
            },
          })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    return changes;
  };

  return {
    connect,
    brokers: kafka.brokers,
    waitForOffset,
    settledOffset: async (name) => {
      let last = '';
      let since = 0;
      const offset = await waitForOffset(name, (now) => {
        const { ts_sec: _time, ...place } = now ?? {};
        const seen = JSON.stringify(place);
        if (seen !== last) since = Date.now();
        last = seen;
        return now !== undefined && now.snapshot === undefined && Date.now() - since > settledAfterMs;
      });
      return offset ?? {};
    },
    setOffset: async (name, offset) => {
      const answer = await fetch(`${worker.url}/connectors/${name}/offsets`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ offsets: [{ partition: { server: name }, offset }] }),
      });
      if (!answer.ok) throw new Error(`The offset was not taken: ${await answer.text()}`);
    },
    start: async (name, server, tables, replicationId, overrides = {}) => {
      const { kind, settings } = server;
      const replication = {
        replicationId,
        topicPrefix: name,
        tables: tables.map((table) => ({ source: table, target: table })),
      };
      const topics = captureTopics(replication, mysqlSourceDialect(kind).capture, 1);
      await withAdmin((admin) => admin.ensureTopics(topics));
      const config = connectorConfig(
        kind,
        replication,
        { ...settings, secretArn: 'unused' },
        { brokers: kafka.brokers, security: 'plaintext' },
      );
      await connect.putConnector(name, {
        ...config,
        'database.user': settings.username,
        'database.password': settings.password,
        ...overrides,
      });
      await waitForOffset(name, (offset) => offset !== undefined);
    },
    readChanges: (name, table, count) =>
      readTopic(name, table, (changes) => changes.length >= count, `${count} changes`),
    readEvents: (name, table, isLast) =>
      readTopic(
        name,
        table,
        (events) => {
          const last = events.at(-1);
          return last !== undefined && isLast(last);
        },
        'the wanted event',
        true,
      ),
    countChanges: async (name, table) => {
      const [end] = await withAdmin((admin) => admin.topicOffsets([topicName(name, table)]));
      if (end === undefined || end.endOffset === end.firstOffset) return 0;
      const last = end.endOffset - 1n;
      const changes = await readTopic(name, table, (_changes, offset) => offset >= last, `the event ${last}`);
      return changes.length;
    },
    waitForFailure: async (name) => {
      const status = await waitForStatus(name, 'fail', (seen) => failureTrace(seen) !== undefined);
      return (status && failureTrace(status)) ?? '';
    },
    loseSchemaHistory: async (name, kept) => {
      const topic = schemaHistoryTopicName(name);
      if (kept === undefined) {
        await withAdmin(async (admin) => {
          await admin.deleteTopics([topic]);
          await poll(
            name,
            () => admin.topicOffsets([topic]),
            (offsets) => offsets.length === 0,
            () => `${topic} is still there.`,
          );
          await admin.ensureTopics([
            { topic, partitions: 1, retentionHours: Number.POSITIVE_INFINITY, maxMessageBytes: 1_048_576 },
          ]);
        });
        return;
      }
      const admin = createKafka(kafkaSettings, quietLog).admin();
      await admin.connect();
      try {
        const [end] = await admin.fetchTopicOffsets(topic);
        const offset = String(Number(end?.high) - kept);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
      } finally {
        await admin.disconnect();
      }
    },
    waitUntilStopped: async (name) => {
      await waitForStatus(name, 'stop', ({ state, tasks }) => state === 'STOPPED' && tasks.length === 0);
    },
    countMessages: async (name, table) => {
      const offsets = await withAdmin((admin) => admin.topicOffsets([topicName(name, table)]));
      return offsets.reduce((sum, { firstOffset, endOffset }) => sum + Number(endOffset - firstOffset), 0);
    },
    stop: async () => {
      await worker.stop();
      await kafka.stop();
    },
  };
};
