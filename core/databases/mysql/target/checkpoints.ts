import type { CheckpointMove } from '../../../apply/checkpoint-row.ts';
import type { TargetOwner } from '../../../contracts/target-owner.ts';
import { quoteIdentifier } from '../identifiers.ts';
import { quoteLiteral, quoteText } from '../literals.ts';
import type { Statement } from '../statement.ts';
import { clientTableNames, sharedTableNames } from './bookkeeping.ts';

/**
 * The consumer's memory in the target database. It is there, and not in Kafka or DynamoDB, because it has to commit
 * together with the rows. The tables are the client's own, see bookkeeping.ts.
 *
 * The table of epochs counts the consumers of a replication. The table of checkpoints has a row for each partition: the
 * offset of the next event to apply, and the epoch of the consumer that may move it. Its counters survive restarts and
 * resyncs.
 */
const epochTable = (owner: TargetOwner): string => quoteIdentifier(clientTableNames(owner).epoch);
const checkpointTable = (owner: TargetOwner): string => quoteIdentifier(clientTableNames(owner).checkpoint);

/** Every consumer with a lower epoch is fenced as soon as the transaction commits. */
export const raiseEpoch = (owner: TargetOwner): Statement => ({
  text: `INSERT INTO ${epochTable(owner)} (replication_id, epoch) VALUES (?, 1) ON DUPLICATE KEY UPDATE epoch = epoch + 1`,
  values: [String(owner.replicationId)],
});

/** In the transaction that raised it. */
export const selectEpoch = (owner: TargetOwner): Statement => ({
  text: `SELECT epoch FROM ${epochTable(owner)} WHERE replication_id = ?`,
  values: [String(owner.replicationId)],
});

export interface PartitionStart {
  readonly topic: string;
  readonly partition: number;
  readonly topicId?: string;
  readonly nextOffset: bigint;
}

const startRows = (owner: TargetOwner, epoch: string, partitions: readonly PartitionStart[]): string =>
  partitions
    .map(
      ({ topic, partition, topicId, nextOffset }) =>
        `(${quoteLiteral(String(owner.replicationId), 'number')}, ${quoteText(topic)}, ${quoteLiteral(String(partition), 'number')}, ` +
        `${quoteLiteral(topicId ?? null, 'text')}, ${quoteLiteral(String(nextOffset), 'number')}, ${quoteLiteral(epoch, 'number')})`,
    )
    .join(', ');

const startColumns = '(replication_id, topic, topic_partition, topic_id, next_offset, epoch)';

/** A partition that is new to us gets its checkpoint; others keep theirs. At least one partition. */
export const addMissingCheckpoints = (
  owner: TargetOwner,
  epoch: string,
  partitions: readonly PartitionStart[],
): string =>
  `INSERT INTO ${checkpointTable(owner)} ${startColumns} VALUES ${startRows(owner, epoch, partitions)} ` +
  'ON DUPLICATE KEY UPDATE topic = VALUES(topic)';

/**
 * Sets where each partition begins. Counters stay; positions are forgotten, since the rows are about to be copied again.
 */
export const setCheckpoints = (
  owner: TargetOwner,
  epoch: string,
  partitions: readonly PartitionStart[],
): string =>
  `INSERT INTO ${checkpointTable(owner)} ${startColumns} VALUES ${startRows(owner, epoch, partitions)} ` +
  'ON DUPLICATE KEY UPDATE topic_id = VALUES(topic_id), next_offset = VALUES(next_offset), epoch = VALUES(epoch), ' +
  'source_position = NULL, reread_position = NULL, updated_at = CURRENT_TIMESTAMP(3)';

export const stampEpoch = (owner: TargetOwner, epoch: string): Statement => ({
  text: `UPDATE ${checkpointTable(owner)} SET epoch = ? WHERE replication_id = ?`,
  values: [epoch, String(owner.replicationId)],
});

const checkpointColumns =
  'topic, topic_partition, topic_id, next_offset, epoch, source_position, reread_position, ' +
  'inserts, updates, deletes, truncates, duplicates_skipped';

export const selectCheckpoints = (owner: TargetOwner): Statement => ({
  text: `SELECT ${checkpointColumns} FROM ${checkpointTable(owner)} WHERE replication_id = ?`,
  values: [String(owner.replicationId)],
});

export const selectCheckpoint = (owner: TargetOwner, topic: string, partition: number): Statement => ({
  text: `SELECT ${checkpointColumns} FROM ${checkpointTable(owner)} WHERE replication_id = ? AND topic = ? AND topic_partition = ?`,
  values: [String(owner.replicationId), topic, String(partition)],
});

