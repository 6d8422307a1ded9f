import type { Replication } from '../contracts/replication.ts';
import { deadLetterTopicName, topicName } from '../naming/names.ts';
import type { TopicSpec } from '../ports/services.ts';
import type { CaptureDialect } from '../ports/source-dialect.ts';
import { maxRecordBytes } from './connector-config.ts';

/** The topics of the replicated tables, in the order of its mappings. */
export const tableTopics = (replication: Pick<Replication, 'topicPrefix' | 'tables'>): readonly string[] =>
  replication.tables.map(({ source }) => topicName(replication.topicPrefix, source));

/** Kept until a person has replayed or discarded what is in it; the limit of the replication bounds how much that is. */
export const deadLetterTopic = ({ topicPrefix }: Pick<Replication, 'topicPrefix'>): TopicSpec => ({
  topic: deadLetterTopicName(topicPrefix),
  partitions: 1,
  retentionHours: Number.POSITIVE_INFINITY,
  maxMessageBytes: maxRecordBytes,
});

/**
 * Every topic of a replication: those that the connector writes to, and that of the dead letters. They are created before the connector,
 * since neither MSK nor Connect creates topics by itself, and with one partition, so that the order within a table is total.
 */
export const captureTopics = (
  replication: Pick<Replication, 'topicPrefix' | 'tables'>,
  capture: Pick<CaptureDialect, 'ownTopics'>,
  retentionHours: number,
): readonly TopicSpec[] => [
  ...[
    ...tableTopics(replication).map((topic) => ({ topic, retentionHours })),
    ...capture.ownTopics(replication.topicPrefix).map((own) => ({ retentionHours, ...own })),
  ].map((topic) => ({ ...topic, partitions: 1, maxMessageBytes: maxRecordBytes })),
  deadLetterTopic(replication),
];
