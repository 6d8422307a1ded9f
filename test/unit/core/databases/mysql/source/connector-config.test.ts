import { expect, test } from '@jest/globals';
import type { TlsMode } from '#core/contracts/database.ts';
import { connectorConfig } from '#core/databases/mysql/source/connector-config.ts';

const replication = {
  replicationId: 7,
  topicPrefix: 'client_1_db_1',
  tables: [
    { source: { schema: 'shop', table: 'orders' }, target: { schema: 'public', table: 'orders' } },
    { source: { schema: 'shop', table: 'a,b `x`' }, target: { schema: 'public', table: 'b' } },
  ],
};
const source = {
  host: 'db.example.org',
  port: 3306,
  databaseName: 'shop',
  tlsMode: 'verify-full' as TlsMode,
  secretArn: 'arn:secret',
};
const kafka = { brokers: 'one:9092,two:9092', security: 'plaintext' } as const;
const config = (
  changes: Partial<typeof source & { caPem: string }> = {},
  kind: 'mysql' | 'mariadb' = 'mysql',
) => connectorConfig(kind, replication, { ...source, ...changes }, kafka);

test('each kind has its own connector', () => {
  expect(config()['connector.class']).toBe('io.debezium.connector.mysql.MySqlConnector');
  expect(config({}, 'mariadb')['connector.class']).toBe('io.debezium.connector.mariadb.MariaDbConnector');
});

test('names of tables are regular expressions that match nothing else', () => {
  const list = config()['table.include.list'] ?? '';
  expect(list).toBe('(?-i)shop\\.orders,(?-i)shop\\.a\\x{2c}b\\x{20}\\x{60}x\\x{60}');
  expect(config({ databaseName: 'my-shop' })['database.include.list']).toBe('(?-i)my\\x{2d}shop');
});

test('statements are routed for the very tables that are captured', () => {
  expect(config()['transforms.statements.tables']).toBe(config()['table.include.list']);
});

test('a server knows the replica by a number that is its own and stays', () => {
  const id = Number(config()['database.server.id']);
  expect(id).toBeGreaterThan(2 ** 31 - 1);
  expect(id).toBeLessThan(2 ** 32);
  expect(config()['database.server.id']).toBe(String(id));
  const others = [
    connectorConfig('mysql', { ...replication, replicationId: 8 }, source, kafka),
    connectorConfig('mysql', replication, source, { ...kafka, brokers: 'three:9092' }),
  ];
  expect(new Set([String(id), ...others.map((other) => other['database.server.id'])]).size).toBe(3);
});

test('the schema history reaches the brokers as the worker does', () => {
  expect(config()).toMatchObject({
    'schema.history.internal.kafka.bootstrap.servers': 'one:9092,two:9092',
    'schema.history.internal.kafka.topic': 'client_1_db_1.schema-history',
  });
  expect(config()).not.toHaveProperty(['schema.history.internal.producer.security.protocol']);
  expect(connectorConfig('mysql', replication, source, { ...kafka, security: 'tls' })).toMatchObject({
    'schema.history.internal.producer.security.protocol': 'SSL',
    'schema.history.internal.consumer.security.protocol': 'SSL',
  });
});

test('an idle server moves the offset, and no write of the server waits for the connector', () => {
  expect(config()).toMatchObject({
    'snapshot.mode': 'no_data',
    'snapshot.locking.mode': 'none',
    'connect.keep.alive.interval.ms': '10000',
    'errors.max.retries': '-1',
  });
});

test.each([
  ['mysql', 'disable', 'disabled'],
  ['mysql', 'require', 'required'],
  ['mysql', 'verify-ca', 'verify_ca'],
  ['mysql', 'verify-full', 'verify_identity'],
  ['mariadb', 'disable', 'disable'],
  ['mariadb', 'require', 'trust'],
  ['mariadb', 'verify-ca', 'verify-ca'],
  ['mariadb', 'verify-full', 'verify-full'],
] as const)('TLS of %s: %s is %s', (kind, tlsMode, mode) => {
  expect(config({ tlsMode }, kind)['database.ssl.mode']).toBe(mode);
});

test('credentials are references, and a reference of a client is refused', () => {
  expect(config()['database.password']).toBe(`\${secretsmanager:arn:secret:password}`);
  expect(() => config({ host: `\${env:SECRET}` })).toThrow(
    expect.objectContaining({ code: 'InvalidRequest' }),
  );
});

test('a bundle of its own is a file of the worker, and nothing where certificates are not checked', () => {
  const caPem = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';
  const reference = `\${truststore:${Buffer.from(caPem).toString('base64url')}:path}`;
  expect(config({ caPem }, 'mysql')).toMatchObject({ 'database.ssl.truststore': reference });
  expect(config({ caPem }, 'mysql')).not.toHaveProperty(['driver.serverSslCert']);
  expect(config({ caPem, tlsMode: 'verify-ca' }, 'mariadb')).toMatchObject({
    'database.ssl.truststore': reference,
    'driver.serverSslCert': caPem,
  });
  for (const tlsMode of ['disable', 'require'] as const)
    expect(config({ caPem, tlsMode }, 'mariadb')).not.toHaveProperty(['database.ssl.truststore']);
  expect(config({}, 'mysql')).not.toHaveProperty(['database.ssl.truststore']);
});
