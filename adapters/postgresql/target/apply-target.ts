import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { z } from 'zod';
import { type OnNulled, takeNulled } from '#core/apply/nulled-values.ts';
import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import type {
  ApplyCopy,
  ApplyStatement,
  PostgresApplyTable,
} from '#core/databases/postgresql/target/apply-statements.ts';
import {
  answerDeadLetters,
  changeDeadLetters,
  selectDeadLetters,
} from '#core/databases/postgresql/target/dead-letters.ts';
import { describeTaken, takersStatement } from '#core/databases/postgresql/target/grants.ts';
import { toStoredDeadLetter } from '#core/deadletters/dead-letter-row.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import {
  createApplyFlow,
  type PlannedBatch,
  savepointVerbs,
  writtenTables,
} from '../../databases/apply-flow.ts';
import type { PoolOptions } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { inTransaction, runOn } from '../driver/executor.ts';
import { claimCheckpoints, findCheckpoint, moveCheckpoint } from './checkpoints.ts';
import { consumerApplicationName } from './end-predecessor.ts';
import { requireTables } from './ownership.ts';

/** A batch of 5,000 rows takes a tenth of a second; a target that needs a minute for it is in trouble. */
const statementTimeoutMs = 60_000;

/**
 * A consumer that was stopped in mid-transaction (SIGSTOP, a lost network) holds locks that its successor needs. Between
 * two of our statements pass milliseconds, at worst a collection or the preparing of another batch: below a second.
 */
const idleInTransactionTimeoutMs = 10_000;

/** Connections, that is, partitions that are applied at once. More would only queue up at a target of a few cores. */
const maxConnections = 8;

/** Options of the pool that `createApplyTarget` needs. */
export const applyPoolOptions: PoolOptions = {
  applicationName: consumerApplicationName,
  maxConnections,
  statementTimeoutMs,
  sessionSettings: {
    idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
    // The statements are short and many: compiling them costs more than it saves.
    jit: 'off',
  },
};

/**
 * A batch of new rows only is copied: PostgreSQL takes 5 µs for a row of twenty columns by COPY, and 20 µs by INSERT ...
 * ON CONFLICT. Below this size the one or two round trips more weigh as much.
 */
const minCopyRows = 200;

/**
 * After a copy met a row that was there already (the table is catching up, or Connect sent events again), so many batches
 * are merged before the next attempt: a failed copy costs about a third of a merge, so this keeps the waste below 1 %.
 */
const batchesMergedAfterConflict = 50;

export interface PostgresApplyBatch extends PlannedBatch<PostgresApplyTable, ApplyStatement> {
  /** Set when the batch is to be copied; `statements` are then made only if that fails. */
  readonly copies?: readonly TableCopy[];
}
interface TableCopy {
  readonly table: PostgresApplyTable;
  readonly copy: ApplyCopy;
}

export interface ApplyTargetOptions {
  /** Made with `applyPoolOptions`. The caller ends it. */
  readonly pool: pg.Pool;
  readonly owner: TargetOwner;
  /** The target tables that are written. They must be the owner's when the checkpoints are claimed. */
  readonly tables: readonly TableRef[];
  /** Names the target in errors, see `databaseLabel`. */
  readonly database: string;
  readonly onNulled?: OnNulled;
}

