import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DemoConnection, DemoDatabase } from '../../../../demo/demo-database.ts';
import { mariadbKind } from '../../../../demo/mariadb/mariadb-kind.ts';
import { sourceChanges, truncateQueue } from '../../../../demo/mariadb/source-changes.ts';
import { sourceChanges as changesOfPostgresql } from '../../../../demo/postgresql/source-changes.ts';
import { seededRandom } from '../../../../demo/seeded-random.ts';
import { startWorkload } from '../../../../demo/workload.ts';
import { type MariadbServer, startMariadb } from '../../../../local/mariadb.ts';
import { writeSmallDataSet } from '../small-data-set.ts';

/** The first start on a slow line downloads the server. */
const startTimeoutMs = 600_000;

let server: MariadbServer;
let source: DemoDatabase;
let connection: DemoConnection;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  server = await startMariadb();
  source = await mariadbKind.createDatabase(server, 'small_flights');
  await mariadbKind.loadFlightTables(source, writeSmallDataSet(folder), () => undefined);
  connection = await mariadbKind.connect(source, 'test');
}, startTimeoutMs);

afterAll(async () => {
  await connection?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the data set', () => {
  test('"NA" is loaded as NULL, and every row is there', async () => {
    const [found] = await connection.read(
      'SELECT count(*) AS all_rows, count(arr_time) AS arrivals, min(time_hour) AS first FROM flights',
    );
    expect(found).toEqual({ all_rows: '20000', arrivals: '0', first: '2013-01-01 10:00:00' });
    const [weather] = await connection.read('SELECT count(*) AS all_rows FROM weather');
    expect(weather).toEqual({ all_rows: '2000' });
  });

  test('a database of a name that is taken gets another name', async () => {
    const second = await mariadbKind.createDatabase(server, 'small_flights');
    expect([source.database, second.database]).toEqual(['small_flights', 'small_flights_2']);
  });
});

describe('each change of the source', () => {
  test('is one of the changes that the PostgreSQL demo makes, as often', () => {
    const weights = (changes: typeof sourceChanges): unknown =>
      changes.map(({ name, weight }) => [name, weight]);
    expect(weights(sourceChanges)).toEqual(weights(changesOfPostgresql));
  });

  test.each(sourceChanges)('$name changes rows', async (change) => {
    const random = seededRandom(1);
    const attempts = [];
    // What it looks for may not be there, so a change gets several attempts.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await connection.change('BEGIN');
      attempts.push(await change.run(connection, random));
      await connection.change('ROLLBACK');
    }
    const most = Math.max(...attempts);
    if (change.name === 'roll back' || change.name === 'close an airline') expect(most).toBe(0);
    else expect(most).toBeGreaterThan(0);
  });

  test('the queue is empty after a TRUNCATE', async () => {
    expect(await truncateQueue.run(connection, seededRandom(1))).toBe(1);
    expect(await connection.read('SELECT id FROM boarding_queue')).toEqual([]);
  });
});

describe('the workload', () => {
  test('changes the source at about the wanted rate, truncates, and stops', async () => {
    const workload = await startWorkload({ source, seed: 42, changesPerSecond: 400, connections: 3 });
    await sleep(5_000);
    const totals = await workload.stop();
    expect(totals.byName.get(truncateQueue.name)).toBeGreaterThanOrEqual(1);
    expect(totals.changes).toBeGreaterThan(400);
    // 5 s at 400 a second, and one transaction of up to 25 rows for each connection beyond that.
    expect(totals.changes).toBeLessThan(2_000 + 3 * 50);
    expect(totals.refused).toBeLessThan(totals.transactions / 10);
  }, 20_000);

  test('a broken source is told to anyone who watches', async () => {
    const workload = await startWorkload({ source, seed: 1, changesPerSecond: 100, connections: 2 });
    const told = once(workload.broken, 'abort');
    const others = await connection.read<{ id: number }>(
      'SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
    );
    for (const { id } of others) await connection.change(`KILL ${id}`);
    // Stopped before its next change, it would not notice.
    await told;
    await expect(workload.stop()).rejects.toThrow();
  }, 20_000);
});

describe('the watch of the capture', () => {
  test('is over once the row that was written last is at the target', async () => {
    await connection.change('CREATE TABLE copied_probe LIKE latency_probe');
    const probeTables = { source: 'latency_probe', target: 'copied_probe' };
    const isCaptured = await mariadbKind.watchCapture({
      source: connection,
      target: connection,
      probeTables,
    });
    expect(await isCaptured()).toBe(false);
    await connection.change('INSERT INTO copied_probe SELECT * FROM latency_probe');
    expect(await isCaptured()).toBe(true);
  });
});
