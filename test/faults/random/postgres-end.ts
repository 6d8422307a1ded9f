import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { withPostgres } from '#test/kit/postgres-session.ts';
import { toTextRows } from '#test/kit/text-rows.ts';
import type { StackState } from '../../../local/stack-state.ts';
import { type DatabaseEnd, type EndOptions, type Session, toLine } from './database-end.ts';

/** A statement of the workload takes milliseconds; one that a stopped server does not answer has to end as well. */
const statementTimeoutMs = 60_000;

export const openPostgresEnd = async (
  side: 'source' | 'target',
  server: StackState['source'],
  { database, disks }: EndOptions,
): Promise<DatabaseEnd> => {
  const { host, port } = server;
  const username = `${database}_role`;
  const password = 'first';
  const withClient = <T>(use: (client: pg.Client) => Promise<T>, name = database): Promise<T> =>
    withPostgres(
      { ...server, database: name, connectionTimeoutMillis: 10_000, query_timeout: statementTimeoutMs },
      use,
    );
  const disk = await withClient(async (client) => {
    await client.query(`CREATE ROLE ${username} LOGIN SUPERUSER REPLICATION PASSWORD '${password}'`);
    const { rows } = await client.query('SHOW data_directory');
    const own = disks?.mount(String(rows[0]?.data_directory));
    if (own !== undefined) await client.query(`CREATE TABLESPACE ${database}_disk LOCATION '${own.folder}'`);
    const place = own === undefined ? '' : ` TABLESPACE ${database}_disk`;
    await client.query(`CREATE DATABASE ${database} OWNER ${username}${place}`);
    return own;
  }, server.database);

  return {
    ...{ kind: 'postgresql', part: side, host, port, database, schema: 'public', username, password, disk },
    session: (use) => withClient((client) => use(sessionOf(client))),
    changePassword: (changed) =>
      withClient(async (client) => {
        await client.query(`ALTER ROLE ${username} PASSWORD '${changed}'`);
        await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${username}'`,
        );
      }),
    endSessions: (which) =>
      withClient(async (client) => {
        const ended = await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE usename = '${username}' AND (backend_type = 'walsender') = ${which === 'log'}`,
        );
        return ended.rowCount ?? 0;
      }),
    removeLog: () =>
      withClient(async (client) => {
        await client.query(
          'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
        );
      }),
    columns: (table) =>
      withClient(async (client) => {
        const { rows } = await client.query(
          `SELECT attname FROM pg_attribute
           WHERE attrelid = 'public.${table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        );
        return rows.map(({ attname }) => String(attname));
      }),
  };
};

const sessionOf = (client: pg.Client): Session => ({
  run: async (statement) => {
    await client.query(statement);
  },
  rows: async (query) => {
    const { rows } = await client.query({ text: query, rowMode: 'array' });
    return toTextRows(rows);
  },
  load: async (table, lines) => {
    const stream = client.query(copyFrom(`COPY ${table} FROM STDIN`));
    await pipeline(Readable.from([Buffer.from(lines.map(toLine).join(''))]), stream);
  },
});