/**
 * Moves a partition's checkpoint, in the transaction of the rows, if the conditions hold (`ownsTable`). Finds no row when
 * another consumer has taken over, or a table is not the replication's any more.
 * GREATEST of a NULL is NULL, hence the COALESCE; what is not known is a position below all others.
 */
export const advanceCheckpoint = (
  owner: TargetOwner,
  move: CheckpointMove,
  conditions: readonly Required<Statement>[],
): Statement => {
  const { counts } = move;
  const source = move.sourcePosition === undefined ? null : String(move.sourcePosition);
  const reread = move.rereadPosition === undefined ? null : String(move.rereadPosition);
  return {
    text:
      `UPDATE ${checkpointTable(owner)} SET next_offset = ?, ` +
      'source_position = COALESCE(GREATEST(source_position, CAST(? AS SIGNED)), CAST(? AS SIGNED), source_position), ' +
      'reread_position = COALESCE(GREATEST(reread_position, CAST(? AS SIGNED)), CAST(? AS SIGNED), reread_position), ' +
      'inserts = inserts + CAST(? AS SIGNED), updates = updates + CAST(? AS SIGNED), deletes = deletes + CAST(? AS SIGNED), ' +
      'truncates = truncates + CAST(? AS SIGNED), duplicates_skipped = duplicates_skipped + CAST(? AS SIGNED), ' +
      'updated_at = CURRENT_TIMESTAMP(3) ' +
      'WHERE replication_id = CAST(? AS SIGNED) AND topic = ? AND topic_partition = CAST(? AS SIGNED) ' +
      [
        'AND epoch = CAST(? AS SIGNED) AND next_offset = CAST(? AS SIGNED)',
        ...conditions.map(({ text }) => text),
      ].join(' AND '),
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
      String(owner.replicationId),
      move.topic,
      String(move.partition),
      String(move.epoch),
      String(move.expectedOffset),
      ...conditions.flatMap(({ values }) => values),
    ],
  };
};

const allColumns = `replication_id, ${checkpointColumns}, updated_at`;

/** Whether an older version has applied changes for the replication. */
export const hasSharedCheckpoints = ({ replicationId }: TargetOwner): Statement => ({
  text: `SELECT 1 AS found FROM ${quoteIdentifier(sharedTableNames.checkpoint)} WHERE replication_id = ? LIMIT 1`,
  values: [String(replicationId)],
});

/**
 * Moves the rows of an older version from the shared tables; a consumer of that version finds none then.
 */
export const moveShared = (owner: TargetOwner): readonly Statement[] => {
  const values = [String(owner.replicationId)];
  const epoch = quoteIdentifier(sharedTableNames.epoch);
  const checkpoint = quoteIdentifier(sharedTableNames.checkpoint);
  return [
    // Locked first, so that a consumer of the older version cannot move one in between.
    { text: `SELECT topic FROM ${checkpoint} WHERE replication_id = ? FOR UPDATE`, values },
    {
      text: `INSERT INTO ${epochTable(owner)} (replication_id, epoch) SELECT replication_id, epoch FROM ${epoch} AS old WHERE replication_id = ? ON DUPLICATE KEY UPDATE epoch = GREATEST(${epochTable(owner)}.epoch, old.epoch)`,
      values,
    },
    {
      text: `REPLACE INTO ${checkpointTable(owner)} (${allColumns}) SELECT ${allColumns} FROM ${checkpoint} WHERE replication_id = ?`,
      values,
    },
    ...deleteShared(owner),
  ];
};

/** What an older version has left of a replication. */
export const deleteShared = (owner: TargetOwner): readonly Statement[] =>
  [sharedTableNames.checkpoint, sharedTableNames.epoch].map((table) => ({
    text: `DELETE FROM ${quoteIdentifier(table)} WHERE replication_id = ?`,
    values: [String(owner.replicationId)],
  }));

/** For a replication that is deleted. */
export const deleteCheckpoints = (owner: TargetOwner): readonly Statement[] =>
  [checkpointTable(owner), epochTable(owner)].map((table) => ({
    text: `DELETE FROM ${table} WHERE replication_id = ?`,
    values: [String(owner.replicationId)],
  }));

export const knowsReplication = (owner: TargetOwner): Statement => ({
  text: `SELECT 1 AS found FROM ${checkpointTable(owner)} WHERE replication_id = ? LIMIT 1`,
  values: [String(owner.replicationId)],
});

/** For tables that are left out. At least one topic. */
export const deleteTopics = (owner: TargetOwner, topics: readonly string[]): Statement => ({
  text:
    `DELETE FROM ${checkpointTable(owner)} WHERE replication_id = ? ` +
    `AND topic IN (${topics.map(() => '?').join(', ')})`,
  values: [String(owner.replicationId), ...topics],
});
