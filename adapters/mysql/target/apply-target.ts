import type { OnNulled } from '#core/apply/nulled-values.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import type { ApplyStatement, MysqlApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import {
  answerDeadLetters,
  changeDeadLetters,
  selectDeadLetters,
} from '#core/databases/mysql/target/dead-letters.ts';
import { toStoredDeadLetter } from '#core/deadletters/dead-letter-row.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import {
  createApplyFlow,
  type PlannedBatch,
  savepointVerbs,
  writtenTables,
} from '../../databases/apply-flow.ts';
import type { Connection, Pool, PoolOptions } from '../driver/connection.ts';
import { isUniqueViolation, isViolation, toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction, withConnection } from '../driver/executor.ts';
import { requirePacket } from '../driver/packet-limit.ts';
import { claimCheckpoints, findCheckpoint, moveCheckpoint } from './checkpoints.ts';
import { requireTables } from './ownership.ts';

/** A batch of 5,000 rows takes a few tenths of a second; a target that needs a minute for it is in trouble. */
const statementTimeoutMs = 60_000;

/**
 * A consumer that was stopped in mid-transaction (SIGSTOP, a lost network) holds locks that its successor needs. Between
 * two of our statements pass milliseconds, at worst a collection or the preparing of another batch: below a second.
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

export type MysqlApplyBatch = PlannedBatch<MysqlApplyTable, ApplyStatement>;

export interface ApplyTargetOptions {
  /** Made with `applyPoolOptions`. The caller closes it. */
  readonly pool: Pool;
  readonly owner: TargetOwner;
  /** The target tables that are written. They must be the owner's when the checkpoints are claimed. */
  readonly tables: readonly TableRef[];
  /** Names the target in errors, see `databaseLabel`. */
  readonly database: string;
  readonly onNulled?: OnNulled;
}

/** An `ApplyTarget` in MySQL or MariaDB. */
export const createApplyTarget = ({
  pool,
  owner,
  tables,
  database,
  ...options
}: ApplyTargetOptions): ApplyTarget<MysqlApplyTable, MysqlApplyBatch> => {
  const {
    plan,
    transact: _transact,
    ...flow
  } = createApplyFlow<MysqlApplyTable, Connection, ApplyStatement>(
    {
      claim: (partitions) => claimCheckpoints(pool, owner, tables, partitions),
      findCheckpoint: (topic, partition, session) => {
        const find = (connection: Connection) => findCheckpoint(connection, owner, topic, partition);
        return session === undefined ? withConnection(pool, find) : find(session);
      },
      moveCheckpoint: (connection, batch) => moveCheckpoint(connection, owner, batch, writtenTables(batch)),
      requireTables: (connection, batch) => requireTables(connection, owner, writtenTables(batch)),
      changeDeadLetters: async (connection, batch) => {
        if (batch.deadLetters === undefined) return;
        for (const statement of changeDeadLetters(owner, batch, batch.deadLetters))
          await connection.query(statement);
      },
      readDeadLetters: async (of) =>
        (await withConnection(pool, (connection) => connection.query(selectDeadLetters(owner, of)))).rows.map(
          toStoredDeadLetter,
        ),
      answerDeadLetters: (answers) =>
        withConnection(pool, async (connection) => {
          for (const answer of answers) await connection.query(answerDeadLetters(owner, answer));
        }),
      transaction: (work) => inTransaction(pool, work, (isDone) => isDone),
      run: async (connection, { text, mustHit, patches, isLong = false }, target, mustFind) => {
        requirePacket(text, connection.facts, target);
        const { affectedByStatement } = await connection.query(text, { isUnlimited: isLong });
        const wanted = mustHit ?? (mustFind ? patches : undefined);
        return wanted === undefined || affectedByStatement.reduce((sum, rows) => sum + rows, 0) === wanted;
      },
      isViolation,
      isUniqueViolation,
      savepoint: async (connection, action, name) => {
        await connection.query(`${savepointVerbs[action]} ${name}`);
      },
      describe: (error, action, table) =>
        toDatabaseError(error, { action, database, ...(table && { table }) }),
    },
    { replicationId: owner.replicationId, ...options },
  );
  return { ...flow, prepare: plan };
};
