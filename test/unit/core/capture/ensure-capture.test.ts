import { expect, test } from '@jest/globals';
import { type BeginAgain, type CaptureRequest, ensureCapture } from '#core/capture/ensure-capture.ts';
import type { Database } from '#core/contracts/database.ts';
import type { ConnectorOffset, ConnectorStatus, ConnectPort, TopicSpec } from '#core/ports/services.ts';
import { createFakeSource, readyServer } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const sourceDatabase: Database = {
  databaseId: 1,
  clientId: 1,
  name: 'shop',
  kind: 'postgresql',
  host: 'db',
  port: 5432,
  databaseName: 'shop',
  username: 'm',
  tlsMode: 'disable',
  secretArn: 'arn:s',
  createdAt: '2026-01-01T00:00:00.000Z',
};

const createWorld = (options: { offset?: ConnectorOffset; status?: ConnectorStatus } = {}) => {
  const source = createFakeSource([]);
  const { calls } = source.state;
  const topics: TopicSpec[] = [];
  let { status } = options;
  const connect = {
    getOffset: async () => options.offset,
    getStatus: async () => status,
    getConfig: async () => undefined,
    putConnector: async (name: string) => {
      calls.push(`putConnector ${name}`);
    },
    resume: async () => {
      calls.push('resume');
    },
    stop: async () => {
      calls.push('stop');
      status = { state: 'STOPPED', tasks: [] };
    },
    resetOffset: async () => {
      calls.push('resetOffset');
    },
    deleteConnector: async () => {
      calls.push('deleteConnector');
      status = undefined;
    },
  } as unknown as ConnectPort;
  let made = 0;
  let existing = new Map<string, string>();
  const kafka = {
    ensureTopics: async (specs: readonly TopicSpec[]) => {
      calls.push('ensureTopics');
      topics.push(...specs);
      made += 1;
      for (const { topic } of specs) if (!existing.has(topic)) existing.set(topic, `made ${made}`);
    },
    deleteTopics: async (names: readonly string[]) => {
      calls.push('deleteTopics');
      existing = new Map([...existing].filter(([topic]) => !names.includes(topic)));
    },
    topicOffsets: async (names: readonly string[]) =>
      names.flatMap((topic) => (existing.has(topic) ? [{ topic, topicId: existing.get(topic) }] : [])),
  };
  return {
    source,
    topics,
    calls,
    ports: {
      source: source.database,
      connect,
      kafka: kafka as never,
      clock: createManualClock(),
      log: createRecordingLog(),
    },
  };
};

const request = (change: { beginAgain?: BeginAgain; copyGeneration?: number } = {}): CaptureRequest => ({
  replication: sampleReplication({ copyGeneration: change.copyGeneration ?? 0 }),
  sourceDatabase,
  topicRetentionHours: 168,
  captureKafka: { brokers: 'kafka:9092', security: 'tls' } as const,
  ...(change.beginAgain === undefined ? {} : { beginAgain: change.beginAgain }),
});

const forced = (isDone = false) => {
  const records: string[] = [];
  return { beginAgain: { isDone, record: async () => void records.push('recorded') }, records };
};

test('topics come first, then what capture needs at the source, and the connector', async () => {
  const { ports, calls, topics } = createWorld();
  await ensureCapture(request(), ports);
  expect(calls).toEqual([
    'ensureTopics',
    'prepareCapture millrace_client_1_db_1',
    'putConnector acme_shop_connector',
    'resume',
  ]);
  expect(topics.map(({ topic }) => topic)).toEqual([
    'client_1_db_1.public.flights',
    'client_1_db_1.public.airports',
    'client_1_db_1.message',
    '__debezium-heartbeat.client_1_db_1',
    'client_1_db_1.dead-letters',
  ]);
  expect(topics.every(({ partitions }) => partitions === 1)).toBe(true);
  // Dead letters are kept until a person has dealt with them.
  expect(topics.map(({ retentionHours }) => retentionHours)).toEqual([
    168,
    168,
    168,
    168,
    Number.POSITIVE_INFINITY,
  ]);
});

