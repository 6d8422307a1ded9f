import { expect, test } from '@jest/globals';
import { captureConfig, refuseCaptureOptions } from '#core/capture/capture-config.ts';
import { captureDefaults } from '#core/capture/connector-config.ts';
import { captureOptionBounds } from '#core/contracts/capture-options.ts';
import type { DatabaseKind } from '#core/contracts/database.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { engineOf } from '#core/databases/registry.ts';
import { sampleDatabase } from '../../../kit/databases.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const kafka = { brokers: 'kafka:9092', security: 'plaintext' } as const;
const { capture } = postgresSourceDialect;
const configOf = (change: Parameters<typeof sampleReplication>[0], kind: DatabaseKind = 'postgresql') =>
  captureConfig(
    engineOf(kind).source.capture,
    sampleReplication(change),
    sampleDatabase({ kind, tlsMode: 'verify-full' }),
    kafka,
  );

test('without options and column mappings it is the configuration of its kind', () => {
  const replication = sampleReplication();
  expect(configOf({})).toEqual(
    capture.connectorConfig(replication, sampleDatabase({ tlsMode: 'verify-full' }), kafka),
  );
});

test('options replace the settings that they stand for, and no other', () => {
  const options = {
    maxBatchEvents: 100,
    maxQueueEvents: 200,
    maxQueueBytes: 1_048_576,
    heartbeatIntervalMs: 1_000,
    pollIntervalMs: 5,
    retriableRestartWaitMs: 300,
    connectTimeoutMs: 2_500,
  };
  const plain = configOf({});
  const set = configOf({ capture: options });
  const changed = Object.entries(set).filter(([name, value]) => plain[name] !== value);
  expect(Object.fromEntries(changed)).toEqual({
    'max.batch.size': '100',
    'max.queue.size': '200',
    'max.queue.size.in.bytes': '1048576',
    'heartbeat.interval.ms': '1000',
    'poll.interval.ms': '5',
    'retriable.restart.connector.wait.ms': '300',
    'driver.connectTimeout': '3',
  });
});

test.each([
  ['mysql', 'connect.timeout.ms'],
  ['mariadb', 'connect.timeout.ms'],
  ['oracle', 'driver.oracle.net.CONNECT_TIMEOUT'],
] as const)('the connect timeout of %s is %s, in ms', (kind, property) => {
  expect(configOf({ capture: { connectTimeoutMs: 2_500 } }, kind)[property]).toBe('2500');
});

test('a batch must fit into the queue, also when only one of them is set', () => {
  expect(refuseCaptureOptions({})).toBeUndefined();
  expect(refuseCaptureOptions({ maxBatchEvents: 10, maxQueueEvents: 11 })).toBeUndefined();
  expect(refuseCaptureOptions({ maxBatchEvents: 10, maxQueueEvents: 10 })).toContain('more events (10)');
  expect(refuseCaptureOptions({ maxQueueEvents: 8_192 })).toContain('than a batch has (8192)');
  const wide = { maxQueueBytes: 256 * 1024 * 1024 };
  expect(refuseCaptureOptions(wide)).toBeUndefined();
  expect(refuseCaptureOptions(wide, 128 * 1024 * 1024)).toContain('at most 134217728');
});

test('the defaults lie within the bounds', () => {
  for (const [name, value] of Object.entries(captureDefaults)) {
    const { min, max } = captureOptionBounds[name as keyof typeof captureDefaults];
    expect([name, value >= min && value <= max]).toEqual([name, true]);
  }
});

test('columns that are left out do not reach Kafka, and take none with them that is spelled alike', () => {
  const config = configOf({
    tables: [
      {
        source: { schema: 'Sales', table: 'a,b' },
        target: { schema: 'public', table: 'x' },
        columns: [
          { source: 'Secret', omit: true },
          { source: 'id', target: 'ID' },
          { source: 'card no', omit: true },
        ],
      },
      { source: { schema: 'public', table: 'plain' }, target: { schema: 'public', table: 'y' } },
    ],
  });
  expect(config['column.exclude.list']).toBe(
    '(?-i)Sales\\.a\\x{2c}b\\.Secret,(?-i)Sales\\.a\\x{2c}b\\.card\\x{20}no',
  );
});
