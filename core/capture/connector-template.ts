import type { Database, TlsMode } from '../contracts/database.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { captureSettings } from '../databases/postgresql/capture-settings.ts';
import { MillraceError } from '../errors/millrace-error.ts';

export type ConnectorConfig = Readonly<Record<string, string>>;

/** How often an idle connector stores its position, so that the source can drop log that holds nothing of ours. */
const heartbeatIntervalMs = 5_000;

/** Debezium waits so long before it looks for the next events: half of it is added to the latency of a lone change. */
const pollIntervalMs = 50;

/** Events per hand-over to Kafka: 8192 measured 12k events/s against 4.7k with the default of 2048 on two cores. */
const maxBatchSize = 8_192;
/** Debezium demands more than one batch; four keep the reader busy while a batch is sent. */
const maxQueueSize = 4 * maxBatchSize;
/** What bounds the worker's memory when rows are wide: queued events of one connector, in bytes. */
const maxQueueBytes = 64 * 1024 * 1024;

/** Seconds until the connector tries again by itself after an error that Debezium calls retriable; its default is 10. */
const retriableRestartWaitMs = 2_000;

/**
 * Names that Debezium's own parser of `"schema"."table"` does not give back as they are: it does not quote a part that
 * begins or ends with a double quote, and halves doubled single quotes and backticks
 * (debezium-connector-common 3.5, TableId.quote and TableIdParser.parse).
 */
export const isCapturableName = ({ schema, table }: TableRef): boolean =>
  [schema, table].every(
    (part) => !part.startsWith('"') && !part.endsWith('"') && !part.includes("''") && !part.includes('``'),
  );

/**
 * An entry of `table.include.list` is a Java regular expression that must match all of `schema.table`, and entries are
 * separated by commas and trimmed. So all but letters, digits and underscores is written as a code point: no comma, no
 * blank, no operator, and no `${` that Connect would resolve.
 */
const toRegexLiteral = (name: string): string =>
  Array.from(name, (character) =>
    /^[A-Za-z0-9_]$/.test(character) ? character : `\\x{${character.codePointAt(0)?.toString(16)}}`,
  ).join('');

export const includeListEntry = (table: TableRef): string =>
  `${toRegexLiteral(table.schema)}\\.${toRegexLiteral(table.table)}`;

/**
 * The PostgreSQL driver of Connect (pgjdbc). Its `verify-*` modes read root certificates from a file by default; these
 * factories take the worker's Java trust store, or the certificates that are given.
 */
const tlsSettings = (tlsMode: TlsMode, caPem: string | undefined): ConnectorConfig => {
  switch (tlsMode) {
    case 'disable':
    case 'require':
      return { 'database.sslmode': tlsMode };
    case 'verify-ca':
    case 'verify-full':
      return caPem === undefined
        ? {
            'database.sslmode': tlsMode,
            'database.sslfactory': 'org.postgresql.ssl.DefaultJavaSSLFactory',
          }
        : {
            'database.sslmode': tlsMode,
            'database.sslfactory': 'millrace.connect.PemBundleTrust',
            'driver.sslfactoryarg': caPem,
          };
  }
};

/**
 * The configuration of a replication's capture. It is closed: a client's values fill places of it and add no key.
 * Credentials are references that the worker resolves in Secrets Manager whenever the connector or its task starts.
 *
 * Throws `InvalidRequest` for a value in which Connect would see such a reference of the client's own (`${`).
 */
export const connectorConfig = (
  replication: Pick<Replication, 'topicPrefix' | 'slotName' | 'publicationName' | 'tables'>,
  source: Pick<Database, 'host' | 'port' | 'databaseName' | 'tlsMode' | 'caPem' | 'secretArn'>,
): ConnectorConfig => {
  refuseReferences({ host: source.host, database: source.databaseName, certificate: source.caPem ?? '' });
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',

    'database.hostname': source.host,
    'database.port': String(source.port),
    'database.dbname': source.databaseName,
    'database.user': `\${secretsmanager:${source.secretArn}:username}`,
    'database.password': `\${secretsmanager:${source.secretArn}:password}`,
    ...tlsSettings(source.tlsMode, source.caPem),

    // Millrace creates slot and publication before the connector and drops them itself.
    'plugin.name': 'pgoutput',
    'slot.name': replication.slotName,
    'slot.drop.on.stop': 'false',
    'publication.name': replication.publicationName,
    'publication.autocreate.mode': 'disabled',
    // Fails when the slot is ahead of the stored offset, instead of skipping what lies between.
    'offset.mismatch.strategy': 'trust_offset',

    'snapshot.mode': 'no_data',
    'table.include.list': replication.tables.map(({ source: table }) => includeListEntry(table)).join(','),
    // Our own markers only: other messages in the log are not ours to carry.
    'message.prefix.include.list': 'millrace',

    'topic.prefix': replication.topicPrefix,
    'skipped.operations': 'none',
    'tombstones.on.delete': 'false',
    'provide.transaction.metadata': 'false',
    // Values arrive as text that holds them exactly; the codec reads this form.
    ...captureSettings,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',

    'heartbeat.interval.ms': String(heartbeatIntervalMs),
    'poll.interval.ms': String(pollIntervalMs),
    'max.batch.size': String(maxBatchSize),
    'max.queue.size': String(maxQueueSize),
    'max.queue.size.in.bytes': String(maxQueueBytes),

    'errors.max.retries': '-1',
    'retriable.restart.connector.wait.ms': String(retriableRestartWaitMs),
    'event.processing.failure.handling.mode': 'fail',
  };
};

/** The largest event, as the Connect worker's producer allows it (connect-container/worker.properties). */
export const maxEventBytes = 8 * 1024 * 1024;

const refuseReferences = (values: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value.includes('${')) {
      throw new MillraceError('InvalidRequest', `The ${name} of the source database must not contain "\${".`);
    }
  }
};
