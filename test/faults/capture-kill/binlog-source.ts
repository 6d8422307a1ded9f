import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { MysqlKind } from '#core/databases/mysql/flavors.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { type CaptureSource, filler, type Load } from './capture-source.ts';

export const database = 'soak';

const mixedLoad = 'rolled back, though it is logged';

/** A server that can be killed and started again with its data and on its port. */
export interface BinlogServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface BinlogServerOptions {
  readonly name: string;
  readonly kind: MysqlKind;
  /** `port` is that of the server before, which was killed. */
  readonly start: (port?: number) => Promise<BinlogServer>;
  /** Whether it takes writes to MyISAM in the middle of a transaction. MySQL with GTIDs does not. */
  readonly mixesEngines: boolean;
  /** Called after the last server has stopped. */
  readonly removeData: () => Promise<void>;
}

/** A source of MySQL's or MariaDB's kind with one table. */
export const openBinlogSource = async ({
  name,
  kind,
  start,
  mixesEngines,
  removeData,
}: BinlogServerOptions): Promise<CaptureSource> => {
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
    name,
    settings: {
      ...{ kind, host, port, databaseName: database, username: user, password },
      network: localNetwork,
      tlsMode: 'disable',
    },
    table: { schema: database, table: 'ledger' },
    loads: loadsThrough(withSession).filter((load) => mixesEngines || load.name !== mixedLoad),
    endCaptureSessions: () =>
      withSession(async (connection) => {
        const [sessions] = await connection.query<RowDataPacket[]>(
          `SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'`,
        );
        for (const session of sessions) await connection.query(`KILL ${Number(session.id ?? session.ID)}`);
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
      await removeData();
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
    load(mixedLoad, 8_000, async (connection, firstId) => {
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
