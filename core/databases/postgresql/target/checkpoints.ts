/**
 * The consumer's memory in the target database. It is there, and not in Kafka or DynamoDB, because it has to commit
 * together with the rows.
 *
 * `consumer_epoch` counts the consumers of a replication. `checkpoint` has a row for each partition: the offset of the
 * next event to apply, and the epoch of the consumer that may move it. Its counters survive restarts and resyncs.
 */
const schema = 'millrace';

export const bookkeepingExists = {
  text: `SELECT pg_catalog.to_regclass('${schema}.checkpoint') IS NOT NULL AS is_there`,
} as const;

/** Two sessions that create the same schema at once would both fail, hence the lock; it ends with the transaction. */
export const createBookkeeping = `
BEGIN;
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('${schema}.checkpoint'));
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE IF NOT EXISTS ${schema}.consumer_epoch (
  replication_id bigint PRIMARY KEY,
  epoch bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS ${schema}.checkpoint (
  replication_id bigint NOT NULL,
  topic text NOT NULL,
  topic_partition integer NOT NULL,
  topic_id text,
  next_offset bigint NOT NULL,
  epoch bigint NOT NULL,
  source_position bigint,
  reread_position bigint,
  inserts bigint NOT NULL DEFAULT 0,
  updates bigint NOT NULL DEFAULT 0,
  deletes bigint NOT NULL DEFAULT 0,
  truncates bigint NOT NULL DEFAULT 0,
  duplicates_skipped bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (replication_id, topic, topic_partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE ${schema}.checkpoint IS 'Millrace: how far each topic partition has been applied. Written with the rows; do not edit.';
COMMIT`;

/** $1 replication. Returns the new epoch; every consumer with a lower one is fenced as soon as the transaction commits. */
export const raiseEpoch = `
INSERT INTO ${schema}.consumer_epoch AS e (replication_id, epoch) VALUES ($1, 1)
ON CONFLICT (replication_id) DO UPDATE SET epoch = e.epoch + 1
RETURNING e.epoch`;

/**
 * $1 replication, $2 topics, $3 partitions, $4 topic identifiers, $5 epoch. A partition that is new to us begins at
 * offset 0: every change since capture began is needed.
 */
export const addMissingCheckpoints = `
INSERT INTO ${schema}.checkpoint (replication_id, topic, topic_partition, topic_id, next_offset, epoch)
SELECT $1, p.topic, p.topic_partition, p.topic_id, 0, $5
FROM unnest($2::text[], $3::integer[], $4::text[]) AS p(topic, topic_partition, topic_id)
ON CONFLICT (replication_id, topic, topic_partition) DO NOTHING`;

/** $1 replication, $2 epoch. */
export const stampEpoch = `
UPDATE ${schema}.checkpoint SET epoch = $2 WHERE replication_id = $1`;

const checkpointColumns = `topic, topic_partition, topic_id, next_offset, epoch,
  source_position, reread_position,
  inserts, updates, deletes, truncates, duplicates_skipped`;

/** $1 replication. */
export const selectCheckpoints = `
SELECT ${checkpointColumns} FROM ${schema}.checkpoint WHERE replication_id = $1`;

/** $1 replication, $2 topic, $3 partition. */
export const selectCheckpoint = `
SELECT ${checkpointColumns} FROM ${schema}.checkpoint
WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3`;

/**
 * Moves a partition's checkpoint, in the transaction of the rows. $1 replication, $2 topic, $3 partition, $4 epoch,
 * $5 expected offset, $6 next offset, $7 source position, $8 reread position (each may be
 * null), $9 to $13 what to add to the counters. Hits no row when another consumer has taken over.
 */
export const advanceCheckpoint = `
UPDATE ${schema}.checkpoint SET
  next_offset = $6,
  source_position = greatest(source_position, $7),
  reread_position = greatest(reread_position, $8),
  inserts = inserts + $9,
  updates = updates + $10,
  deletes = deletes + $11,
  truncates = truncates + $12,
  duplicates_skipped = duplicates_skipped + $13,
  updated_at = pg_catalog.now()
WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5`;

/**
 * Sets where each partition begins. $1 replication, $2 topics, $3 partitions, $4 topic identifiers, $5 offsets, $6
 * epoch. Counters stay; positions are forgotten, since the rows are about to be copied again.
 */
export const setCheckpoints = `
INSERT INTO ${schema}.checkpoint (replication_id, topic, topic_partition, topic_id, next_offset, epoch)
SELECT $1, p.topic, p.topic_partition, p.topic_id, p.next_offset, $6
FROM unnest($2::text[], $3::integer[], $4::text[], $5::bigint[])
  AS p(topic, topic_partition, topic_id, next_offset)
ON CONFLICT (replication_id, topic, topic_partition) DO UPDATE SET
  topic_id = excluded.topic_id,
  next_offset = excluded.next_offset,
  epoch = excluded.epoch,
  source_position = NULL,
  reread_position = NULL,
  updated_at = pg_catalog.now()`;
