import type { TableRef } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ConnectorConfig } from '../ports/connector-config.ts';

/** How often an idle connector stores its position, so that the source can drop log that holds nothing that Millrace needs. */
const heartbeatIntervalMs = 5_000;

/** Debezium waits so long before it looks for the next events: half of it is added to the latency of a lone change. */
const pollIntervalMs = 50;

/** Events per hand-over to Kafka: 8192 measured 12k events/s against 4.7k with the default of 2048 on two cores. */
const maxBatchSize = 8_192;
/** Debezium demands more than one batch; four keep the reader busy while a batch is sent. */
const maxQueueSize = 4 * maxBatchSize;
/**
 * What bounds the worker's memory when rows are wide: queued events of one connector, in bytes. One event of any size is taken when
 * the queue is not full. The producer's buffer comes on top (connect-container/worker.properties).
 */
const maxQueueBytes = 32 * 1024 * 1024;

/** Seconds until the connector tries again by itself after an error that Debezium calls retriable; its default is 10. */
const retriableRestartWaitMs = 2_000;

/** The most JSON of one event. A larger one is replaced by a note of its size (EventConverter.java), which holds its table. */
export const maxEventBytes = 64 * 1024 * 1024;

/** The largest record: an event with its key and headers. The producer's limit is the same (connect-container/worker.properties). */
export const maxRecordBytes = maxEventBytes + 1024 * 1024;

/**
 * A configuration is validated by connecting to the database; Connect answers so soon with the reason when it cannot,
 * before the caller gives up (adapters/connect waits 40 s). Debezium's default is 60 s.
 */
const validationTimeoutMs = 15_000;

/** What a replication may set otherwise, see contracts/capture-options.ts; the drivers have their own connect timeouts. */
export const captureDefaults = {
  maxBatchEvents: maxBatchSize,
  maxQueueEvents: maxQueueSize,
  maxQueueBytes,
  heartbeatIntervalMs,
  pollIntervalMs,
  retriableRestartWaitMs,
} as const;

/** What every connector that Millrace creates has, whatever its database: all operations, no snapshot, JSON without schemas. */
export const commonConnectorConfig = (topicPrefix: string): ConnectorConfig => ({
  'tasks.max': '1',
  'snapshot.mode': 'no_data',

  'topic.prefix': topicPrefix,
  'skipped.operations': 'none',
  'tombstones.on.delete': 'false',
  'provide.transaction.metadata': 'false',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'millrace.connect.EventConverter',
  'value.converter.millrace.max.bytes': String(maxEventBytes),
  'value.converter.schemas.enable': 'false',

  'heartbeat.interval.ms': String(heartbeatIntervalMs),
  'poll.interval.ms': String(pollIntervalMs),
  'max.batch.size': String(maxBatchSize),
  'max.queue.size': String(maxQueueSize),
  'max.queue.size.in.bytes': String(maxQueueBytes),

  'connection.validation.timeout.ms': String(validationTimeoutMs),
  'errors.max.retries': '-1',
  'retriable.restart.connector.wait.ms': String(retriableRestartWaitMs),
  'event.processing.failure.handling.mode': 'fail',
});

/** References that the worker resolves in Secrets Manager whenever the connector or its task starts. */
export const credentialReferences = (secretArn: string): ConnectorConfig => ({
  'database.user': `\${secretsmanager:${secretArn}:username}`,
  'database.password': `\${secretsmanager:${secretArn}:password}`,
});

/** Throws `InvalidRequest` for a client's value in which Connect would see a reference of the client's own. */
export const refuseReferences = (values: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value.includes('${')) {
      throw new MillraceError('InvalidRequest', `The ${name} of the source database must not contain "\${".`);
    }
  }
};

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
 * Debezium takes quotes of SQL off a column's name, so a name that begins and ends with one and the same is another in its
 * events (debezium-util 3.5, Strings.unquoteIdentifierPart).
 */
export const isCapturableColumnName = (name: string): boolean =>
  name.length < 2 || name.at(0) !== name.at(-1) || !['"', "'", '`'].includes(name.charAt(0));

/**
 * A Java regular expression that matches this name alone. Lists of them are separated by commas and trimmed, so all but
 * letters, digits and underscores is written as a code point: no comma, no blank, no operator, and no `${` that Connect
 * would resolve.
 */
const toRegexLiteral = (name: string): string =>
  Array.from(name, (character) =>
    /^[A-Za-z0-9_]$/.test(character) ? character : `\\x{${character.codePointAt(0)?.toString(16)}}`,
  ).join('');

/** Debezium compares with a name without regard to case; this switches that off, since `Orders` is another table than `orders`. */
const matchCase = '(?-i)';

/** The only entry of `database.include.list`. */
export const includedDatabase = (name: string): string => `${matchCase}${toRegexLiteral(name)}`;

/** An entry of `table.include.list`, which must match all of `schema.table`. */
export const includeListEntry = (table: TableRef): string => `${matchCase}${tableLiteral(table)}`;

/** An entry of `column.exclude.list`. */
export const excludeListEntry = (table: TableRef, column: string): string =>
  `${matchCase}${tableLiteral(table)}\\.${toRegexLiteral(column)}`;

const tableLiteral = (table: TableRef): string =>
  `${toRegexLiteral(table.schema)}\\.${toRegexLiteral(table.table)}`;
