import { type CheckpointMove, toCheckpoint } from '#core/apply/checkpoint-row.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import {
  addMissingCheckpoints,
  advanceCheckpoint,
  bookkeepingExists,
  bookkeepingTables,
  createBookkeeping,
  raiseEpoch,
  selectCheckpoint,
  selectCheckpoints,
  selectEpoch,
  setCheckpoints,
  stampEpoch,
} from '#core/databases/mysql/target/checkpoints.ts';
import type { Checkpoint, Claim } from '#core/ports/apply-target.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import type { Connection, Pool } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction, withConnection } from '../driver/executor.ts';

/** Creates the consumer's tables in the target database unless they are there. */
const ensureBookkeeping = (pool: Pool): Promise<void> =>
  withConnection(pool, async (connection) => {
    const { rows } = await connection.query(bookkeepingExists);
    if (Number(rows[0]?.tables_there) === bookkeepingTables.length) return;
    for (const statement of createBookkeeping) await connection.query(statement);
  });

/** See `resetCheckpoints` of PostgreSQL: the same, in the tables of a MySQL target. */
export const resetCheckpoints = async (
  pool: Pool,
  replicationId: ReplicationId,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  try {
    await ensureBookkeeping(pool);
    await inTransaction(pool, async (connection) => {
      const epoch = await raise(connection, replicationId);
      await connection.execute(stampEpoch(replicationId, epoch));
      if (partitions.length === 0) return;
      const starts = partitions.map(({ endOffset, ...partition }) => ({
        ...partition,
        nextOffset: endOffset,
      }));
      await connection.query(setCheckpoints(replicationId, epoch, starts));
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'reset the checkpoints', database });
  }
};

/** See `ApplyTarget.claim`. Errors are the driver's. */
export const claimCheckpoints = async (
  pool: Pool,
  replicationId: ReplicationId,
  partitions: readonly PartitionOffsets[],
): Promise<Claim> => {
  await ensureBookkeeping(pool);
  return inTransaction(pool, async (connection) => {
    const epoch = await raise(connection, replicationId);
    if (partitions.length > 0) {
      // Every change since capture began is needed.
      const starts = partitions.map((partition) => ({ ...partition, nextOffset: 0n }));
      await connection.query(addMissingCheckpoints(replicationId, epoch, starts));
    }
    await connection.execute(stampEpoch(replicationId, epoch));
    const { rows } = await connection.execute(selectCheckpoints(replicationId));
    return { epoch: Number(epoch), checkpoints: rows.map(toCheckpoint) };
  });
};

export const findCheckpoint = async (
  connection: Connection,
  replicationId: ReplicationId,
  topic: string,
  partition: number,
): Promise<Checkpoint | undefined> => {
  const { rows } = await connection.execute(selectCheckpoint(replicationId, topic, partition));
  return rows[0] === undefined ? undefined : toCheckpoint(rows[0]);
};

/** False when no row matched: the epoch or the offset is another one. */
export const moveCheckpoint = async (
  connection: Connection,
  replicationId: ReplicationId,
  move: CheckpointMove,
): Promise<boolean> => {
  const { affectedRows } = await connection.execute(advanceCheckpoint(replicationId, move));
  return affectedRows === 1;
};

/** The row stays locked to the end of the transaction, so two claims take turns. */
const raise = async (connection: Connection, replicationId: ReplicationId): Promise<string> => {
  await connection.execute(raiseEpoch(replicationId));
  const { rows } = await connection.execute(selectEpoch(replicationId));
  return String(rows[0]?.epoch);
};
