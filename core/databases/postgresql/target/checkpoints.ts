import type { TargetOwner } from '../../../contracts/target-owner.ts';
import type { Statement } from '../statement.ts';
import { bookkeepingSchema, clientTableNames, sharedTables } from './bookkeeping.ts';
import { lockedOwners, refuseHiddenRows } from './ownership.ts';

const checkpointColumns = `topic, topic_partition, topic_id, next_offset, epoch,
  source_position, reread_position,
  inserts, updates, deletes, truncates, duplicates_skipped`;

const allColumns = `replication_id, ${checkpointColumns}, updated_at`;
const excludedColumns = allColumns
  .split(',')
  .map((column) => `excluded.${column.trim()}`)
  .join(', ');

/**
 * The consumer's memory in the target database. It is there, and not in Kafka or DynamoDB, because it has to commit
 * together with the rows. The tables are the client's own, see bookkeeping.ts.
 *
 * The table of epochs counts the consumers of a replication. The table of checkpoints has a row for each partition: the
 * offset of the next event to apply, and the epoch of the consumer that may move it. Its counters survive restarts and
 * resyncs.
 */
export const checkpointStatements = (owner: Pick<TargetOwner, 'installationId' | 'clientId'>) => {
  const names = clientTableNames(owner);
  const epochTable = `${bookkeepingSchema}.${names.epoch}`;
  const checkpointTable = `${bookkeepingSchema}.${names.checkpoint}`;
  return {
    /** $1 replication. Returns the new epoch; every consumer with a lower one is fenced as soon as the transaction commits. */
    raiseEpoch: `
INSERT INTO ${epochTable} AS e (replication_id, epoch) VALUES ($1, 1)
ON CONFLICT (replication_id) DO UPDATE SET epoch = e.epoch + 1
RETURNING e.epoch`,

    /** $1 replication. */
    selectEpoch: `SELECT epoch FROM ${epochTable} WHERE replication_id = $1`,

    /**
     * $1 replication, $2 topics, $3 partitions, $4 topic identifiers, $5 epoch. A partition that is new to us begins at
     * offset 0: every change since capture began is needed.
     */
    addMissingCheckpoints: `
INSERT INTO ${checkpointTable} (replication_id, topic, topic_partition, topic_id, next_offset, epoch)
SELECT $1, p.topic, p.topic_partition, p.topic_id, 0, $5
FROM unnest($2::text[], $3::integer[], $4::text[]) AS p(topic, topic_partition, topic_id)
ON CONFLICT (replication_id, topic, topic_partition) DO NOTHING`,

    /** $1 replication, $2 epoch. */
    stampEpoch: `
UPDATE ${checkpointTable} SET epoch = $2 WHERE replication_id = $1`,

    /** $1 replication. */
    selectCheckpoints: `
SELECT ${checkpointColumns} FROM ${checkpointTable} WHERE replication_id = $1`,

    /** $1 replication, $2 topic, $3 partition. */
    selectCheckpoint: `
SELECT ${checkpointColumns} FROM ${checkpointTable}
WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3`,

    /**
     * Keeps the checkpoint where it is to the end of the transaction. $1 replication, $2 topic, $3 partition, $4 epoch, $5 offset. No row
     * when it is elsewhere, or another consumer's.
     */
    lockCheckpoint: `
SELECT 1 FROM ${checkpointTable}
WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5 FOR UPDATE`,

    /**
     * Moves a partition's checkpoint, in the transaction of the rows. $1 replication, $2 topic, $3 partition, $4 epoch,
     * $5 expected offset, $6 next offset, $7 source position, $8 reread position (each may be
     * null), $9 to $13 what to add to the counters, $14 installation, $15 client, $16 schemas and $17 names of the tables
     * that are written. Hits no row when another consumer has taken over, or a table is not the replication's any more. What follows in
     * the transaction fails where row-level security would keep rows from it.
     */
    advanceCheckpoint: `
WITH owned AS (
  ${lockedOwners({ replication: '$1', installation: '$14', client: '$15', schemas: '$16', names: '$17' })})
UPDATE ${checkpointTable} SET
  next_offset = $6,
  source_position = greatest(source_position, $7),
  reread_position = greatest(reread_position, $8),
  inserts = inserts + $9,
  updates = updates + $10,
  deletes = deletes + $11,
  truncates = truncates + $12,
  duplicates_skipped = duplicates_skipped + $13,
  updated_at = pg_catalog.now()
WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5
  AND (SELECT pg_catalog.count(*) FROM owned) = pg_catalog.cardinality($16::text[])
RETURNING ${refuseHiddenRows}`,

    /**
     * Sets where each partition begins. $1 replication, $2 topics, $3 partitions, $4 topic identifiers, $5 offsets, $6
     * epoch. Counters stay; positions are forgotten, since the rows are about to be copied again.
     */
    setCheckpoints: `
INSERT INTO ${checkpointTable} (replication_id, topic, topic_partition, topic_id, next_offset, epoch)
SELECT $1, p.topic, p.topic_partition, p.topic_id, p.next_offset, $6
FROM unnest($2::text[], $3::integer[], $4::text[], $5::bigint[])
  AS p(topic, topic_partition, topic_id, next_offset)
ON CONFLICT (replication_id, topic, topic_partition) DO UPDATE SET
  topic_id = excluded.topic_id,
  next_offset = excluded.next_offset,
  epoch = excluded.epoch,
  source_position = NULL,
  reread_position = NULL,
  updated_at = pg_catalog.now()`,

    /**
     * Moves the rows of an older version from the shared tables; a consumer of that version finds none then.
     */
    moveSharedEpoch: of(`
WITH moved AS (DELETE FROM ${sharedTables.epoch} WHERE replication_id = $1 RETURNING replication_id, epoch)
INSERT INTO ${epochTable} AS e (replication_id, epoch) SELECT replication_id, epoch FROM moved
ON CONFLICT (replication_id) DO UPDATE SET epoch = greatest(e.epoch, excluded.epoch)`),

    moveSharedCheckpoints: of(`
WITH moved AS (DELETE FROM ${sharedTables.checkpoint} WHERE replication_id = $1 RETURNING ${allColumns})
INSERT INTO ${checkpointTable} (${allColumns}) SELECT ${allColumns} FROM moved
ON CONFLICT (replication_id, topic, topic_partition) DO UPDATE SET (${allColumns}) = ROW (${excludedColumns})`),

    /** For a replication that is deleted. */
    deleteEpoch: of(`DELETE FROM ${epochTable} WHERE replication_id = $1`),
    deleteCheckpoints: of(`DELETE FROM ${checkpointTable} WHERE replication_id = $1`),

    /** For tables that are left out. */
    deleteTopics: (
      { replicationId }: Pick<TargetOwner, 'replicationId'>,
      topics: readonly string[],
    ): Statement => ({
      text: `DELETE FROM ${checkpointTable} WHERE replication_id = $1 AND topic = ANY ($2::text[])`,
      values: [String(replicationId), topics],
    }),

    hasCheckpoints: of(`SELECT EXISTS (SELECT FROM ${checkpointTable} WHERE replication_id = $1) AS found`),
  } as const;
};

/** A statement whose only parameter is the replication. */
const of =
  (text: string) =>
  ({ replicationId }: Pick<TargetOwner, 'replicationId'>): Statement => ({
    text,
    values: [String(replicationId)],
  });

/** Whether an older version has applied changes for the replication. */
export const hasSharedCheckpoints = of(
  `SELECT EXISTS (SELECT FROM ${sharedTables.checkpoint} WHERE replication_id = $1) AS found`,
);

/** What an older version has left of a replication that is deleted. */
export const deleteShared = (owner: TargetOwner): readonly Statement[] =>
  [sharedTables.checkpoint, sharedTables.epoch].map((table) =>
    of(`DELETE FROM ${table} WHERE replication_id = $1`)(owner),
  );

export type CheckpointStatements = ReturnType<typeof checkpointStatements>;
