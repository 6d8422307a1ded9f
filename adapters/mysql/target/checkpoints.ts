import { type CheckpointMove, toCheckpoint } from '#core/apply/checkpoint-row.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import {
  addMissingCheckpoints,
  advanceCheckpoint,
  raiseEpoch,
  selectCheckpoint,
  selectCheckpoints,
  selectEpoch,
  setCheckpoints,
  stampEpoch,
} from '#core/databases/mysql/target/checkpoints.ts';
import { deleteDeadLetters } from '#core/databases/mysql/target/dead-letters.ts';
import { ownedName, ownsTable } from '#core/databases/mysql/target/ownership.ts';
import type { Checkpoint, Claim } from '#core/ports/apply-target.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import type { Connection, Pool } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction, withConnection } from '../driver/executor.ts';
import { ensureClientTables, wasShared } from './bookkeeping.ts';
import { adoptTables, ensureOwnerTables, requireTables } from './ownership.ts';

/** See `resetCheckpoints` of PostgreSQL: the same, in the tables of a MySQL target. */
export const resetCheckpoints = async (
  pool: Pool,
  owner: TargetOwner,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  try {
    await withConnection(pool, (connection) => ensureClientTables(connection, owner));
    await inTransaction(pool, async (connection) => {
      const epoch = await raise(connection, owner);
      await connection.execute(stampEpoch(owner, epoch));
      await setAtEnds(connection, owner, epoch, partitions);
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'reset the checkpoints', database });
  }
};

const setAtEnds = async (
  connection: Connection,
  owner: TargetOwner,
  epoch: string,
  partitions: readonly PartitionOffsets[],
): Promise<void> => {
  if (partitions.length === 0) return;
  const starts = partitions.map(({ endOffset, ...partition }) => ({ ...partition, nextOffset: endOffset }));
  // The rows are about to be copied again, and with them those that were known to differ.
  await connection.query(deleteDeadLetters(owner, [...new Set(partitions.map(({ topic }) => topic))]));
  await connection.query(setCheckpoints(owner, epoch, starts));
};

/** See `placeCheckpoints` of PostgreSQL: the same, in the tables of a MySQL target. */
export const placeCheckpoints = async (
  pool: Pool,
  owner: TargetOwner,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  try {
    await withConnection(pool, (connection) => ensureClientTables(connection, owner));
    await inTransaction(pool, async (connection) => {
      const { rows } = await connection.execute(selectEpoch(owner));
      await setAtEnds(connection, owner, String(rows[0]?.epoch ?? 0), partitions);
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'place the checkpoints', database });
  }
};

/** See `ApplyTarget.claim`. `tables` are those that the consumer writes. Errors are MillraceErrors, and the driver's. */
export const claimCheckpoints = async (
  pool: Pool,
  owner: TargetOwner,
  tables: readonly TableRef[],
  partitions: readonly PartitionOffsets[],
): Promise<Claim> => {
  await withConnection(pool, async (connection) => {
    await ensureClientTables(connection, owner);
    if (await wasShared(connection, owner)) await ensureOwnerTables(connection, tables);
  });
  return inTransaction(pool, async (connection) => {
    await adoptTables(connection, owner, tables);
    await requireTables(connection, owner, tables);
    const epoch = await raise(connection, owner);
    if (partitions.length > 0) {
      // Every change since capture began is needed.
      const starts = partitions.map((partition) => ({ ...partition, nextOffset: 0n }));
      await connection.query(addMissingCheckpoints(owner, epoch, starts));
    }
    await connection.execute(stampEpoch(owner, epoch));
    const { rows } = await connection.execute(selectCheckpoints(owner));
    return { epoch: Number(epoch), checkpoints: rows.map(toCheckpoint) };
  });
};

export const findCheckpoint = async (
  connection: Connection,
  owner: TargetOwner,
  topic: string,
  partition: number,
): Promise<Checkpoint | undefined> => {
  const { rows } = await connection.execute(selectCheckpoint(owner, topic, partition));
  return rows[0] === undefined ? undefined : toCheckpoint(rows[0]);
};

/** False when no row matched: the epoch or the offset is another one, or a table is not owned any more. */
export const moveCheckpoint = async (
  connection: Connection,
  owner: TargetOwner,
  move: CheckpointMove,
  tables: readonly TableRef[],
): Promise<boolean> => {
  const conditions = tables.map((table) =>
    ownsTable(owner, table.schema, ownedName(table, connection.facts)),
  );
  const { affectedRows } = await connection.execute(advanceCheckpoint(owner, move, conditions));
  return affectedRows === 1;
};

/** The row stays locked to the end of the transaction, so two claims take turns. */
const raise = async (connection: Connection, owner: TargetOwner): Promise<string> => {
  await connection.execute(raiseEpoch(owner));
  const { rows } = await connection.execute(selectEpoch(owner));
  return String(rows[0]?.epoch);
};
