import type pg from 'pg';
import { type CheckpointMove, toCheckpoint } from '#core/apply/checkpoint-row.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import {
  addMissingCheckpoints,
  advanceCheckpoint,
  bookkeepingExists,
  createBookkeeping,
  raiseEpoch,
  selectCheckpoint,
  selectCheckpoints,
  setCheckpoints,
  stampEpoch,
} from '#core/databases/postgresql/target/checkpoints.ts';
import type { Checkpoint, Claim } from '#core/ports/apply-target.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction } from '../driver/executor.ts';

/** Creates the consumer's tables in the target database unless they are there. */
export const ensureBookkeeping = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query(bookkeepingExists);
  // Looked up first, because CREATE SCHEMA IF NOT EXISTS demands the privilege to create one in any case.
  if (rows[0]?.is_there === 't') return;
  const client = await pool.connect();
  try {
    await client.query(createBookkeeping);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
};

/**
 * Sets where a replication's consumer begins, for a copy of all rows: call it with the topics' offsets read after
 * capture streams and before the first row is copied, and pass each partition's `endOffset` (every event below it is
 * contained in the copy). Everything is set in one transaction, which also raises the epoch, so that a consumer which
 * still runs can commit nothing any more, neither old rows nor its old position. Counters stay. Creates the tables it
 * needs in the target database.
 *
 * `pool` is one to the target database (createPool); `database` names it in errors (databaseLabel).
 * Throws a MillraceError with a database code. It may be repeated.
 */
export const resetCheckpoints = async (
  pool: pg.Pool,
  replicationId: ReplicationId,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  try {
    await ensureBookkeeping(pool);
    await inTransaction(pool, async (client) => {
      const epoch = await raise(client, replicationId);
      await client.query(stampEpoch, [replicationId, epoch]);
      await client.query(setCheckpoints, [
        replicationId,
        partitions.map(({ topic }) => topic),
        partitions.map(({ partition }) => partition),
        partitions.map(({ topicId }) => topicId ?? null),
        partitions.map(({ endOffset }) => String(endOffset)),
        epoch,
      ]);
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'reset the checkpoints', database });
  }
};

/** See `ApplyTarget.claim`. Errors are the driver's. */
export const claimCheckpoints = async (
  pool: pg.Pool,
  replicationId: ReplicationId,
  partitions: readonly PartitionOffsets[],
): Promise<Claim> => {
  await ensureBookkeeping(pool);
  return inTransaction(pool, async (client) => {
    const epoch = await raise(client, replicationId);
    await client.query(addMissingCheckpoints, [
      replicationId,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
      partitions.map(({ topicId }) => topicId ?? null),
      epoch,
    ]);
    await client.query(stampEpoch, [replicationId, epoch]);
    const { rows } = await client.query(selectCheckpoints, [replicationId]);
    return { epoch: Number(epoch), checkpoints: rows.map(toCheckpoint) };
  });
};

export const findCheckpoint = async (
  client: pg.Pool | pg.PoolClient,
  replicationId: ReplicationId,
  topic: string,
  partition: number,
): Promise<Checkpoint | undefined> => {
  const { rows } = await client.query({
    name: 'millrace-select-checkpoint',
    text: selectCheckpoint,
    values: [replicationId, topic, partition],
  });
  return rows[0] === undefined ? undefined : toCheckpoint(rows[0]);
};

/** False when no row matched: the epoch or the offset is another one. */
export const moveCheckpoint = async (
  client: pg.PoolClient,
  replicationId: ReplicationId,
  move: CheckpointMove,
): Promise<boolean> => {
  const { counts } = move;
  const { rowCount } = await client.query({
    name: 'millrace-advance-checkpoint',
    text: advanceCheckpoint,
    values: [
      replicationId,
      move.topic,
      move.partition,
      move.epoch,
      String(move.expectedOffset),
      String(move.nextOffset),
      positionText(move.sourcePosition),
      positionText(move.rereadPosition),
      counts.inserts,
      counts.updates,
      counts.deletes,
      counts.truncates,
      counts.duplicatesSkipped,
    ],
  });
  return rowCount === 1;
};

const positionText = (position: number | undefined): string | null =>
  position === undefined ? null : String(position);

const raise = async (client: pg.PoolClient, replicationId: ReplicationId): Promise<string> => {
  const { rows } = await client.query(raiseEpoch, [replicationId]);
  return String(rows[0]?.epoch);
};
