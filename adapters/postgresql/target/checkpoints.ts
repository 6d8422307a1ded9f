import type pg from 'pg';
import { type CheckpointMove, toCheckpoint } from '#core/apply/checkpoint-row.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import {
  type CheckpointStatements,
  checkpointStatements,
} from '#core/databases/postgresql/target/checkpoints.ts';
import { deleteDeadLetters } from '#core/databases/postgresql/target/dead-letters.ts';
import type { Checkpoint, Claim } from '#core/ports/apply-target.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction, runOn } from '../driver/executor.ts';
import { ensureBookkeeping } from './bookkeeping.ts';
import { inSuccession } from './end-predecessor.ts';
import { adoptTables, requireTables } from './ownership.ts';

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
  owner: TargetOwner,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  const { replicationId } = owner;
  const statements = checkpointStatements(owner);
  try {
    await inTransaction(pool, (client) => ensureBookkeeping(runOn(client), owner));
    await inSuccession(pool, async (client) => {
      const epoch = await raise(client, replicationId, statements);
      await client.query(statements.stampEpoch, [replicationId, epoch]);
      await setAtEnds(client, owner, epoch, partitions);
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'reset the checkpoints', database });
  }
};

const setAtEnds = async (
  client: pg.PoolClient,
  owner: TargetOwner,
  epoch: string,
  partitions: readonly PartitionOffsets[],
): Promise<void> => {
  // The rows are about to be copied again, and with them those that were known to differ.
  await runOn(client)(deleteDeadLetters(owner, [...new Set(partitions.map(({ topic }) => topic))]));
  await client.query(checkpointStatements(owner).setCheckpoints, [
    owner.replicationId,
    partitions.map(({ topic }) => topic),
    partitions.map(({ partition }) => partition),
    partitions.map(({ topicId }) => topicId ?? null),
    partitions.map(({ endOffset }) => String(endOffset)),
    epoch,
  ]);
};

/**
 * Sets where the consumer that is launched next begins with these partitions. The epoch stays, so that the one that runs goes
 * on with its own. Throws as `resetCheckpoints` does, and may be repeated.
 */
export const placeCheckpoints = async (
  pool: pg.Pool,
  owner: TargetOwner,
  partitions: readonly PartitionOffsets[],
  database: string,
): Promise<void> => {
  try {
    await inTransaction(pool, (client) => ensureBookkeeping(runOn(client), owner));
    await inTransaction(pool, async (client) => {
      const { rows } = await client.query(checkpointStatements(owner).selectEpoch, [owner.replicationId]);
      await setAtEnds(client, owner, String(rows[0]?.epoch ?? 0), partitions);
    });
  } catch (error) {
    throw toDatabaseError(error, { action: 'place the checkpoints', database });
  }
};

/** See `ApplyTarget.claim`. `tables` are those that the consumer writes. Errors are MillraceErrors, and the driver's. */
export const claimCheckpoints = async (
  pool: pg.Pool,
  owner: TargetOwner,
  tables: readonly TableRef[],
  partitions: readonly PartitionOffsets[],
): Promise<Claim> => {
  const { replicationId } = owner;
  const statements = checkpointStatements(owner);
  const bookkeeping = await inTransaction(pool, (client) => ensureBookkeeping(runOn(client), owner));
  return inSuccession(pool, async (client) => {
    const run = runOn(client);
    await adoptTables(run, owner, tables, bookkeeping);
    await requireTables(run, owner, tables);
    const epoch = await raise(client, replicationId, statements);
    await client.query(statements.addMissingCheckpoints, [
      replicationId,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
      partitions.map(({ topicId }) => topicId ?? null),
      epoch,
    ]);
    await client.query(statements.stampEpoch, [replicationId, epoch]);
    const { rows } = await client.query(statements.selectCheckpoints, [replicationId]);
    return { epoch: Number(epoch), checkpoints: rows.map(toCheckpoint) };
  });
};

export const findCheckpoint = async (
  client: pg.Pool | pg.PoolClient,
  owner: TargetOwner,
  topic: string,
  partition: number,
): Promise<Checkpoint | undefined> => {
  const { rows } = await client.query({
    name: 'millrace-select-checkpoint',
    text: checkpointStatements(owner).selectCheckpoint,
    values: [owner.replicationId, topic, partition],
  });
  return rows[0] === undefined ? undefined : toCheckpoint(rows[0]);
};

/** False when no row matched: the epoch or the offset is another one, or a table is not owned any more. */
export const moveCheckpoint = async (
  client: pg.PoolClient,
  owner: TargetOwner,
  move: CheckpointMove,
  tables: readonly TableRef[],
): Promise<boolean> => {
  const { counts } = move;
  const { rowCount } = await client.query({
    name: 'millrace-advance-checkpoint',
    text: checkpointStatements(owner).advanceCheckpoint,
    values: [
      owner.replicationId,
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
      owner.installationId,
      owner.clientId,
      tables.map(({ schema }) => schema),
      tables.map(({ table }) => table),
    ],
  });
  return rowCount === 1;
};

const positionText = (position: number | undefined): string | null =>
  position === undefined ? null : String(position);

const raise = async (
  client: pg.PoolClient,
  replicationId: number,
  { raiseEpoch }: CheckpointStatements,
): Promise<string> => {
  const { rows } = await client.query(raiseEpoch, [replicationId]);
  return String(rows[0]?.epoch);
};
