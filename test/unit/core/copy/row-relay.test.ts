import { expect, test } from '@jest/globals';
import type { Database, DatabaseKind } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { laneCount } from '#core/copy/lanes.ts';
import {
  ensureRowRelay,
  lanePartitions,
  relayPartitions,
  removeRowRelay,
  rowsConnectorConfig,
  workerPartitions,
} from '#core/copy/row-relay.ts';
import { engineOf } from '#core/databases/registry.ts';
import type { ConnectorStatus } from '#core/ports/services.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const source = (kind: DatabaseKind, change: Partial<Database> = {}): Database => ({
  databaseId: 1,
  clientId: 1,
  name: 'shop',
  kind,
  host: 'db.example.com',
  port: 5432,
  databaseName: 'shop',
  username: 'reader',
  tlsMode: 'verify-full',
  secretArn: 'arn:secret',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...change,
});

const replication = {
  connectorName: 'acme_shop_connector',
  topicPrefix: 'client_1_db_1',
  snapshotMode: 'initial',
} as Replication;

const kafka = { brokers: 'b-1:9094,b-2:9094', security: 'tls' } as const;
const configOf = (kind: DatabaseKind, change?: Partial<Database>) =>
  rowsConnectorConfig(engineOf(kind).source.capture, replication, source(kind, change), kafka);

test('each chunk that is copied at the same time has a partition of its own', () => {
  const all = [
    ...workerPartitions,
    ...Array.from({ length: laneCount }, (_, lane) => lanePartitions(lane)).flat(),
  ];
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: relayPartitions }, (_, at) => at));
});

test.each(['postgresql', 'mysql', 'mariadb', 'oracle'] as const)(
  '%s: the connector has references, and no password',
  (kind) => {
    const config = configOf(kind, { caPem: 'PEM' });
    expect(config).toMatchObject({
      'database.user': `\${secretsmanager:arn:secret:username}`,
      'database.password': `\${secretsmanager:arn:secret:password}`,
      'millrace.requests.topic': 'client_1_db_1.copy-requests',
      'millrace.rows.topic': 'client_1_db_1.copy-rows',
      'millrace.kafka.security.protocol': 'SSL',
    });
    expect(Object.values(config).join(' ')).toMatch(/PEM|UEVN/);
  },
);

test.each([
  ['postgresql', "SET SESSION TimeZone TO 'UTC'"],
  ['postgresql', "SET SESSION row_security TO 'off'"],
  ['mariadb', 'SET SESSION max_statement_time = 0'],
  ['mysql', 'SET SESSION max_execution_time = 0'],
] as const)('%s: its sessions are those of a direct copy: %s', (kind, statement) => {
  expect(configOf(kind)['millrace.session.statements']?.split('\n')).toContain(statement);
});

test('a client cannot have a reference of its own resolved', () => {
  for (const kind of ['postgresql', 'mysql', 'oracle'] as const) {
    expect(() => configOf(kind, { host: `\${env:CONNECT_GROUP}` })).toThrow('must not contain');
  }
});

test('oracle: the driver is told where the pluggable database is, and checks the certificate', () => {
  const config = configOf('oracle', { databaseName: 'cdb/pdb', caPem: 'PEM' });
  expect(config).toMatchObject({
    'connector.class': 'millrace.connect.OracleRowsConnector',
    'database.url': expect.stringContaining('(PROTOCOL=TCPS)(HOST=db.example.com)(PORT=5432)'),
    'driver.oracle.net.ssl_server_dn_match': 'true',
    'driver.oracle.net.wallet_location': `data:;base64,${Buffer.from('PEM').toString('base64')}`,
  });
  expect(config['millrace.session.statements']?.split('\n')[0]).toContain('SET CONTAINER');
  expect(configOf('oracle', { tlsMode: 'disable' })['database.url']).toContain('(PROTOCOL=TCP)');
});

const createWorld = (there = true) => {
  const calls: string[] = [];
  const world = { isThere: there };
  const call = (name: string) => async (): Promise<void> => void calls.push(name);
  const connect = {
    getStatus: async (): Promise<ConnectorStatus | undefined> =>
      world.isThere ? { state: 'STOPPED', tasks: [] } : undefined,
    putConnector: async (name: string) => void calls.push(`put ${name}`),
    resume: call('resume'),
    restartFailed: call('restartFailed'),
    stop: call('stop'),
    resetOffset: call('resetOffset'),
    deleteConnector: async (name: string) => {
      calls.push(`delete ${name}`);
      world.isThere = false;
    },
  };
  const topics = {
    ensureTopics: async (specs: readonly { topic: string; partitions: number }[]) =>
      void calls.push(...specs.map(({ topic, partitions }) => `ensure ${topic} ${partitions}`)),
    deleteTopics: async (names: readonly string[]) => void calls.push(`delete ${names.join(' ')}`),
  };
  return { calls, ports: { connect, kafka: topics, clock: createManualClock(), log: createRecordingLog() } };
};

test('topics come before the connector, which may have been stopped', async () => {
  const { calls, ports } = createWorld();
  await ensureRowRelay(engineOf('mysql').source.capture, replication, source('mysql'), kafka, ports);
  expect(calls).toEqual([
    'ensure client_1_db_1.copy-requests 11',
    'ensure client_1_db_1.copy-rows 11',
    'put acme_shop_connector.copy',
    'resume',
    'restartFailed',
  ]);
  const fresh = createWorld(false);
  await ensureRowRelay(engineOf('mysql').source.capture, replication, source('mysql'), kafka, fresh.ports);
  expect(fresh.calls.at(-1)).toBe('put acme_shop_connector.copy');
});

test('the connector goes before its topics, and is not asked for where there is none', async () => {
  const all = createWorld();
  await removeRowRelay(replication, all.ports);
  const gone = 'delete client_1_db_1.copy-requests client_1_db_1.copy-rows';
  expect(all.calls).toEqual(['stop', 'resetOffset', 'delete acme_shop_connector.copy', gone]);
  const rest = createWorld(false);
  await removeRowRelay(replication, rest.ports);
  expect(rest.calls).toEqual([gone]);
  const none = createWorld();
  const { snapshotMode: _mode, ...direct } = replication;
  await removeRowRelay(direct, none.ports);
  expect(none.calls).toEqual([]);
});
