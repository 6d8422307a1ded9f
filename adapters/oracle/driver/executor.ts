import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Statement } from '#core/databases/oracle/statement.ts';
import type { OraclePool, OracleSession, Row } from './connection.ts';
import { toDatabaseError } from './database-errors.ts';

/** Runs the statements of a dialect over one pool. Everything that it rejects with is a MillraceError. */
export interface Executor {
  /** `action` completes "Cannot ..." in an error's message. */
  query(action: string, statement: Statement, table?: TableRef): Promise<readonly Row[]>;
  run(action: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** `database` is the pool's label, for messages. */
export const createExecutor = (pool: OraclePool, database: string): Executor => {
  const onSession = async <Result>(
    action: string,
    table: TableRef | undefined,
    work: (session: OracleSession) => Promise<Result>,
  ): Promise<Result> => {
    const fail = (error: unknown) => toDatabaseError(error, { action, database, ...(table && { table }) });
    const session = await pool.acquire().catch((error: unknown) => {
      throw fail(error);
    });
    try {
      return await work(session);
    } catch (error) {
      throw fail(error);
    } finally {
      // A connection that was lost is not handed out again: the pool looks at it when it is given back.
      await session.release();
    }
  };
  return {
    query: (action, statement, table) => onSession(action, table, (session) => session.query(statement)),
    run: (action, text) => onSession(action, undefined, (session) => session.run(text)),
    close: () => pool.close(),
  };
};
