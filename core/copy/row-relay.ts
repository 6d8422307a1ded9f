import { kafkaClientConfig } from '../capture/kafka-client-config.ts';
import { removeConnector } from '../capture/remove-connector.ts';
import type { Database } from '../contracts/database.ts';
import { copiesThroughKafka, type Replication } from '../contracts/replication.ts';
import { copiedRowsTopicName, rowRequestsTopicName, rowsConnectorName } from '../naming/names.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { CaptureKafka, ConnectorConfig } from '../ports/connector-config.ts';
import type { ConnectPort, KafkaAdminPort, TopicSpec } from '../ports/services.ts';
import type { CaptureDialect } from '../ports/source-dialect.ts';
import { laneCount } from './lanes.ts';

/*
 * The way of a copy through Kafka Connect and Kafka (docs/decisions/rows-through-kafka.md): a worker writes a statement to one topic, a
 * connector runs it at the source, and writes the rows to the partition of the same number of another topic.
 */

/** Chunks that the copy worker, and each Lambda, copies at the same time. */
export const workerParallelChunks = 3;
export const laneParallelChunks = 2;

/** One partition for each chunk that can be copied at the same time, so that no reader has to pass over the rows of another. */
export const relayPartitions = workerParallelChunks + laneCount * laneParallelChunks;

export const workerPartitions: readonly number[] = Array.from(
  { length: workerParallelChunks },
  (_, at) => at,
);

export const lanePartitions = (lane: number): readonly number[] =>
  Array.from(
    { length: laneParallelChunks },
    (_, at) => workerParallelChunks + (lane % laneCount) * laneParallelChunks + at,
  );

/** Statements that a source answers at the same time. */
const maxTasks = 4;

/** Rows are read as they come, within seconds. After an hour nobody waits for them. */
const retentionHours = 1;
/** A part has 240 KiB (connect-container, RowCopyTask.java) and stands alone in its batch. */
const maxMessageBytes = 2 * 1024 * 1024;
/** Of each task, for batches that Kafka has not taken yet. */
const producerBufferBytes = 8 * 1024 * 1024;

export const relayTopics = (topicPrefix: string): { readonly requests: string; readonly rows: string } => ({
  requests: rowRequestsTopicName(topicPrefix),
  rows: copiedRowsTopicName(topicPrefix),
});

const topicSpecs = (topicPrefix: string): readonly TopicSpec[] =>
  Object.values(relayTopics(topicPrefix)).map((topic) => ({
    topic,
    partitions: relayPartitions,
    retentionHours,
    maxMessageBytes,
  }));

/** The connector's whole configuration. Throws `InvalidRequest` for values that would be read as something else. */
export const rowsConnectorConfig = (
  dialect: Pick<CaptureDialect, 'rowsConnector'>,
  { topicPrefix }: Pick<Replication, 'topicPrefix'>,
  source: Database,
  captureKafka: CaptureKafka,
): ConnectorConfig => {
  const settings = dialect.rowsConnector(source);
  const topics = relayTopics(topicPrefix);
  return {
    ...settings.config,
    'tasks.max': String(maxTasks),
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'producer.override.buffer.memory': String(producerBufferBytes),
    'millrace.requests.topic': topics.requests,
    'millrace.rows.topic': topics.rows,
    'millrace.partitions': String(relayPartitions),
    'millrace.kafka.bootstrap.servers': captureKafka.brokers,
    ...kafkaClientConfig('millrace.kafka.', captureKafka),
    'millrace.session.statements': settings.sessionStatements.join('\n'),
  };
};

export interface EnsureRelayPorts {
  readonly kafka: Pick<KafkaAdminPort, 'ensureTopics'>;
  readonly connect: Pick<ConnectPort, 'getStatus' | 'putConnector' | 'resume' | 'restartFailed'>;
}

/** Brings topics and connector about; a repetition changes nothing. Throws `KafkaUnavailable`, `ConnectUnavailable`, `ConnectRejected`. */
export const ensureRowRelay = async (
  dialect: Pick<CaptureDialect, 'rowsConnector'>,
  replication: Replication,
  source: Database,
  captureKafka: CaptureKafka,
  { kafka, connect }: EnsureRelayPorts,
): Promise<void> => {
  const name = rowsConnectorName(replication.connectorName);
  await kafka.ensureTopics(topicSpecs(replication.topicPrefix));
  const before = await connect.getStatus(name);
  await connect.putConnector(name, rowsConnectorConfig(dialect, replication, source, captureKafka));
  // Just after it was created, Connect may say that there is no such connector; and there is nothing to be told then.
  if (before === undefined) return;
  // One that was there may have been stopped, and its tasks may have failed.
  await connect.resume(name);
  await connect.restartFailed(name);
};

export interface RemoveRelayPorts {
  readonly kafka: Pick<KafkaAdminPort, 'deleteTopics'>;
  readonly connect: Pick<ConnectPort, 'getStatus' | 'stop' | 'resetOffset' | 'deleteConnector'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Removes connector and topics, if the replication may have them. The connector goes first: it would write to topics that are gone.
 * Throws `ConnectUnavailable` and `KafkaUnavailable`; it may then be repeated.
 */
export const removeRowRelay = async (
  replication: Pick<Replication, 'connectorName' | 'topicPrefix' | 'snapshotMode'>,
  { kafka, ...ports }: RemoveRelayPorts,
): Promise<void> => {
  if (!copiesThroughKafka(replication)) return;
  await removeConnector(rowsConnectorName(replication.connectorName), ports);
  await kafka.deleteTopics(Object.values(relayTopics(replication.topicPrefix)));
  ports.log.info('Removed the connector and the topics that rows were copied through');
};
