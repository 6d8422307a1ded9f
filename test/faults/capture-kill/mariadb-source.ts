import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { mariadbSourceSettings, startMariadb } from '../../../local/mariadb.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { type CaptureSource, filler, type Load } from './capture-source.ts';

const database = 'soak';

export const startMariadbSource = async (): Promise<CaptureSource> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  const start = (port?: number) =>
    startMariadb({
      ...{ database, dataDir: join(folder, 'data') },
      config: { ...mariadbSourceSettings, local_infile: 'ON' },
      ...(port !== undefined && { port }),
    });
  let server = await start();
  const { host, port, user, password } = server;

  const withSession: WithSession = async (use) => {
    const connection = await mysql.createConnection({
      ...{ host, port, user, password, database },
      multipleStatements: true,
    });
    // A server that is killed ends its sessions; the statement under way fails as well.
    connection.on('error', () => undefined);
    try {
      return await use(connection);
    } finally {
      await connection.end().catch(() => undefined);
    }
  };

  await withSession((connection) =>
    connection.query(
      'CREATE TABLE ledger (id bigint PRIMARY KEY, version bigint NOT NULL, filler text) ENGINE = InnoDB;' +
        'CREATE TABLE audit (id int) ENGINE = MyISAM',
    ),
  );

  return {
    name: 'MariaDB',
    settings: {
      ...{ kind: 'mariadb', host, port, databaseName: database, username: user, password },
      network: localNetwork,
      tlsMode: 'disable',
    },
    table: { schema: database, table: 'ledger' },
    loads: loadsThrough(withSession),
    endCaptureSessions: () =>
      withSession(async (connection) => {
        const [sessions] = await connection.query<RowDataPacket[]>(
          `SELECT id FROM information_schema.processlist WHERE command = 'Binlog Dump'`,
        );
        for (const { id } of sessions) await connection.query(`KILL ${Number(id)}`);
        return sessions.length;
      }),
    crash: async () => {
      await server.kill();
      server = await start(port);
    },
    writeLast: (id) =>
      withSession(async (connection) => {
        await connection.query('INSERT INTO ledger VALUES (?, 0, NULL)', [id]);
      }),
    readRows: () =>
      withSession(async (connection) => {
        const [rows] = await connection.query<RowDataPacket[]>('SELECT id, version FROM ledger');
        return new Map(rows.map(({ id, version }) => [Number(id), Number(version)]));
      }),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type WithSession = <T>(use: (connection: mysql.Connection) => Promise<T>) => Promise<T>;

const rowsOf = (firstId: number, count: number): readonly (readonly [number, number, string])[] =>
  Array.from({ length: count }, (_, row) => [firstId + row, 1, filler]);

const insertRows = (connection: mysql.Connection, firstId: number, count: number): Promise<unknown> =>
  connection.query('INSERT INTO ledger VALUES ?', [rowsOf(firstId, count)]);

const loadsThrough = (withSession: WithSession): readonly Load[] => {
  const load = (
    name: string,
    events: number,
    run: (connection: mysql.Connection, firstId: number) => Promise<void>,
  ): Load => ({
    name,
    events,
    run: (firstId) => withSession((connection) => run(connection, firstId)),
  });
  return [
    load('LOAD DATA', 40_000, async (connection, firstId) => {
      const lines = rowsOf(firstId, 40_000).map((row) => `${row.join('\t')}\n`);
      await connection.query({
        sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ledger`,
        infileStreamFactory: () => Readable.from([Buffer.from(lines.join(''))]),
      });
    }),
    load('statement of many rows', 10_000, async (connection, firstId) => {
      await insertRows(connection, firstId, 10_000);
    }),
    load('big transaction among small ones', 4_000, async (connection, firstId) => {
      await connection.query('BEGIN');
      for (let id = firstId; id < firstId + 1_000; id += 100) {
        await insertRows(connection, id, 100);
        await connection.query('UPDATE ledger SET version = version + 1 WHERE id BETWEEN ? AND ?', [
          id,
          id + 49,
        ]);
        // It commits before the one that began earlier.
        await withSession((other) => insertRows(other, id + 1_000_000, 100));
      }
      await connection.query('COMMIT');
      await connection.query('UPDATE ledger SET version = version + 1 WHERE id >= ?', [firstId]);
      await connection.query('DELETE FROM ledger WHERE id BETWEEN ? AND ?', [firstId, firstId + 99]);
    }),
    load('rolled back', 0, async (connection, firstId) => {
      await connection.query('BEGIN');
      await insertRows(connection, firstId, 1_000);
      await connection.query('ROLLBACK');
    }),
    load('rolled back, though it is logged', 8_000, async (connection, firstId) => {
      await connection.query('BEGIN; CREATE TEMPORARY TABLE scratch (id int)');
      await insertRows(connection, firstId, 4_000);
      await connection.query('ROLLBACK; DROP TEMPORARY TABLE scratch; BEGIN');
      await insertRows(connection, firstId + 10_000, 4_000);
      await connection.query('SAVEPOINT half');
      await insertRows(connection, firstId + 20_000, 4_000);
      await connection.query('INSERT INTO audit VALUES (1); ROLLBACK TO half');
      await insertRows(connection, firstId + 30_000, 4_000);
      await connection.query('COMMIT');
    }),
    load('idle', 0, () => sleep(1_500)),
  ];
};
