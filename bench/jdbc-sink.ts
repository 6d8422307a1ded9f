import type { DemoDatabase } from '../demo/demo-database.ts';

/**
 * How the peer writes. `values` is what people run it with for throughput: batches of 2,000. `unnest` are inserts from arrays,
 * which it has for PostgreSQL alone and which are off by default, in batches of 5,000; they need typed messages, since
 * PostgreSQL does not cast the elements of a text array to a column's type.
 */
export type SinkInserts = 'values' | 'unnest';

const batchRows: Readonly<Record<SinkInserts, number>> = { values: 2_000, unnest: 5_000 };

/**
 * The peer: Debezium's JDBC sink connector. It upserts by key through the reduction buffer, which keeps the last change of
 * each key, the driver rewrites batches, and its consumer fetches as much at once as a batch holds.
 */
const sinkSettings = {
  'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
  'tasks.max': '1',
  'insert.mode': 'upsert',
  'primary.key.mode': 'record_key',
  'delete.enabled': 'true',
  'truncate.enabled': 'true',
  'schema.evolution': 'none',
  'use.reduction.buffer': 'true',
  'consumer.override.max.partition.fetch.bytes': String(10 * 1024 * 1024),
  'consumer.override.fetch.max.bytes': String(50 * 1024 * 1024),
  'consumer.override.auto.offset.reset': 'earliest',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'true',
  'value.converter.schemas.enable': 'true',
} as const;

/** Kafka Connect's JSON schemas of a topic's keys and values. */
export interface TopicSchemas {
  readonly key: unknown;
  readonly value: unknown;
}

/**
 * The sink needs the schema of what it reads. With `schemas` the converter is given it once (KIP-1054), so that the
 * messages are as small as Millrace's. Without, it is expected in every message.
 */
export const jdbcSinkConfig = (
  topic: string,
  target: Omit<DemoDatabase, 'kind'>,
  table: string,
  schemas: TopicSchemas | undefined,
  inserts: SinkInserts,
): Readonly<Record<string, string>> => ({
  ...sinkSettings,
  'batch.size': String(batchRows[inserts]),
  'consumer.override.max.poll.records': String(batchRows[inserts]),
  'dialect.postgres.unnest.insert.enabled': String(inserts === 'unnest'),
  topics: topic,
  'collection.name.format': table,
  // stringtype: values that capture writes as text, such as timestamps, are cast by the server to the column's type.
  'connection.url': `jdbc:postgresql://${target.host}:${target.port}/${target.database}?stringtype=unspecified&reWriteBatchedInserts=true`,
  'connection.username': target.user,
  'connection.password': target.password,
  ...(schemas === undefined
    ? {}
    : {
        'key.converter.schema.content': JSON.stringify(schemas.key),
        'value.converter.schema.content': JSON.stringify(schemas.value),
      }),
});

/** Whose messages a capture of the benchmark writes: as the product's connector does, or as Debezium's own. */
export type Capturer = 'Millrace' | 'Debezium';

/**
 * A second capture of the same table, with the product's settings and a slot of its own, which Debezium makes.
 * Debezium's connector writes Debezium's types, where the product's writes PostgreSQL's texts.
 */
export const benchCapture = (
  productConfig: Readonly<Record<string, string>>,
  prefix: string,
  capturer: Capturer,
  schemas: 'in each message' | 'given once',
): Readonly<Record<string, string>> => ({
  ...productConfig,
  ...(capturer === 'Millrace'
    ? {}
    : {
        'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
        'time.precision.mode': 'isostring',
        'decimal.handling.mode': 'string',
      }),
  name: prefix,
  'topic.prefix': prefix,
  'slot.name': prefix,
  'key.converter.schemas.enable': String(schemas === 'in each message'),
  'value.converter.schemas.enable': String(schemas === 'in each message'),
  'topic.creation.default.partitions': '1',
  'topic.creation.default.replication.factor': '1',
});
