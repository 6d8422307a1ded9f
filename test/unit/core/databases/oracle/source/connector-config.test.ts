import { expect, test } from '@jest/globals';
import { connectorConfig } from '#core/databases/oracle/source/connector-config.ts';
import { oracleSourceDialect } from '#core/databases/oracle/source/dialect.ts';
import { flushTableName } from '#core/databases/oracle/source/flush-table.ts';
import { sampleReplication } from '../../../../../kit/memory-store.ts';

const kafka = { brokers: 'b1:9092,b2:9092', security: 'plaintext' } as const;
const source = {
  host: 'db.example.com',
  port: 1521,
  databaseName: 'ORCLCDB/ORCLPDB1',
  tlsMode: 'disable',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:1:secret:millrace/prod/db-1-AbCdEf',
} as const;
const replication = sampleReplication({
  tables: [
    { source: { schema: 'SHOP', table: 'ORDER$ITEMS' }, target: { schema: 'public', table: 'items' } },
  ],
});

test('the configuration mines the log from the root, takes no snapshot and carries every operation', () => {
  expect(connectorConfig(replication, source, kafka)).toMatchObject({
    'connector.class': 'io.debezium.connector.oracle.OracleConnector',
    'snapshot.mode': 'no_data',
    'snapshot.locking.mode': 'none',
    'skipped.operations': 'none',
    'event.processing.failure.handling.mode': 'fail',
    'database.hostname': 'db.example.com',
    'database.port': '1521',
    'database.dbname': 'ORCLCDB',
    'database.pdb.name': 'ORCLPDB1',
    'database.connection.adapter': 'logminer',
    'log.mining.strategy': 'online_catalog',
    'lob.enabled': 'true',
    'log.mining.flush.table.name': 'MILLRACE_CLIENT_1_DB_1',
    // A dollar sign as a code point: Connect would take `${` for a reference.
    'table.include.list': '(?-i)SHOP\\.ORDER\\x{24}ITEMS',
  });
});

test('values arrive in forms that hold them exactly', () => {
  expect(connectorConfig(replication, source, kafka)).toMatchObject({
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'isostring',
    'interval.handling.mode': 'string',
    'binary.handling.mode': 'hex',
    'event.converting.failure.handling.mode': 'fail',
  });
});

test('no option that Debezium keeps for itself is set', () => {
  // log.mining.read.only and the snapshot boundary are `internal.` options in 3.5; ours would be ignored.
  for (const name of Object.keys(connectorConfig(replication, source, kafka))) {
    expect(name).not.toMatch(/read\.only|snapshot\.boundary|^internal\./);
  }
});

test('the schema history reaches the brokers as they have to be reached, and is kept forever', () => {
  expect(connectorConfig(replication, source, kafka)).toMatchObject({
    'schema.history.internal.kafka.topic': 'client_1_db_1.schema-history',
    'schema.history.internal.kafka.bootstrap.servers': 'b1:9092,b2:9092',
  });
  expect(connectorConfig(replication, source, { ...kafka, security: 'tls' })).toMatchObject({
    'schema.history.internal.producer.security.protocol': 'SSL',
    'schema.history.internal.consumer.security.protocol': 'SSL',
  });
  expect(oracleSourceDialect.capture.ownTopics('client_1_db_1')).toEqual([
    { topic: '__debezium-heartbeat.client_1_db_1' },
    { topic: 'client_1_db_1.schema-history', retentionHours: Number.POSITIVE_INFINITY },
  ]);
});

test('a database without pluggable ones names none', () => {
  expect(connectorConfig(replication, { ...source, databaseName: 'ORCL' }, kafka)).not.toHaveProperty(
    'database.pdb.name',
  );
});

test('credentials are references', () => {
  const config = connectorConfig(replication, source, kafka);
  expect(config['database.user']).toBe(`\${secretsmanager:${source.secretArn}:username}`);
  expect(config['database.password']).toBe(`\${secretsmanager:${source.secretArn}:password}`);
});

test('TLS verifies the certificate against the given bundle', () => {
  const config = connectorConfig(replication, { ...source, tlsMode: 'verify-full', caPem: 'PEM' }, kafka);
  expect(config).toMatchObject({
    'database.url':
      'jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=db.example.com)(PORT=1521))' +
      '(CONNECT_DATA=(SERVICE_NAME=ORCLCDB)))',
    'driver.oracle.net.ssl_server_dn_match': 'true',
    'driver.oracle.net.wallet_location': 'data:;base64,UEVN',
  });
  expect(config).not.toHaveProperty('database.hostname');
  expect(connectorConfig(replication, { ...source, tlsMode: 'verify-ca' }, kafka)).toMatchObject({
    'driver.oracle.net.ssl_server_dn_match': 'false',
  });
});

test('TLS without a check is refused, since the drivers have no such mode', () => {
  expect(() => connectorConfig(replication, { ...source, tlsMode: 'require' }, kafka)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', message: expect.stringContaining('verify-ca') }),
  );
});

test.each(['host', 'databaseName'] as const)('a reference in the %s is refused', (field) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect's syntax of a reference.
  const forged = { ...source, [field]: '${secretsmanager:someone-elses:password}' };
  expect(() => connectorConfig(replication, forged, kafka)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest' }),
  );
});

test('the flush table is called after the slot, in 30 characters', () => {
  expect(flushTableName('millrace_client_1_db_2_3')).toBe('MILLRACE_CLIENT_1_DB_2_3');
  const long = flushTableName('millrace_client_1234567890_db_1234567890_12');
  expect(long).toBe('MILLRACE_7890_DB_1234567890_12');
  expect(long.length).toBeLessThanOrEqual(30);
});
