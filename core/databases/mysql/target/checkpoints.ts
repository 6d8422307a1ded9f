import type { CheckpointMove } from '../../../apply/checkpoint-row.ts';
import { quoteLiteral, quoteText } from '../literals.ts';
import type { Statement } from '../statement.ts';

/**
 * The consumer's memory in the target database. It is there, and not in Kafka or DynamoDB, because it has to commit
 * together with the rows. The tables lie in the registered database itself, since MySQL's schemas are databases.
 *
 * `millrace_consumer_epoch` counts the consumers of a replication. `millrace_checkpoint` has a row for each partition: the
 * offset of the next event to apply, and the epoch of the consumer that may move it. Its counters survive restarts and
 * resyncs.
 */
const epochTable = '`millrace_consumer_epoch`';
const checkpointTable = '`millrace_checkpoint`';

/** Kafka's limit for a topic's name, of ASCII letters, digits, `.`, `_` and `-` only. */
const maxTopicLength = 249;

export const bookkeepingTables = ['millrace_consumer_epoch', 'millrace_checkpoint'] as const;

/** Looked up first, because CREATE TABLE IF NOT EXISTS demands the privilege to create one in any case. */
export const bookkeepingExists = `
SELECT COUNT(*) AS tables_there FROM information_schema.TABLES
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${bookkeepingTables.map(quoteText).join(', ')})`;

export const createBookkeeping: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${epochTable} (
  replication_id bigint NOT NULL PRIMARY KEY,
  epoch bigint NOT NULL
) ENGINE = InnoDB`,
  `CREATE TABLE IF NOT EXISTS ${checkpointTable} (
  replication_id bigint NOT NULL,
  topic varchar(${maxTopicLength}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic_partition int NOT NULL,
  topic_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  next_offset bigint NOT NULL,
  epoch bigint NOT NULL,
  source_position bigint NULL,
  reread_position bigint NULL,
  inserts bigint NOT NULL DEFAULT 0,
  updates bigint NOT NULL DEFAULT 0,
  deletes bigint NOT NULL DEFAULT 0,
  truncates bigint NOT NULL DEFAULT 0,
  duplicates_skipped bigint NOT NULL DEFAULT 0,
  updated_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (replication_id, topic, topic_partition)
) ENGINE = InnoDB COMMENT = 'Millrace: how far each topic partition has been applied. Written with the rows; do not edit.'`,
];

/** Every consumer with a lower epoch is fenced as soon as the transaction commits. */
export const raiseEpoch = (replicationId: number): Statement => ({
  text: `INSERT INTO ${epochTable} (replication_id, epoch) VALUES (?, 1) ON DUPLICATE KEY UPDATE epoch = epoch + 1`,
  values: [String(replicationId)],
});

/** In the transaction that raised it. */
export const selectEpoch = (replicationId: number): Statement => ({
  text: `SELECT epoch FROM ${epochTable} WHERE replication_id = ?`,
  values: [String(replicationId)],
});

export interface PartitionStart {
  readonly topic: string;
  readonly partition: number;
  readonly topicId?: string;
  readonly nextOffset: bigint;
}

const startRows = (replicationId: number, epoch: string, partitions: readonly PartitionStart[]): string =>
  partitions
    .map(
      ({ topic, partition, topicId, nextOffset }) =>
        `(${quoteLiteral(String(replicationId), 'number')}, ${quoteText(topic)}, ${quoteLiteral(String(partition), 'number')}, ` +
        `${quoteLiteral(topicId ?? null, 'text')}, ${quoteLiteral(String(nextOffset), 'number')}, ${quoteLiteral(epoch, 'number')})`,
    )
    .join(', ');

const startColumns = '(replication_id, topic, topic_partition, topic_id, next_offset, epoch)';

/** A partition that is new to us gets its checkpoint; others keep theirs. At least one partition. */
export const addMissingCheckpoints = (
  replicationId: number,
  epoch: string,
  partitions: readonly PartitionStart[],
): string =>
  `INSERT INTO ${checkpointTable} ${startColumns} VALUES ${startRows(replicationId, epoch, partitions)} ` +
  'ON DUPLICATE KEY UPDATE topic = VALUES(topic)';

/**
 * Sets where each partition begins. Counters stay; positions are forgotten, since the rows are about to be copied again.
 */
export const setCheckpoints = (
  replicationId: number,
  epoch: string,
  partitions: readonly PartitionStart[],
): string =>
  `INSERT INTO ${checkpointTable} ${startColumns} VALUES ${startRows(replicationId, epoch, partitions)} ` +
  'ON DUPLICATE KEY UPDATE topic_id = VALUES(topic_id), next_offset = VALUES(next_offset), epoch = VALUES(epoch), ' +
  'source_position = NULL, reread_position = NULL, updated_at = CURRENT_TIMESTAMP(3)';

export const stampEpoch = (replicationId: number, epoch: string): Statement => ({
  text: `UPDATE ${checkpointTable} SET epoch = ? WHERE replication_id = ?`,
  values: [epoch, String(replicationId)],
});

const checkpointColumns =
  'topic, topic_partition, topic_id, next_offset, epoch, source_position, reread_position, ' +
  'inserts, updates, deletes, truncates, duplicates_skipped';

export const selectCheckpoints = (replicationId: number): Statement => ({
  text: `SELECT ${checkpointColumns} FROM ${checkpointTable} WHERE replication_id = ?`,
  values: [String(replicationId)],
});

export const selectCheckpoint = (replicationId: number, topic: string, partition: number): Statement => ({
  text: `SELECT ${checkpointColumns} FROM ${checkpointTable} WHERE replication_id = ? AND topic = ? AND topic_partition = ?`,
  values: [String(replicationId), topic, String(partition)],
});

/**
 * Moves a partition's checkpoint, in the transaction of the rows. Finds no row when another consumer has taken over.
 * GREATEST of a NULL is NULL, hence the COALESCE; what is not known is a position below all others.
 */
export const advanceCheckpoint = (replicationId: number, move: CheckpointMove): Statement => {
  const { counts } = move;
  const source = move.sourcePosition === undefined ? null : String(move.sourcePosition);
  const reread = move.rereadPosition === undefined ? null : String(move.rereadPosition);
  return {
    text:
      `UPDATE ${checkpointTable} SET next_offset = ?, ` +
      'source_position = COALESCE(GREATEST(source_position, CAST(? AS SIGNED)), CAST(? AS SIGNED), source_position), ' +
      'reread_position = COALESCE(GREATEST(reread_position, CAST(? AS SIGNED)), CAST(? AS SIGNED), reread_position), ' +
      'inserts = inserts + CAST(? AS SIGNED), updates = updates + CAST(? AS SIGNED), deletes = deletes + CAST(? AS SIGNED), ' +
      'truncates = truncates + CAST(? AS SIGNED), duplicates_skipped = duplicates_skipped + CAST(? AS SIGNED), ' +
      'updated_at = CURRENT_TIMESTAMP(3) ' +
      'WHERE replication_id = CAST(? AS SIGNED) AND topic = ? AND topic_partition = CAST(? AS SIGNED) ' +
      'AND epoch = CAST(? AS SIGNED) AND next_offset = CAST(? AS SIGNED)',
    values: [
      String(move.nextOffset),
      source,
      source,
      reread,
      reread,
      String(counts.inserts),
      String(counts.updates),
      String(counts.deletes),
      String(counts.truncates),
      String(counts.duplicatesSkipped),
      String(replicationId),
      move.topic,
      String(move.partition),
      String(move.epoch),
      String(move.expectedOffset),
    ],
  };
};
