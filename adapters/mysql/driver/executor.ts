import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { SessionFacts } from '#core/databases/mysql/session.ts';
import type { Statement } from '#core/databases/mysql/statement.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { type Connection, createPool, type Pool, type PoolOptions, type TextRow } from './connection.ts';
import { toDatabaseError } from './database-errors.ts';

/** Runs the statements of a dialect over one pool. Everything that it rejects with is a MillraceError. */
export interface Executor {
  /** One statement by itself. `action` completes "Cannot ..." in an error's message. */
  query(action: string, statement: Statement | string, table?: TableRef): Promise<readonly TextRow[]>;
  /** As `query`, with the values as an array in the order of the columns, undecoded: latin1 of the bytes where `binary` says so. */
  queryValues(
    action: string,
    statement: string,
    binary: readonly boolean[],
    table: TableRef,
  ): Promise<readonly (readonly (string | null)[])[]>;
  facts(action: string): Promise<SessionFacts>;
  /** Several statements on one connection. */
  use<Result>(
    action: string,
    work: (connection: Connection) => Promise<Result>,
    table?: TableRef,
  ): Promise<Result>;
  /** All of `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  transaction<Result>(action: string, work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** All of `work` in one transaction that is rolled back in any case. */
  rehearse(action: string, work: (connection: Connection) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export const createExecutor = (settings: ConnectionSettings, options: PoolOptions): Executor => {
  const pool = createPool(settings, options);
  const database = databaseLabel(settings);
  const run = async <Result>(
    action: string,
    table: TableRef | undefined,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await withConnection(pool, work);
    } catch (error) {
      throw toDatabaseError(error, { action, database, ...(table && { table }) });
    }
  };
  return {
    query: (action, statement, table) =>
      run(action, table, async (connection) => (await connection.query(statement)).rows),
    queryValues: (action, statement, binary, table) =>
      run(action, table, (connection) => connection.queryValues(statement, binary)),
    facts: (action) => run(action, undefined, async ({ facts }) => facts),
    use: (action, work, table) => run(action, table, work),
    transaction: (action, work) => run(action, undefined, (connection) => transact(connection, work)),
    rehearse: (action, work) =>
      run(action, undefined, (connection) => transact(connection, work, () => false)),
    close: () => pool.close(),
  };
};

/** Rejects with what `work` or the server rejected with; a connection that did is not used again. */
export const withConnection = async <Result>(
  pool: Pool,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> => {
  const connection = await pool.acquire();
  try {
    const result = await work(connection);
    connection.release();
    return result;
  } catch (error) {
    // Closing the session rolls back, and needs no answer from a server that may be gone.
    connection.destroy();
    throw error;
  }
};

/** Commits, unless `work` rejects or `isKept` says otherwise of its result. */
export const inTransaction = <Result>(
  pool: Pool,
  work: (connection: Connection) => Promise<Result>,
  isKept: (result: Result) => boolean = () => true,
): Promise<Result> => withConnection(pool, (connection) => transact(connection, work, isKept));

const transact = async <Result>(
  connection: Connection,
  work: (connection: Connection) => Promise<Result>,
  isKept: (result: Result) => boolean = () => true,
): Promise<Result> => {
  await connection.query('START TRANSACTION');
  const result = await work(connection);
  await connection.query(isKept(result) ? 'COMMIT' : 'ROLLBACK');
  return result;
};
