import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { isMysqlOnly, mysqlUrl } from '#test/kit/mysql-url.ts';
import { type TextRow, toTextRows } from '#test/kit/text-rows.ts';
import {
  type Api,
  adminApi,
  apiWith,
  connectTo,
  runningStack,
  tlsOfClient,
  tlsRegistration,
} from './harness.ts';

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
  /** `mariadb` for MySQL as well: they spell alike. */
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

interface MysqlAddress {
  /** As it is registered. */
  readonly kind: 'mariadb' | 'mysql';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** The stack's MariaDB, or a MySQL server in its place: `npm run test:mysql -- chain`. */
const mysqlAddress = (): MysqlAddress => {
  if (isMysqlOnly && mysqlUrl !== undefined) {
    const { hostname: host, port, username, password } = new URL(mysqlUrl);
    return {
      ...{ kind: 'mysql', host, port: Number(port || 3306) },
      ...{ user: decodeURIComponent(username), password: decodeURIComponent(password) },
    };
  }
  const server = runningStack().mariadb;
  if (server === undefined) throw new Error('The local stack runs without MariaDB.');
  const { host, port, user, password } = server;
  return { kind: 'mariadb', host, port, user, password };
};

export const openMariadb = async (name: string): Promise<End> => {
  const { kind, host, port, user, password } = mysqlAddress();
  const sql = await createConnection({
    ...{ host, port, user, password, multipleStatements: true },
    // A number would be rounded beyond 2^53.
    ...{ supportBigNumbers: true, bigNumberStrings: true },
    ...tlsOfClient(),
  });
  await sql.query(`CREATE DATABASE ${name}; USE ${name}`);
  const read: End['read'] = async (query) => {
    const [rows] = await sql.query({ sql: query, rowsAsArray: true });
    return toTextRows(rows as unknown as readonly unknown[][]);
  };
  return {
    kind: 'mariadb',
    name,
    registration: { kind, host, port, database: name, username: user, password },
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

/** What a cell of the matrix says of an end. */
export const productOf = (kind: End['kind']): string => (kind === 'mariadb' ? mysqlAddress().kind : kind);

/** Every kind of source with every kind of target. */
export const endPairs = [
  ['postgresql', 'postgresql'],
  ['postgresql', 'mariadb'],
  ['mariadb', 'postgresql'],
  ['mariadb', 'mariadb'],
] as const;

export interface TwoEnds {
  readonly source: End;
  readonly target: End;
}

/** Databases of these names and kinds: `name` for the source, `{name}_t` for the target. */
export const openTwoEnds = async (name: string, from: End['kind'], to: End['kind']): Promise<TwoEnds> => ({
  source: from === 'postgresql' ? await openPostgres('source', name) : await openMariadb(name),
  target: to === 'postgresql' ? await openPostgres('target', `${name}_t`) : await openMariadb(`${name}_t`),
});

/** A client of its own that has registered both ends. */
export interface EndsClient {
  readonly api: Api;
  readonly token: string;
  /** Creates a replication of these source tables, which keep their names, and returns its number. */
  createReplication(tables: readonly string[], more?: Readonly<Record<string, unknown>>): Promise<number>;
}

export const registerTwoEnds = async (name: string, { source, target }: TwoEnds): Promise<EndsClient> => {
  const admin = await adminApi();
  const client = await admin.post('/clients', { name });
  const { token } = (await admin.post(`/clients/${client.body.client_id}/tokens`)).body;
  const api = apiWith(token);
  const ids: number[] = [];
  for (const end of [source, target]) {
    const answer = await api.post('/databases', {
      name: end.name,
      ...tlsRegistration(),
      ...end.registration,
    });
    expect(answer.body).toMatchObject({ database_id: expect.any(Number) });
    ids.push(answer.body.database_id);
  }
  return {
    ...{ api, token },
    createReplication: async (tables, more = {}) => {
      const created = await api.post('/replications', {
        ...{ source_database_id: ids[0], target_database_id: ids[1], target_table_name: '{table}' },
        tables: tables.map((table) => ({ source: { table } })),
        ...more,
      });
      expect(created.body).toMatchObject({ replication_id: expect.any(Number) });
      return created.body.replication_id;
    },
  };
};

/** After a suite, whatever of its set-up came about. */
export const closeTwoEnds = async (
  { source, target }: Partial<TwoEnds>,
  replication: { readonly api: Api | undefined; readonly id: number | undefined },
): Promise<void> => {
  const { api, id } = replication;
  if (id !== undefined) await api?.post(`/replications/${id}/stop`);
  await source?.close();
  await target?.close();
};
