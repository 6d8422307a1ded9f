import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { systemClock } from '#adapters/clock/system-clock.ts';
import type { ChangeEvent } from '#core/contracts/change-event.ts';
import { openOutageProxy } from '#test/kit/outage-proxy.ts';
import { type MariadbServer, mariadbSourceSettings, startMariadb } from '../../../local/mariadb.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import type { MysqlServer } from './mysql-servers.ts';

jest.setTimeout(240_000);

const database = 'shop';
const orders = { schema: database, table: 'orders' };
const others = { schema: database, table: 'others' };

let services: CaptureServices;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  services = await startCaptureServices();
  stops.push(() => services.stop());
}, 300_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
}, 60_000);

const openServer = async (serverId: number): Promise<{ server: MariadbServer; sql: mysql.Connection }> => {
  const server = await startMariadb({
    database,
    config: { ...mariadbSourceSettings, server_id: String(serverId), log_slave_updates: 'ON' },
  });
  stops.push(() => server.stop());
  const { host, port, user, password } = server;
  const sql = await mysql.createConnection({
    host,
    port,
    user,
    password,
    database,
    multipleStatements: true,
  });
  sql.on('error', () => undefined);
  stops.push(() => sql.end().catch(() => undefined));
  return { server, sql };
};

const readValue = async (sql: mysql.Connection, expression: string): Promise<string> => {
  const [rows] = await sql.query<mysql.RowDataPacket[]>(`SELECT ${expression} AS value`);
  return String(rows[0]?.value);
};

/** The replica has what the primary has from here on, with the primary's GTIDs and at other places of a log of its own. */
const follow = async (
  replica: mysql.Connection,
  primary: { readonly server: MariadbServer; readonly sql: mysql.Connection },
): Promise<void> => {
  const { host, port, user, password } = primary.server;
  await replica.query('RESET MASTER');
  await replica.query(`SET GLOBAL gtid_slave_pos = '${await readValue(primary.sql, '@@gtid_binlog_pos')}'`);
  await replica.query(`CHANGE MASTER TO MASTER_HOST = '${host}', MASTER_PORT = ${port}, MASTER_USER = '${user}',
    MASTER_PASSWORD = '${password}', MASTER_SSL = 0, MASTER_USE_GTID = slave_pos; START SLAVE`);
};

const rowOf = (event: ChangeEvent): Readonly<Record<string, unknown>> | undefined =>
  event.kind === 'insert' ? event.after : undefined;

test('MariaDB: after a fail-over a table whose statement could not be read is read from the new server, and goes on', async () => {
  const primary = await openServer(1);
  const replica = await openServer(2);
  await follow(replica.sql, primary);
  // A place in the log of the primary is far behind that of the replica.
  for (let file = 0; file < 6; file += 1) await primary.sql.query('FLUSH BINARY LOGS');
  await primary.sql.query(
    'CREATE TABLE orders (id int PRIMARY KEY, v varchar(9)); CREATE TABLE others (id int PRIMARY KEY)',
  );
  const way = { host: primary.server.host, port: primary.server.port };
  const proxy = await openOutageProxy(way);
  stops.push(() => proxy.close());
  const { user: username, password } = primary.server;
  const source: MysqlServer = {
    kind: 'mariadb',
    settings: {
      ...{ kind: 'mariadb', host: proxy.host, port: proxy.port, databaseName: database, username, password },
      ...{ network: localNetwork, tlsMode: 'disable' },
    },
    sql: primary.sql,
    stop: async () => undefined,
  };
  await services.start('fail_over', source, [orders, others], 1);
  await primary.sql.query(`INSERT INTO orders VALUES (1, 'a');
    ALTER TABLE orders ADD c int DEFAULT 7, ADD CONSTRAINT IF NOT EXISTS k CHECK (c > 0);
    INSERT INTO others VALUES (1)`);
  await services.readChanges('fail_over', others, 1);
  await primary.sql.query("INSERT INTO orders (id, v) VALUES (2, 'b')");
  const before = await services.readEvents('fail_over', orders, (event) => rowOf(event)?.id === 2);
  expect(before.at(-1)).toMatchObject({ after: { id: 2, v: 'b', c: 7 } });
  expect(before.some((event) => event.kind === 'statement' && /cannot read/.test(event.statement))).toBe(
    true,
  );

  const end = await readValue(primary.sql, '@@gtid_binlog_pos');
  expect(await readValue(replica.sql, `MASTER_GTID_WAIT('${end}', 60)`)).toBe('0');
  await proxy.refuse();
  await primary.server.kill();
  await replica.sql.query('STOP SLAVE; RESET SLAVE ALL');
  way.port = replica.server.port;
  await proxy.restore();

  // Rows go on being written while the connector finds its way, and the first of them may be told of by a statement.
  let written = 2;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      written += 1;
      await replica.sql.query("INSERT INTO orders (id, v, c) VALUES (?, 'new', ?)", [written, written]);
      await systemClock.sleep(500);
    }
  })();
  try {
    const events = await services.readEvents('fail_over', orders, (event) => Number(rowOf(event)?.id) > 2);
    const after = events.slice(before.length);
    expect(
      after.some(
        (event) => event.kind === 'statement' && /in the log of another server/.test(event.statement),
      ),
    ).toBe(true);
  } finally {
    isOver = true;
    await writing;
  }
  const all = await services.readEvents('fail_over', orders, (event) => rowOf(event)?.id === written);
  const rows = all.map((event) => rowOf(event) ?? {}).filter(({ id }) => Number(id) > 2);
  // Each has the column, and from the first one on none is missing.
  expect(rows.every(({ id, c }) => c === id)).toBe(true);
  const ids = rows.map(({ id }) => Number(id));
  expect(ids).toEqual(ids.map((_id, index) => (ids[0] ?? 0) + index));
  // What was read before is told of by a statement in its place.
  expect((ids[0] ?? 3) === 3 || all.filter(({ kind }) => kind === 'statement').length > 1).toBe(true);
});
