import type { Replication } from '../contracts/replication.ts';
import { heartbeatTopicName, messageTopicName, topicName } from '../naming/names.ts';
import type { TopicSpec } from '../ports/services.ts';
import { maxEventBytes } from './connector-template.ts';

/** The topics of the replicated tables, in the order of its mappings. */
export const tableTopics = (replication: Pick<Replication, 'topicPrefix' | 'tables'>): readonly string[] =>
  replication.tables.map(({ source }) => topicName(replication.topicPrefix, source));

/**
 * Every topic that the connector writes to. They are created before it, since neither MSK nor Connect creates topics by
 * itself, and with one partition, so that the order within a table is total.
 */
export const captureTopics = (
  replication: Pick<Replication, 'topicPrefix' | 'tables'>,
  retentionHours: number,
): readonly TopicSpec[] =>
  [
    ...tableTopics(replication),
    messageTopicName(replication.topicPrefix),
    heartbeatTopicName(replication.topicPrefix),
  ].map((topic) => ({ topic, partitions: 1, retentionHours, maxMessageBytes: maxEventBytes }));
