import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import type { ChangeEvent } from '#core/contracts/change-event.ts';
import { harmOfStatement } from '#core/databases/mysql/source/statement-harm.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { type MysqlServer, startServer } from './mysql-servers.ts';

jest.setTimeout(180_000);

const tool = 'pt-online-schema-change';
const isThere = spawnSync(tool, ['--version']).status === 0;

let services: CaptureServices;
let server: MysqlServer;

beforeAll(async () => {
  if (!isThere) return;
  services = await startCaptureServices();
  server = await startServer('mariadb');
}, 300_000);

afterAll(async () => {
  await services?.stop();
  await server?.stop();
}, 60_000);

const eventId = (event: ChangeEvent): unknown =>
  event.kind === 'insert' || event.kind === 'update' ? event.after.id : undefined;

(isThere ? test : test.skip)(
  `${tool} under writes: its swap stands in the topic between the rows from before and after (apt-get install percona-toolkit)`,
  async () => {
    const { databaseName, host, port, username: user, password } = server.settings;
    const orders = { schema: databaseName, table: 'orders' };
    const others = { schema: databaseName, table: 'others' };
    await server.sql.query(`CREATE TABLE orders (id int PRIMARY KEY, v varchar(20)); CREATE TABLE others (id int PRIMARY KEY);
      INSERT INTO orders SELECT seq, CONCAT('v', seq) FROM seq_1_to_20000`);
    await services.start('osc', server, [orders, others], 9);
    const writer = await mysql.createConnection({ host, port, user, password, database: databaseName });
    let isOver = false;
    let written = 20_000;
    const writing = (async () => {
      while (!isOver) {
        written += 1;
        await writer.query('INSERT INTO orders (id, v) VALUES (?, ?)', [written, 'w']);
        await writer.query('UPDATE orders SET v = ? WHERE id = ?', [`u${written}`, 1 + (written % 20_000)]);
      }
    })();
    const { stdout } = await promisify(execFile)(tool, [
      ...[
        '--alter',
        'ADD COLUMN extra int DEFAULT 7',
        '--execute',
        '--recursion-method=none',
        '--chunk-size=500',
      ],
      `h=${host},P=${port},u=${user},p=${password},D=${databaseName},t=orders`,
    ]);
    expect(stdout).toContain('Successfully altered');
    isOver = true;
    await writing;
    await server.sql.query(
      "INSERT INTO orders (id, v) VALUES (900000, 'end'); INSERT INTO others VALUES (1)",
    );
    await services.readChanges('osc', others, 1);
    const events = await services.readEvents('osc', orders, (event) => eventId(event) === 900_000);
    const swap = events.findIndex(
      (event) => event.kind === 'statement' && /RENAME TABLE/i.test(event.statement),
    );
    const statement = events[swap];
    expect(statement?.kind === 'statement' && harmOfStatement(statement.statement, {})).toMatch(/renamed/);
    expect(swap).toBeGreaterThan(10);
    const rows = (part: readonly ChangeEvent[]) =>
      part.flatMap((event) => (event.kind === 'insert' || event.kind === 'update' ? [event.after] : []));
    expect(rows(events.slice(0, swap)).every((row) => !('extra' in row))).toBe(true);
    expect(rows(events.slice(swap)).every((row) => row.extra === 7)).toBe(true);
    await writer.end();
  },
);
