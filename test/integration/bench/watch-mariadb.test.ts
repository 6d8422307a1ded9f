import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { watchMariadbCopyRate } from '../../../bench/watch-mariadb.ts';
import type { DemoConnection } from '../../../demo/demo-database.ts';
import { mariadbKind } from '../../../demo/mariadb/mariadb-kind.ts';
import { type MariadbServer, startMariadb } from '../../../local/mariadb.ts';

/** The first start on a slow line downloads the server. */
const startTimeoutMs = 600_000;

let server: MariadbServer;
let writer: DemoConnection;
let watcher: DemoConnection;

beforeAll(async () => {
  server = await startMariadb();
  const database = await mariadbKind.createDatabase(server, 'watched');
  writer = await mariadbKind.connect(database, 'test');
  watcher = await mariadbKind.connect(database, 'test');
}, startTimeoutMs);

afterAll(async () => {
  await Promise.all([writer?.end(), watcher?.end()]);
  await server?.stop();
});

beforeEach(() => writer.change('CREATE OR REPLACE TABLE copied (id int PRIMARY KEY, slept int)'));

/** Each row takes 50 ms to be inserted. */
const insertRows = (from: number, count: number): Promise<number> =>
  writer.change(
    `INSERT INTO copied VALUES ${Array.from({ length: count }, (_, index) => `(${from + index}, sleep(0.05))`).join(', ')}`,
  );

test('the time runs from the first statement that writes until the last commit', async () => {
  const watching = watchMariadbCopyRate(watcher, 'copied', 20, AbortSignal.timeout(60_000));
  // Anyone who copies may take its time before it writes.
  await sleep(1_000);
  const beganAt = performance.now();
  await writer.change('BEGIN');
  await insertRows(0, 10);
  await insertRows(10, 10);
  await sleep(500);
  await writer.change('COMMIT');
  const seconds = (performance.now() - beganAt) / 1_000;
  const measured = 20 / (await watching);
  // A COMMIT that is too short to be seen ends at the next count, and a busy machine takes its time for a poll.
  expect(Math.abs(measured - seconds)).toBeLessThan(0.5);
}, 60_000);

test('a pause between two transactions is not the end', async () => {
  const watching = watchMariadbCopyRate(watcher, 'copied', 20, AbortSignal.timeout(60_000));
  const beganAt = performance.now();
  await insertRows(0, 10);
  await sleep(1_000);
  await insertRows(10, 10);
  const seconds = (performance.now() - beganAt) / 1_000;
  expect(Math.abs(20 / (await watching) - seconds)).toBeLessThan(0.5);
}, 60_000);