/** An `ApplyTarget` in PostgreSQL. */
export const createApplyTarget = ({
  pool,
  owner,
  tables,
  database,
  onNulled,
}: ApplyTargetOptions): ApplyTarget<PostgresApplyTable, PostgresApplyBatch> => {
  const describe = (error: unknown, action: string, table?: TableRef): MillraceError =>
    toDatabaseError(error, { action, database, ...(table && { table }) });

  const flow = createApplyFlow<PostgresApplyTable, pg.PoolClient, ApplyStatement>(
    {
      claim: (partitions) => claimCheckpoints(pool, owner, tables, partitions),
      findCheckpoint: (topic, partition, client) => findCheckpoint(client ?? pool, owner, topic, partition),
      moveCheckpoint: (client, batch) => moveCheckpoint(client, owner, batch, writtenTables(batch)),
      requireTables: (client, batch) => requireTables(runOn(client), owner, writtenTables(batch)),
      changeDeadLetters: async (client, batch) => {
        if (batch.deadLetters === undefined) return;
        for (const statement of changeDeadLetters(owner, batch, batch.deadLetters))
          await runOn(client)(statement);
      },
      readDeadLetters: async (of) =>
        (await runOn(pool)(selectDeadLetters(owner, of))).map(toStoredDeadLetter),
      answerDeadLetters: async (answers) => {
        for (const answer of answers) await runOn(pool)(answerDeadLetters(owner, answer));
      },
      transaction: (work) => inTransaction(pool, work, (isDone) => isDone),
      run: async (client, statement, target, mustFind) => {
        const { name, text, values, mustHit, patches } = statement;
        const { rowCount } = await client.query({ name, text, values: [...values] });
        await requireTaken(client, statement, rowCount ?? 0, target);
        const wanted = mustHit ?? (mustFind ? patches : undefined);
        return wanted === undefined || rowCount === wanted;
      },
      isViolation,
      isUniqueViolation: (error) => isOfState(error, /^23(?:505|P01)$/),
      savepoint: async (client, action, name) => {
        await client.query(`${savepointVerbs[action]} ${name}`);
      },
      describe,
    },
    { replicationId: owner.replicationId, ...(onNulled && { onNulled }) },
  );

  const runCopies = async (client: pg.PoolClient, copies: readonly TableCopy[]): Promise<boolean> => {
    for (const { table, copy } of copies) {
      try {
        const input = client.query(copyFrom(copy.text));
        await pipeline(Readable.from([copy.data]), input);
        if (input.rowCount < copy.rows) {
          await refuseTaken(client, table.mapping.target, {
            rows: copy.rows,
            taken: input.rowCount,
            isAny: false,
          });
        }
      } catch (error) {
        if (isViolation(error) || isCopyRefused(error)) throw error;
        throw describe(error, 'apply changes', table.mapping.target);
      }
    }
    return true;
  };

  /** How many batches of a table's new rows are still to be merged before a copy is tried again. */
  const mergesLeft = new Map<PostgresApplyTable, number>();

  const copiesOf = ({
    counts: { inserts, updates, deletes, truncates },
    changes,
  }: PartitionBatch<PostgresApplyTable>): readonly TableCopy[] | undefined => {
    if (inserts < minCopyRows || updates + deletes + truncates > 0) return undefined;
    const copies: TableCopy[] = [];
    for (const { table, events } of changes) {
      const left = mergesLeft.get(table) ?? 0;
      if (left > 0) {
        mergesLeft.set(table, left - 1);
        return undefined;
      }
      const copy = table.statements.copyFor(events);
      if (copy === undefined) return undefined;
      copies.push({ table, copy });
    }
    return copies;
  };

  return {
    claim: flow.claim,
    readCheckpoint: flow.readCheckpoint,
    findRefused: flow.findRefused,
    readDeadLetters: flow.readDeadLetters,
    answerDeadLetters: flow.answerDeadLetters,

    prepare: (batch) => {
      const copies = copiesOf(batch);
      // Also of rows that were looked at for a copy that was not to be: they are counted with the statements.
      const nulled = takeNulled(batch);
      return copies === undefined ? flow.plan(batch) : { batch, copies, statements: [], nulled };
    },

    apply: async (prepared, options) => {
      const { batch, copies } = prepared;
      if (copies === undefined) return flow.apply(prepared, options);
      try {
        return await flow.transact(prepared, (client) => runCopies(client, copies));
      } catch (error) {
        if (!isViolation(error) && !isCopyRefused(error)) throw describe(error, 'apply changes');
      }
      for (const { table } of copies) mergesLeft.set(table, batchesMergedAfterConflict);
      return flow.apply(flow.plan(batch), options);
    },
  };
};

/**
 * A trigger that came after the start, or one that nobody could look into, may take writes away. Rows that are written as a whole are all
 * counted; of others, those that were not hit must not be there.
 */
const requireTaken = async (
  client: pg.PoolClient,
  { writes, rest }: ApplyStatement,
  taken: number,
  target: TableRef,
): Promise<void> => {
  if (writes !== undefined && taken < writes)
    await refuseTaken(client, target, { rows: writes, taken, isAny: false });
  if (rest === undefined || taken >= rest.rows) return;
  const [row] = await runOn(client)({ text: rest.text, values: rest.values });
  const left = Number(row?.found) - (rest.isDelete ? 0 : taken);
  if (left > 0) await refuseTaken(client, target, { rows: taken + left, taken, isAny: true });
};

const takerSchema = z.strictObject({
  kind: z.string(),
  table: z.string(),
  name: z.string(),
  isHarmless: z.enum(['t', 'f']).transform((text) => text === 't'),
});

const refuseTaken = async (
  client: pg.PoolClient,
  target: TableRef,
  counts: Parameters<typeof describeTaken>[1],
): Promise<void> => {
  const takers = (await runOn(client)(takersStatement(target))).map((row) => takerSchema.parse(row));
  const reason = describeTaken(takers, counts);
  if (reason === undefined) return;
  const table = tableLabel(target);
  throw new MillraceError('SchemaMismatch', `Target table ${table}: ${reason}`, { facts: { table } });
};

/**
 * Integrity constraint violations (class 23), and a statement that would write one row twice (21000): two texts of one
 * key, as `1.0` and `1.00`. PostgreSQL manual, appendix A.
 */
const isViolation = (error: unknown): boolean => isOfState(error, /^(?:23[0-9A-Z]{3}|21000)$/);

const isOfState = (error: unknown, states: RegExp): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && states.test(error.code);

/** COPY FROM is not for everything that INSERT is for (PostgreSQL manual, COPY). */
const isCopyRefused = (error: unknown): boolean => isOfState(error, /^0A000$/);
