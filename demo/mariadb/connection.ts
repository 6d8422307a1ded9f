import mysql, { type Connection, type ConnectionOptions, type ResultSetHeader } from 'mysql2/promise';
import type { DemoConnection, DemoDatabase } from '../demo-database.ts';

/**
 * Instants are read and written in UTC, and values come as the server writes them: numbers that JavaScript cannot hold, and
 * dates, as text. The caller ends it.
 */
export const connect = async (
  { host, port, user, password, database }: Omit<DemoDatabase, 'kind' | 'database'> & { database?: string },
  part: string,
  options: ConnectionOptions = {},
): Promise<Connection> => {
  const connection = await mysql.createConnection({
    ...{ host, port, user, password, ...(database === undefined ? {} : { database }) },
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    // Without it the server counts the rows that an UPDATE has found, not those that it has changed.
    flags: ['-FOUND_ROWS'],
    connectAttributes: { program_name: `millrace-demo-${part}` },
    ...options,
  });
  // The statement that is under way, or the next one, fails with the same error and says so to its caller.
  connection.on('error', () => undefined);
  for (const statement of sessionSettings) await connection.query(statement);
  return connection;
};

/**
 * Writers at READ COMMITTED lock the rows that they change and no gaps between them, as PostgreSQL's do. The server would
 * let one wait 50 s for a lock that another holds; a transaction of the demo takes milliseconds.
 */
const sessionSettings = [
  "SET time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET innodb_lock_wait_timeout = 5',
];

/** What concurrent writers may meet: a key that is taken, a lock that another holds, a deadlock. */
const refusals: ReadonlySet<unknown> = new Set(['ER_DUP_ENTRY', 'ER_LOCK_WAIT_TIMEOUT', 'ER_LOCK_DEADLOCK']);

/** What all kinds of databases can do, on a connection to MariaDB. */
export const demoConnection = (connection: Connection): DemoConnection => {
  /** Statements without values need not be prepared, and some cannot be. */
  const run = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    const [result] = await (values.length === 0
      ? connection.query(text)
      : connection.execute(text, [...values] as Parameters<Connection['execute']>[1]));
    return result;
  };
  return {
    change: async (text, values = []) => ((await run(text, values)) as ResultSetHeader).affectedRows,
    read: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await run(text, values)) as readonly Row[],
    inTransaction: async (change) => {
      await connection.beginTransaction();
      try {
        const changes = await change();
        await connection.commit();
        return changes;
      } catch (error) {
        await connection.rollback();
        if (error instanceof Error && 'code' in error && refusals.has(error.code)) return undefined;
        throw error;
      }
    },
    end: () => connection.end(),
  };
};
