import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Statement } from '#core/databases/mysql/statement.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { closePool, createPool, type PoolOptions } from './connection.ts';
import { toDatabaseError } from './database-errors.ts';

/** A row as the server wrote it: each value as text, or null. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Runs the statements of a dialect over one pool. Everything that it rejects with is a MillraceError. */
export interface Executor {
  /** One statement in its own transaction. `action` completes "Cannot ..." in an error's message. */
  query(action: string, statement: Statement | string, table?: TableRef): Promise<readonly TextRow[]>;
  /** As `query`, with the values as an array in the order of the columns, undecoded: latin1 of the bytes where `binary` says so. */
  queryValues(
    action: string,
    statement: string,
    binary: readonly boolean[],
    table: TableRef,
  ): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}

export const createExecutor = (settings: ConnectionSettings, options: PoolOptions): Executor => {
  const owned = createPool(settings, options);
  const database = databaseLabel(settings);
  const timeout = owned.silenceTimeoutMs === undefined ? {} : { timeout: owned.silenceTimeoutMs };
  const asDatabaseError = (error: unknown, action: string, table?: TableRef) =>
    toDatabaseError(error, { action, database, ...(table && { table }) });
  return {
    query: async (action, statement, table) => {
      const { text, values } =
        typeof statement === 'string' ? { text: statement, values: undefined } : statement;
      try {
        const [rows] = await owned.pool
          .promise()
          .query<never>({ sql: text, values: values === undefined ? undefined : [...values], ...timeout });
        return Array.isArray(rows) ? rows : [];
      } catch (error) {
        throw asDatabaseError(error, action, table);
      }
    },
    queryValues: async (action, statement, binary, table) => {
      try {
        const [rows] = await owned.pool
          .promise()
          .query<never>({ sql: statement, rowsAsArray: true, typeCast: rawValues(binary), ...timeout });
        return Array.isArray(rows) ? rows : [];
      } catch (error) {
        throw asDatabaseError(error, action, table);
      }
    },
    close: () => closePool(owned),
  };
};

/**
 * mysql2 calls it for each value of a row in the order of the columns. It must not throw: an error in it would be one of the
 * socket's.
 */
export const rawValues = (
  binary: readonly boolean[],
): ((field: { string(encoding?: string): string | null }) => string | null) => {
  let next = 0;
  return (field) => {
    const isBinary = binary[next] === true;
    next = next + 1 === binary.length ? 0 : next + 1;
    return field.string(isBinary ? 'latin1' : 'utf8');
  };
};
