import {
  commonConnectorConfig,
  credentialReferences,
  includeListEntry,
  refuseReferences,
} from '../../../capture/connector-config.ts';
import { schemaHistoryClients } from '../../../capture/kafka-client-config.ts';
import type { Database } from '../../../contracts/database.ts';
import type { Replication } from '../../../contracts/replication.ts';
import { schemaHistoryTopicName } from '../../../naming/names.ts';
import type { CaptureKafka, ConnectorConfig } from '../../../ports/connector-config.ts';
import { refuseUncheckedTls } from '../registration.ts';
import { checkHost, parseServiceName } from '../service-name.ts';
import { captureSettings } from './capture-settings.ts';
import { flushTableName } from './flush-table.ts';

/**
 * Rounds of mining follow each other after so long at most, so a lone change waits for half of it. LogMiner is asked
 * again each time, which costs the source a few milliseconds; Debezium's own default is 1 s to 3 s.
 */
const miningSleepMs = { min: 0, start: 200, max: 500, increment: 100 } as const;

/**
 * SCNs in one round: a busy database makes some 10,000 per second, so a connector that is behind takes ten seconds of
 * log or more at once, and one that keeps up takes what there is.
 */
const miningBatchScns = { min: 1_000, start: 20_000, max: 200_000 } as const;

/** Rows of LogMiner fetched at once; Debezium's default. Each has the text of a statement, so some MB. */
const queryFetchRows = 10_000;

/** The schema history is written and read by clients of its own, which know nothing of the worker's settings. */
const schemaHistoryConfig = (topicPrefix: string, kafka: CaptureKafka): ConnectorConfig => ({
  'schema.history.internal.kafka.topic': schemaHistoryTopicName(topicPrefix),
  'schema.history.internal.kafka.bootstrap.servers': kafka.brokers,
  // The definition of a table that is added later is read from the source when its first change is seen.
  'schema.history.internal.store.only.captured.tables.ddl': 'true',
  ...schemaHistoryClients(kafka),
});

/** How the Oracle driver of Connect (ojdbc 23) is told where the server is. Throws `InvalidRequest` for a host that is none. */
export const jdbcUrl = (
  { host, port, tlsMode }: Pick<Database, 'host' | 'port' | 'tlsMode'>,
  serviceName: string,
): string =>
  `jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=${tlsMode === 'disable' ? 'TCP' : 'TCPS'})(HOST=${checkHost(host)})(PORT=${port}))` +
  `(CONNECT_DATA=(SERVICE_NAME=${serviceName})))`;

/**
 * With TCPS the driver always checks the certificate, against the worker's Java trust store or the certificates that are given; a `data:`
 * URL may hold them as PEM (OracleConnection, CONNECTION_PROPERTY_WALLET_LOCATION). So there is no mode that encrypts without checking.
 */
export const tlsSettings = ({ tlsMode, caPem }: Pick<Database, 'tlsMode' | 'caPem'>): ConnectorConfig => {
  switch (tlsMode) {
    case 'disable':
      return {};
    case 'require':
      throw refuseUncheckedTls();
    case 'verify-ca':
    case 'verify-full':
      return {
        'driver.oracle.net.ssl_server_dn_match': tlsMode === 'verify-full' ? 'true' : 'false',
        ...(caPem === undefined
          ? {}
          : { 'driver.oracle.net.wallet_location': `data:;base64,${Buffer.from(caPem).toString('base64')}` }),
      };
  }
};

const connectionSettings = (
  source: Pick<Database, 'host' | 'port' | 'tlsMode' | 'caPem'>,
  serviceName: string,
): ConnectorConfig => ({
  ...(source.tlsMode === 'disable'
    ? { 'database.hostname': checkHost(source.host), 'database.port': String(source.port) }
    : { 'database.url': jdbcUrl(source, serviceName) }),
  ...tlsSettings(source),
});

/**
 * The configuration of a replication's capture. It is closed: a client's values fill places of it and add no key.
 * Credentials are references. Throws `InvalidRequest` for values that would be read as something else.
 */
export const connectorConfig = (
  replication: Pick<Replication, 'topicPrefix' | 'slotName' | 'tables'>,
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
  kafka: CaptureKafka,
): ConnectorConfig => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  const { serviceName, pluggableDatabase } = parseServiceName(source.databaseName);
  return {
    'connector.class': 'io.debezium.connector.oracle.OracleConnector',
    ...commonConnectorConfig(replication.topicPrefix),

    ...connectionSettings(source, serviceName),
    'database.dbname': serviceName,
    ...(pluggableDatabase === undefined ? {} : { 'database.pdb.name': pluggableDatabase }),
    ...credentialReferences(source.secretArn),

    'database.connection.adapter': 'logminer',
    // Nothing is written to the redo log for it, and LOB columns rule out `hybrid` (Debezium refuses the two together).
    'log.mining.strategy': 'online_catalog',
    'log.mining.query.filter.mode': 'none',
    'log.mining.flush.table.name': flushTableName(replication.slotName),
    'log.mining.batch.size.min': String(miningBatchScns.min),
    'log.mining.batch.size.default': String(miningBatchScns.start),
    'log.mining.batch.size.max': String(miningBatchScns.max),
    'log.mining.sleep.time.min.ms': String(miningSleepMs.min),
    'log.mining.sleep.time.default.ms': String(miningSleepMs.start),
    'log.mining.sleep.time.max.ms': String(miningSleepMs.max),
    'log.mining.sleep.time.increment.ms': String(miningSleepMs.increment),
    'query.fetch.size': String(queryFetchRows),
    // A transaction that was dropped for its age would be lost.
    'log.mining.transaction.retention.ms': '0',
    // Only definitions are read at first, and a start waits for nothing else: no table is locked for it.
    'snapshot.locking.mode': 'none',
    'include.schema.changes': 'false',

    'table.include.list': replication.tables.map(({ source: table }) => includeListEntry(table)).join(','),
    ...schemaHistoryConfig(replication.topicPrefix, kafka),

    // Values arrive as text that holds them exactly; the codec reads this form.
    ...captureSettings,
  };
};
