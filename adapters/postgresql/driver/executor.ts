import type pg from 'pg';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Statement } from '#core/databases/postgresql/statement.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { closePool, createPool, type PoolOptions } from './connection.ts';
import { toDatabaseError } from './database-errors.ts';

/** A row as PostgreSQL wrote it: each value as text, or null. Booleans are `t` and `f`. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Runs a statement on some connection, inside or outside a transaction. */
export type RunStatement = (statement: Statement | string) => Promise<readonly TextRow[]>;

/** Runs the statements of a dialect over one pool. Everything that it rejects with is a MillraceError. */
export interface Executor {
  /** One statement in its own transaction. `action` completes "Cannot ..." in an error's message. */
  query(action: string, statement: Statement | string, table?: TableRef): Promise<readonly TextRow[]>;
  /** All of `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  transaction<Result>(
    action: string,
    work: (run: RunStatement) => Promise<Result>,
    table?: TableRef,
  ): Promise<Result>;
  /** All of `work` in one transaction that is rolled back in any case. */
  rehearse(action: string, work: (run: RunStatement) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export const createExecutor = (settings: ConnectionSettings, options: PoolOptions): Executor => {
  const pool = createPool(settings, options);
  const database = databaseLabel(settings);
  const asDatabaseError = (error: unknown, action: string, table?: TableRef) =>
    toDatabaseError(error, { action, database, ...(table && { table }) });
  return {
    query: async (action, statement, table) => {
      try {
        return await runStatement(pool, statement);
      } catch (error) {
        throw asDatabaseError(error, action, table);
      }
    },
    transaction: async (action, work, table) => {
      try {
        return await inTransaction(pool, (client) => work(runOn(client)));
      } catch (error) {
        throw asDatabaseError(error, action, table);
      }
    },
    rehearse: async (action, work) => {
      try {
        await inTransaction(
          pool,
          (client) => work(runOn(client)),
          () => false,
        );
      } catch (error) {
        throw asDatabaseError(error, action);
      }
    },
    close: () => closePool(pool),
  };
};

/** Runs statements on one connection. */
export const runOn =
  (on: pg.Pool | pg.PoolClient): RunStatement =>
  (statement) =>
    runStatement(on, statement);

export const runStatement = async (
  on: pg.Pool | pg.PoolClient,
  statement: Statement | string,
): Promise<readonly TextRow[]> => {
  const { text, values } = typeof statement === 'string' ? { text: statement, values: undefined } : statement;
  const result = await on.query<TextRow>(text, values === undefined ? undefined : [...values]);
  return result.rows;
};

/**
 * Commits, unless `work` rejects or `isKept` says otherwise of its result. Rejects with what `work` or PostgreSQL rejected
 * with; a connection that did is not used again.
 */
export const inTransaction = async <Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  isKept: (result: Result) => boolean = () => true,
): Promise<Result> => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query(isKept(result) ? 'COMMIT' : 'ROLLBACK');
    client.release();
    return result;
  } catch (error) {
    // Closing the session rolls back, and needs no answer from a server that may be gone.
    client.release(true);
    throw error;
  }
};
