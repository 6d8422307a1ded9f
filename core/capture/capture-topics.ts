import type { Replication } from '../contracts/replication.ts';
import { topicName } from '../naming/names.ts';
import type { TopicSpec } from '../ports/services.ts';
import type { CaptureDialect } from '../ports/source-dialect.ts';
import { maxRecordBytes } from './connector-config.ts';

/** The topics of the replicated tables, in the order of its mappings. */
export const tableTopics = (replication: Pick<Replication, 'topicPrefix' | 'tables'>): readonly string[] =>
  replication.tables.map(({ source }) => topicName(replication.topicPrefix, source));

/**
 * Every topic that the connector writes to. They are created before it, since neither MSK nor Connect creates topics by
 * itself, and with one partition, so that the order within a table is total.
 */
export const captureTopics = (
  replication: Pick<Replication, 'topicPrefix' | 'tables'>,
  capture: Pick<CaptureDialect, 'ownTopics'>,
  retentionHours: number,
): readonly TopicSpec[] =>
  [
    ...tableTopics(replication).map((topic) => ({ topic, retentionHours })),
    ...capture.ownTopics(replication.topicPrefix).map((own) => ({ retentionHours, ...own })),
  ].map((topic) => ({ ...topic, partitions: 1, maxMessageBytes: maxRecordBytes }));
