import { cpSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { toTextRows } from '#test/kit/text-rows.ts';
import type { StackState } from '../../../local/stack-state.ts';
import { type DatabaseEnd, type EndOptions, type Session, toLine } from './database-end.ts';

export const openMariadbEnd = async (
  server: StackState['source'],
  { database, disks }: EndOptions,
): Promise<DatabaseEnd> => {
  const { host, port, user } = server;
  const username = `${database}_role`;
  const password = 'first';
  const withConnection = async <T>(
    use: (connection: Connection) => Promise<T>,
    name: string | undefined = database,
  ): Promise<T> => {
    const connection = await createConnection({
      ...{ host, port, user, password: server.password, multipleStatements: true, connectTimeout: 10_000 },
      ...{ supportBigNumbers: true, bigNumberStrings: true },
      ...(name !== undefined && { database: name }),
    });
    // A server that is killed ends its sessions; the statement under way fails as well.
    connection.on('error', () => undefined);
    try {
      return await use(connection);
    } finally {
      connection.destroy();
    }
  };
  const maintenance = await createConnection({
    ...{ host, port, user, password: server.password, multipleStatements: true },
  });
  await maintenance.query(
    `CREATE DATABASE ${database}; CREATE USER ${username}@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO ${username}@'%'`,
  );
  const [[place]] = await maintenance.query<RowDataPacket[]>('SELECT @@datadir AS folder');
  await maintenance.end();
  const dataFolder = String(place?.folder);
  const disk = disks?.mount(dataFolder);
  if (disk !== undefined) {
    // It follows a link in place of a database's folder.
    const folder = path.join(dataFolder, database);
    cpSync(folder, disk.folder, { recursive: true, preserveTimestamps: true });
    rmSync(folder, { recursive: true });
    symlinkSync(disk.folder, folder);
  }

  const endThem = (condition: string): Promise<number> =>
    withConnection(async (connection) => {
      const [sessions] = await connection.query<RowDataPacket[]>(
        `SELECT id AS id FROM information_schema.processlist WHERE user = '${username}' AND ${condition}`,
      );
      for (const { id } of sessions) await connection.query(`KILL ${Number(id)}`).catch(() => undefined); // It has ended by itself.
      return sessions.length;
    });

  return {
    ...{ kind: 'mariadb', part: 'mariadb', host, port, database, schema: database, username, password, disk },
    session: (use) => withConnection((connection) => use(sessionOf(connection))),
    changePassword: async (changed) => {
      await withConnection((connection) =>
        connection.query(`ALTER USER ${username}@'%' IDENTIFIED BY '${changed}'`),
      );
      await endThem('true');
    },
    endSessions: (which) => endThem(`command ${which === 'log' ? '' : 'NOT '}LIKE 'Binlog Dump%'`),
    removeLog: () =>
      withConnection(async (connection) => {
        await connection.query('FLUSH BINARY LOGS');
        const [logs] = await connection.query<RowDataPacket[]>('SHOW BINARY LOGS');
        const last = String(logs.at(-1)?.Log_name);
        await connection.query(`PURGE BINARY LOGS TO '${last}'`);
      }),
    columns: (table) =>
      withConnection(async (connection) => {
        const [rows] = await connection.query<RowDataPacket[]>(
          `SELECT column_name AS name FROM information_schema.columns
           WHERE table_schema = '${database}' AND table_name = '${table}' ORDER BY ordinal_position`,
        );
        return rows.map(({ name }) => String(name));
      }),
  };
};

const sessionOf = (connection: Connection): Session => ({
  run: async (statement) => {
    await connection.query(statement);
  },
  rows: async (query) => {
    const [rows] = await connection.query({ sql: query, rowsAsArray: true });
    return toTextRows(rows as unknown as unknown[][]);
  },
  load: async (table, lines) => {
    await connection.query({
      sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table}`,
      infileStreamFactory: () => Readable.from([Buffer.from(lines.map(toLine).join(''))]),
    });
  },
});
