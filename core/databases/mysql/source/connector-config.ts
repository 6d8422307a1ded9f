import { createHash } from 'node:crypto';
import {
  commonConnectorConfig,
  credentialReferences,
  includedDatabase,
  includeListEntry,
  refuseReferences,
} from '../../../capture/connector-config.ts';
import { schemaHistoryClients } from '../../../capture/kafka-client-config.ts';
import type { Database, TlsMode } from '../../../contracts/database.ts';
import type { Replication } from '../../../contracts/replication.ts';
import { schemaHistoryTopicName } from '../../../naming/names.ts';
import type { CaptureKafka, ConnectorConfig } from '../../../ports/connector-config.ts';
import { type Flavor, flavorOf, type MysqlKind } from '../flavors.ts';
import { connectorSessionVariables } from '../session.ts';
import { captureSettings } from './capture-settings.ts';

/**
 * An idle server sends a sign of life after 0.8 of it, with which the connector stores its position; without one the last
 * transaction would never count as captured. It is also after how long a silent connection is made again, so it must
 * be longer than Kafka may hold the connector up.
 */
const keepAliveIntervalMs = 10_000;

const connectTimeoutMs = 10_000;

/**
 * A transaction is held until the log says how it ended, in this much of the worker's memory. A larger one is passed on as it
 * comes, and stops the connector if it turns out to be rolled back (connect-container, EventBuffer.java). 32 MiB are about
 * 100,000 rows of ten columns.
 */
export const heldTransactionBytes = 32 * 1024 * 1024;

/** MySQL's names of the modes; MariaDB's driver has its own. */
export const tlsModes: Readonly<Record<MysqlKind, Readonly<Record<TlsMode, string>>>> = {
  mysql: {
    disable: 'disabled',
    require: 'required',
    'verify-ca': 'verify_ca',
    'verify-full': 'verify_identity',
  },
  mariadb: {
    disable: 'disable',
    require: 'trust',
    'verify-ca': 'verify-ca',
    'verify-full': 'verify-full',
  },
};

/**
 * A server takes each replica's number once and cuts off the elder of two. Numbers above 2^31 are hardly ever given by
 * hand; which of them is decided by the replication and its brokers, so that two deployments differ, too.
 */
const serverId = (replicationId: number, { brokers }: CaptureKafka): string => {
  const hash = createHash('sha256').update(`${brokers}/${replicationId}`).digest();
  return String((hash.readUInt32BE() | 0x8000_0000) >>> 0);
};

/** The schema history is written and read by clients of its own, which know nothing of the worker's settings. */
const schemaHistory = (topicPrefix: string, kafka: CaptureKafka): ConnectorConfig => ({
  'schema.history.internal.kafka.bootstrap.servers': kafka.brokers,
  'schema.history.internal.kafka.topic': schemaHistoryTopicName(topicPrefix),
  ...schemaHistoryClients(kafka),
  // All tables of the database, so that one can be added later; none of other databases.
  'schema.history.internal.store.only.captured.tables.ddl': 'false',
  'schema.history.internal.store.only.captured.databases.ddl': 'true',
});

/** As TruststoreConfigProvider.java has it: certificates are no secret. */
const truststorePassword = 'millrace';

/**
 * A bundle of its own authorities. The client of the binary log, and MySQL's driver, take it as a file, which the worker makes; MariaDB's
 * driver takes the text.
 */
const trustSettings = (
  flavor: Flavor,
  { tlsMode, caPem }: Pick<Database, 'tlsMode' | 'caPem'>,
): ConnectorConfig =>
  caPem === undefined || tlsMode === 'disable' || tlsMode === 'require'
    ? {}
    : {
        'database.ssl.truststore': `\${truststore:${Buffer.from(caPem).toString('base64url')}:path}`,
        'database.ssl.truststore.password': truststorePassword,
        ...(flavor.kind === 'mariadb' && { 'driver.serverSslCert': caPem }),
      };

const driverSettings = (flavor: Flavor, tlsMode: TlsMode): ConnectorConfig =>
  // Without TLS the accounts of MySQL 8 send their password encrypted by the server's key, which has to be asked for.
  flavor.kind === 'mysql' && tlsMode === 'disable' ? { 'driver.allowPublicKeyRetrieval': 'true' } : {};

/**
 * The configuration of a replication's capture. It is closed: a client's values fill places of it and add no key.
 * Credentials are references. Throws `InvalidRequest` for a value that holds a reference of the client's own (`${`).
 */
export const connectorConfig = (
  kind: MysqlKind,
  replication: Pick<Replication, 'replicationId' | 'topicPrefix' | 'tables'>,
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
  kafka: CaptureKafka,
): ConnectorConfig => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  const flavor = flavorOf(kind);
  const tables = replication.tables.map(({ source: table }) => includeListEntry(table)).join(',');
  return {
    'connector.class': flavor.connectorClass,
    ...commonConnectorConfig(replication.topicPrefix),

    'database.hostname': source.host,
    'database.port': String(source.port),
    ...credentialReferences(source.secretArn),
    'database.ssl.mode': tlsModes[kind][source.tlsMode],
    ...driverSettings(flavor, source.tlsMode),
    ...trustSettings(flavor, source),
    'driver.sessionVariables': connectorSessionVariables,
    'database.server.id': serverId(replication.replicationId, kafka),
    'connect.timeout.ms': String(connectTimeoutMs),
    'connect.keep.alive': 'true',
    'connect.keep.alive.interval.ms': String(keepAliveIntervalMs),

    'database.include.list': includedDatabase(source.databaseName),
    'table.include.list': tables,
    ...schemaHistory(replication.topicPrefix, kafka),
    // Each statement goes to the topic of the table that it concerns.
    'include.schema.changes': 'true',
    transforms: 'statements',
    'transforms.statements.type': 'millrace.connect.TableStatements',
    'transforms.statements.topic.prefix': replication.topicPrefix,
    'transforms.statements.tables': tables,
    'binlog.buffer.size': String(heldTransactionBytes),
    // The structure of the tables is read without FLUSH TABLES WITH READ LOCK, which stops every write of the server.
    'snapshot.locking.mode': 'none',

    // Values arrive in a form that holds them exactly; the codec reads it.
    ...captureSettings,
  };
};
