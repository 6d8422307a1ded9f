import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { type TextRow, toTextRows } from '#test/kit/text-rows.ts';
import { connectTo, runningStack } from './harness.ts';

/** Runs the command line as a process of its own. */
export const runCli = async (token: string, args: readonly string[]): Promise<string> => {
  const cli = fileURLToPath(new URL('../../cli/bin/millrace.js', import.meta.url));
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env.PATH, MILLRACE_API_URL: runningStack().api.url, MILLRACE_TOKEN: token },
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode !== 0)
    throw new Error(`millrace ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout;
};

/** A database of its own at one of the stack's servers. */
export interface End {
  readonly kind: 'postgresql' | 'mariadb';
  readonly name: string;
  readonly registration: Readonly<Record<string, unknown>>;
  run(statements: string): Promise<unknown>;
  /** Values as text. */
  read(query: string): Promise<readonly TextRow[]>;
  /** Columns of a table with whether they take NULL. */
  columns(table: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const openPostgres = async (side: 'source' | 'target', name: string): Promise<End> => {
  const server = runningStack()[side];
  const maintenance = await connectTo(server);
  await maintenance.query(`CREATE DATABASE ${name}`);
  await maintenance.end();
  const client = await connectTo(server, name);
  const { host, port, user, password } = server;
  const read: End['read'] = async (text) => toTextRows((await client.query({ text, rowMode: 'array' })).rows);
  return {
    kind: 'postgresql',
    name,
    registration: { kind: 'postgresql', host, port, database: name, username: user, password },
    run: (statements) => client.query(statements),
    read,
    columns: async (table) =>
      (
        await read(
          `SELECT column_name || ' ' || is_nullable FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
        )
      ).map(([column]) => column ?? ''),
    close: () => client.end(),
  };
};

export const openMariadb = async (name: string): Promise<End> => {
  const server = runningStack().mariadb;
  if (server === undefined) throw new Error('The local stack runs without MariaDB.');
  const { host, port, user, password } = server;
  const sql = await createConnection({
    ...{ host, port, user, password, multipleStatements: true },
    // A number would be rounded beyond 2^53.
    ...{ supportBigNumbers: true, bigNumberStrings: true },
  });
  await sql.query(`CREATE DATABASE ${name}; USE ${name}`);
  const read: End['read'] = async (query) => {
    const [rows] = await sql.query({ sql: query, rowsAsArray: true });
    return toTextRows(rows as unknown as readonly unknown[][]);
  };
  return {
    kind: 'mariadb',
    name,
    registration: { kind: 'mariadb', host, port, database: name, username: user, password },
    run: (statements) => sql.query(statements),
    read,
    columns: async (table) =>
      (
        await read(
          `SELECT CONCAT(column_name, ' ', is_nullable) FROM information_schema.columns WHERE table_schema = '${name}' AND table_name = '${table}' ORDER BY ordinal_position`,
        )
      ).map(([column]) => column ?? ''),
    close: () => sql.end(),
  };
};
