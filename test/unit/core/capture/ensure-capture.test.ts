import { expect, test } from '@jest/globals';
import { ensureCapture } from '#core/capture/ensure-capture.ts';
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
  } as unknown as ConnectPort;
  const kafka = {
    ensureTopics: async (specs: readonly TopicSpec[]) => {
      calls.push('ensureTopics');
      topics.push(...specs);
    },
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

const request = (change: { forceResync?: boolean; copyGeneration?: number } = {}) => ({
  replication: sampleReplication({ copyGeneration: change.copyGeneration ?? 0 }),
  sourceDatabase,
  topicRetentionHours: 168,
  captureKafka: { brokers: 'kafka:9092', security: 'tls' } as const,
  forceResync: change.forceResync ?? false,
});

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
  ]);
  expect(topics.every(({ partitions, retentionHours }) => partitions === 1 && retentionHours === 168)).toBe(
    true,
  );
});

test('lost changes stop it before anything is touched', async () => {
  const { ports, calls } = createWorld({ offset: { lsn: 1 } });
  await expect(ensureCapture(request({ copyGeneration: 1 }), ports)).rejects.toMatchObject({
    code: 'NeedsResync',
  });
  expect(calls).toEqual([]);
});

test('a forced start over a gap forgets offset and slot, and begins again', async () => {
  const { ports, calls, source } = createWorld({
    offset: { lsn: 1 },
    status: { state: 'FAILED', tasks: [] },
  });
  source.state.readiness = { ...readyServer, slot: { active: false, walStatus: 'lost' } };
  await ensureCapture(request({ copyGeneration: 1, forceResync: true }), ports);
  expect(calls.slice(0, 3)).toEqual(['stop', 'resetOffset', 'dropCapture millrace_client_1_db_1']);
  expect(calls).toContain('prepareCapture millrace_client_1_db_1');
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
  await ensureCapture(request({ copyGeneration: 1, forceResync: true }), ports);
  expect(calls.filter((call) => call.startsWith('prepareCapture'))).toHaveLength(2);
});

test.each([
  ['stopped at changes that cannot be read', 'all tables have to be copied again: ...', 1],
  ['failed for another reason', 'FATAL: password authentication failed for user "m"', 0],
])('a forced start without a gap begins again or not when the connector %s', async (_why, trace, resets) => {
  const { ports, calls, source } = createWorld({
    offset: { lsn: 0x200 },
    status: { state: 'RUNNING', tasks: [{ id: 0, state: 'FAILED', trace }] },
  });
  source.state.readiness = {
    ...readyServer,
    slot: { active: true, walStatus: 'reserved', confirmedFlushPosition: '0/100' },
  };
  await ensureCapture(request({ copyGeneration: 1, forceResync: true }), ports);
  expect(calls.filter((call) => call === 'resetOffset')).toHaveLength(resets);
});
