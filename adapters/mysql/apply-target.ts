import { fencedError, unmovedCheckpointError } from '#core/apply/checkpoint-refusals.ts';
import { type NulledInTable, type OnNulled, takeNulled } from '#core/apply/nulled-values.ts';
import type { PartitionBatch } from '#core/apply/partition-batch.ts';
import { planBatch } from '#core/apply/plan-batch.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import type { ApplyStatement, MysqlApplyTable } from '#core/databases/mysql/apply-statements.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import { claimCheckpoints, findCheckpoint, moveCheckpoint } from './apply-checkpoints.ts';
import type { Connection, Pool, PoolOptions } from './connection.ts';
import { isViolation, toDatabaseError } from './database-errors.ts';
import { withConnection } from './executor.ts';
import { requirePacket } from './packet-limit.ts';

/** A batch of 5,000 rows takes a few tenths of a second; a target that needs a minute for it is in trouble. */
const statementTimeoutMs = 60_000;

/**
 * A consumer that was stopped in mid-transaction (SIGSTOP, a lost network) holds locks that its successor needs. Between
 * two statements of ours pass milliseconds, at worst a collection or the preparing of another batch: below a second.
 */
const idleTimeoutMs = 10_000;

/** Connections, that is, partitions that are applied at once. More would only queue up at a target of a few cores. */
const maxConnections = 8;

/** Options of the pool that `createApplyTarget` needs. */
export const applyPoolOptions: PoolOptions = {
  applicationName: 'millrace-consumer',
  access: 'write',
  maxConnections,
  statementTimeoutMs,
  idleTimeoutMs,
  // Rows that are not known as a whole may need a statement each, a thousand in one text.
  multipleStatements: true,
};

export interface MysqlApplyBatch {
  readonly batch: PartitionBatch<MysqlApplyTable>;
  readonly statements: readonly TableStatement[];
  readonly nulled: readonly NulledInTable[];
}
interface TableStatement {
  readonly table: MysqlApplyTable;
  readonly statement: ApplyStatement;
}

export interface ApplyTargetOptions {
  /** Made with `applyPoolOptions`. The caller closes it. */
  readonly pool: Pool;
  readonly replicationId: ReplicationId;
  /** Names the target in errors, see `databaseLabel`. */
  readonly database: string;
  readonly onNulled?: OnNulled;
}

/** An `ApplyTarget` in MySQL or MariaDB. */
export const createApplyTarget = ({
  pool,
  replicationId,
  database,
  onNulled = () => undefined,
}: ApplyTargetOptions): ApplyTarget<MysqlApplyTable, MysqlApplyBatch> => {
  const describe = (error: unknown, action: string): MillraceError =>
    toDatabaseError(error, { action, database });

  /** Returns false when a statement hit another number of rows than it had to. */
  const runStatements = async (
    connection: Connection,
    statements: Iterable<TableStatement>,
  ): Promise<boolean> => {
    for (const { table, statement } of statements) {
      const { target } = table.mapping;
      try {
        requirePacket(statement.text, connection.facts, target);
        const { affectedRows } = await connection.query(statement.text, {
          isUnlimited: statement.isLong === true,
        });
        if (statement.mustHit !== undefined && affectedRows !== statement.mustHit) return false;
      } catch (error) {
        if (isViolation(error)) throw error;
        throw toDatabaseError(error, { action: 'apply changes', database, table: target });
      }
    }
    return true;
  };

  const explainCheckpoint = async (connection: Connection, batch: PartitionBatch): Promise<MillraceError> =>
    unmovedCheckpointError(
      replicationId,
      await findCheckpoint(connection, replicationId, batch.topic, batch.partition),
      batch,
    );

  const runTransaction = (
    batch: PartitionBatch,
    statements: Iterable<TableStatement>,
    nulled: readonly NulledInTable[],
  ): Promise<'applied' | 'row-missing'> =>
    // A connection that failed is closed, which rolls back. Whether a lost COMMIT took effect shows in the checkpoint,
    // which is read again before anything is repeated.
    withConnection(pool, async (connection) => {
      await connection.query('START TRANSACTION');
      // First, so that a fenced consumer does no work, and two transactions of one partition wait for each other here.
      if (!(await moveCheckpoint(connection, replicationId, batch)))
        throw await explainCheckpoint(connection, batch);
      if (!(await runStatements(connection, statements))) {
        await connection.query('ROLLBACK');
        return 'row-missing';
      }
      await connection.query('COMMIT');
      if (nulled.length > 0) onNulled(nulled);
      return 'applied';
    });

  return {
    claim: async (partitions) => {
      try {
        return await claimCheckpoints(pool, replicationId, partitions);
      } catch (error) {
        throw describe(error, 'claim the checkpoints');
      }
    },

    readCheckpoint: async (topic, partition, epoch) => {
      try {
        const checkpoint = await withConnection(pool, (connection) =>
          findCheckpoint(connection, replicationId, topic, partition),
        );
        if (checkpoint === undefined || checkpoint.epoch !== epoch) throw fencedError(replicationId);
        return checkpoint;
      } catch (error) {
        throw describe(error, 'read the checkpoint');
      }
    },

    prepare: (batch) => ({
      batch,
      statements: batch.changes.flatMap(({ table, events }) =>
        table.statements.forSteps(planBatch(events)).map((statement) => ({ table, statement })),
      ),
      nulled: takeNulled(batch),
    }),

    apply: async ({ batch, statements, nulled }) => {
      try {
        return await runTransaction(batch, statements, nulled);
      } catch (error) {
        if (!isViolation(error)) throw describe(error, 'apply changes');
      }
      // Two rows may have exchanged a unique value, which statements for many rows cannot do: each event by itself, in
      // order, as the source did it.
      try {
        return await runTransaction(batch, oneByOne(batch), nulled);
      } catch (error) {
        throw describe(error, `apply changes up to offset ${batch.nextOffset} of topic ${batch.topic}`);
      }
    },
  };
};

function* oneByOne(batch: PartitionBatch<MysqlApplyTable>): Generator<TableStatement> {
  for (const { table, events } of batch.changes) {
    for (const event of events) {
      const statements = table.statements.forSteps(planBatch([event]));
      // The same values were counted when the batch was prepared.
      table.takeNulled();
      for (const statement of statements) yield { table, statement };
    }
  }
}
