import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import {
  type Api,
  adminApi,
  apiWith,
  runningStack,
  tlsOfClient,
  tlsRegistration,
  waitFor,
} from './harness.ts';

export type MariadbEnds = Readonly<Record<'host' | 'user' | 'password', string>> & { readonly port: number };

/** A client whose source and target are two databases of one MariaDB server. */
export interface MariadbTenant {
  readonly api: Api;
  readonly sql: Connection;
  readonly sourceName: string;
  readonly targetName: string;
  readonly sourceDatabaseId: number;
  readonly targetDatabaseId: number;
  /** Waits until both queries, each in its own database, give the same rows. */
  awaitEqual(sourceQuery: string, targetQuery: string, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** On the stack's server, unless another one is given, which may be a MySQL. */
export const createMariadbTenant = async (
  name: string,
  server: MariadbEnds | undefined = runningStack().mariadb,
  kind: 'mariadb' | 'mysql' = 'mariadb',
): Promise<MariadbTenant> => {
  if (server === undefined) throw new Error('The local stack runs without MariaDB.');
  const { host, port, user, password } = server;
  const sourceName = `${name}_${randomBytes(3).toString('hex')}`;
  const targetName = `${sourceName}_target`;
  const isOfStack = port === runningStack().mariadb?.port;
  const sql = await createConnection({
    ...{ host, port, user, password, multipleStatements: true },
    ...(isOfStack && tlsOfClient()),
  });
  await sql.query(`CREATE DATABASE ${sourceName}; CREATE DATABASE ${targetName}; USE ${sourceName}`);
  const admin = await adminApi();
  const client = await admin.post('/clients', { name: sourceName });
  const token = await admin.post(`/clients/${client.body.client_id}/tokens`);
  const api = apiWith(token.body.token);
  const register = async (database: string): Promise<number> => {
    const answer = await api.post('/databases', {
      name: database,
      kind,
      host,
      port,
      database,
      username: user,
      password,
      ...(isOfStack ? tlsRegistration() : { tls_mode: 'disable' }),
    });
    if (answer.status !== 201) throw new Error(`Registering ${database}: ${JSON.stringify(answer.body)}`);
    return answer.body.database_id;
  };
  const read = async (database: string, query: string): Promise<string> => {
    await sql.query(`USE ${database}`);
    const [rows] = await sql.query({ sql: query, rowsAsArray: true });
    await sql.query(`USE ${sourceName}`);
    return JSON.stringify(rows);
  };
  return {
    api,
    sql,
    sourceName,
    targetName,
    sourceDatabaseId: await register(sourceName),
    targetDatabaseId: await register(targetName),
    awaitEqual: async (sourceQuery, targetQuery, timeoutMs = 60_000) => {
      await waitFor(
        'source and target to be equal',
        timeoutMs,
        async () => {
          const expected = await read(sourceName, sourceQuery);
          const actual = await read(targetName, targetQuery).catch(() => '');
          return expected === actual ? true : undefined;
        },
        async () => ({
          source: (await read(sourceName, sourceQuery)).slice(0, 300),
          target: (await read(targetName, targetQuery)).slice(0, 300),
        }),
      );
    },
    close: () => sql.end(),
  };
};