test('lost changes stop it before anything is touched', async () => {
  const { ports, calls } = createWorld({ offset: { lsn: 1 } });
  await expect(ensureCapture(request({ copyGeneration: 1 }), ports)).rejects.toMatchObject({
    code: 'NeedsResync',
  });
  expect(calls).toEqual([]);
});

test.each([
  ['over a gap', undefined],
  ['at changes that cannot be read', 'all tables have to be copied again: ...'],
  ['at an event that is too large', 'org.apache.kafka.common.errors.RecordTooLargeException: ...'],
  ['at a statement that cannot be read', "DDL statement couldn't be parsed"],
  ['for a reason that nobody knows', 'java.lang.NullPointerException'],
])('a forced start makes capture again when the connector failed %s', async (_why, trace) => {
  const { ports, calls, source } = createWorld({
    offset: { lsn: 0x200 },
    status: {
      state: 'RUNNING',
      tasks: [{ id: 0, state: 'FAILED', ...(trace === undefined ? {} : { trace }) }],
    },
  });
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/100' },
  };
  const { beginAgain, records } = forced();
  await ensureCapture(request({ copyGeneration: 1, beginAgain }), ports);
  expect(calls).toEqual([
    'stop',
    'resetOffset',
    'deleteConnector',
    'dropCapture millrace_client_1_db_1',
    'deleteTopics',
    'ensureTopics',
    'ensureTopics',
    'prepareCapture millrace_client_1_db_1',
    'putConnector acme_shop_connector',
    'resume',
  ]);
  expect(records).toEqual(['recorded']);
});

test('a step of a forced start that is repeated leaves the new capture alone', async () => {
  const { ports, calls } = createWorld({ offset: { lsn: 1 }, status: { state: 'RUNNING', tasks: [] } });
  await ensureCapture(request({ copyGeneration: 1, beginAgain: forced(true).beginAgain }), ports);
  expect(calls).not.toContain('resetOffset');
  expect(calls).toContain('putConnector acme_shop_connector');
});

test('a held table that is gone, or that was not captured for a time, stays out of the publication', async () => {
  const { ports, source } = createWorld();
  source.state.readiness = { ...readyServer, slot: { active: true, walStatus: 'reserved' } };
  const [first, second] = request().replication.tables.map((table) => table.source);
  if (first === undefined || second === undefined) throw new Error('The sample has two tables.');
  source.database.listUncaptured = async (_capture, tables) =>
    tables.filter(({ table }) => table === first.table);
  const prepared: unknown[] = [];
  const { prepareCapture } = source.database;
  source.database.prepareCapture = async (capture, tables, wait) => {
    prepared.push(tables);
    return prepareCapture(capture, tables, wait);
  };
  await ensureCapture({ ...request({ copyGeneration: 1 }), held: [first] }, ports);
  expect(prepared).toEqual([[second]]);
  source.database.listUncaptured = async () => [];
  await ensureCapture({ ...request({ copyGeneration: 1 }), held: [second], leftOut: [second] }, ports);
  expect(prepared[1]).toEqual([first]);
});

test('a table that was created again stops a start over a copy, and nothing else', async () => {
  const { ports, calls, source } = createWorld();
  source.state.readiness = { ...readyServer, slot: { active: true, walStatus: 'reserved' } };
  source.database.listUncaptured = async (_capture, tables) => tables.slice(0, 1);
  await expect(ensureCapture(request({ copyGeneration: 1 }), ports)).rejects.toMatchObject({
    code: 'NeedsResync',
    message: expect.stringContaining('public.flights is not in the publication'),
  });
  expect(calls).toEqual([]);
  await ensureCapture(request(), ports);
  await ensureCapture(request({ copyGeneration: 1, beginAgain: forced().beginAgain }), ports);
  expect(calls.filter((call) => call.startsWith('prepareCapture'))).toHaveLength(2);
});
