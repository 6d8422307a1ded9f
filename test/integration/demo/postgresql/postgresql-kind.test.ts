import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import type { TablePair } from '../../../../demo/comparison.ts';
import type { DemoDatabase } from '../../../../demo/demo-database.ts';
import { demoTables } from '../../../../demo/flight-tables.ts';
import { latencyFigures, startLatencyProbe } from '../../../../demo/latency-probe.ts';
import { connect, demoConnection } from '../../../../demo/postgresql/connection.ts';
import { loadFlightTables } from '../../../../demo/postgresql/flight-tables.ts';
import { sourceChanges, truncateQueue } from '../../../../demo/postgresql/source-changes.ts';
import { seededRandom } from '../../../../demo/seeded-random.ts';
import { compareTables } from '../../../../demo/table-comparison.ts';
import { startWorkload } from '../../../../demo/workload.ts';
import { type PostgresServer, startPostgres } from '../../../../local/postgres.ts';
import { writeSmallDataSet } from '../small-data-set.ts';

let server: PostgresServer;
let source: DemoDatabase;
let client: Client;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  server = await startPostgres({ database: 'small_flights' });
  source = {
    kind: 'postgresql',
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: 'small_flights',
  };
  client = await connect(source, 'test');
  await loadFlightTables(client, writeSmallDataSet(folder), () => undefined);
}, 120_000);

afterAll(async () => {
  await client?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pairs: readonly TablePair[] = demoTables.map((table) => ({ source: table, target: `copy_${table}` }));

const copyTables = async (): Promise<void> => {
  for (const pair of pairs) {
    await client.query(`DROP TABLE IF EXISTS ${pair.target}`);
    await client.query(`CREATE TABLE ${pair.target} AS SELECT * FROM ${pair.source}`);
  }
};

const withSecondConnection = async <T>(use: (second: Client) => Promise<T>): Promise<T> => {
  const second = await connect(source, 'test');
  try {
    return await use(second);
  } finally {
    await second.end();
  }
};

describe('the data set', () => {
  test('"NA" is loaded as NULL', async () => {
    const found = await client.query(
      'SELECT count(*)::int AS all_rows, count(arr_time)::int AS arrivals FROM flights',
    );
    expect(found.rows).toEqual([{ all_rows: 20_000, arrivals: 0 }]);
  });
});

describe('each change of the source', () => {
  test.each(sourceChanges)('$name changes rows', async (change) => {
    const random = seededRandom(1);
    const attempts = [];
    // A sample of pages can be empty, so a change gets several attempts.
    for (let attempt = 0; attempt < 40; attempt += 1) {
      await client.query('BEGIN');
      attempts.push(await change.run(demoConnection(client), random));
      await client.query('ROLLBACK');
    }
    const most = Math.max(...attempts);
    if (change.name === 'roll back' || change.name === 'close an airline') expect(most).toBe(0);
    else expect(most).toBeGreaterThan(0);
  });

  test('a report is revised and re-keyed without its body being written', async () => {
    const bodies = (): Promise<unknown> =>
      client.query('SELECT md5(string_agg(body, $1 ORDER BY body)) AS hash FROM flight_reports', ['|']);
    const before = await bodies();
    for (const change of sourceChanges.filter((one) => one.name.endsWith('without its large value'))) {
      expect(await change.run(demoConnection(client), seededRandom(5))).toBe(1);
    }
    const after = await bodies();
    expect(after).toMatchObject({ rows: (before as { rows: unknown[] }).rows });
  });
});

describe('the workload', () => {
  test('changes the source at about the wanted rate, truncates, and stops', async () => {
    const workload = await startWorkload({ source, seed: 42, changesPerSecond: 400, connections: 3 });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const totals = await workload.stop();
    expect(totals.byName.get(truncateQueue.name)).toBeGreaterThanOrEqual(1);
    expect(totals.changes).toBeGreaterThan(400);
    // 5 s at 400 a second, and one transaction of up to 25 rows for each connection beyond that.
    expect(totals.changes).toBeLessThan(2_000 + 3 * 50);
  }, 20_000);

  test('a broken source is told to anyone who watches', async () => {
    const workload = await startWorkload({ source, seed: 1, changesPerSecond: 100, connections: 2 });
    const told = once(workload.broken, 'abort');
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace-demo-workload'`,
    );
    // Stopped before its next change, it would not notice.
    await told;
    await expect(workload.stop()).rejects.toThrow();
  }, 20_000);
});

describe('the comparison', () => {
  test('equal tables are equal', async () => {
    await copyTables();
    const compared = await withSecondConnection((second) => compareTables(client, second, pairs));
    expect(compared.filter((table) => !table.equal)).toEqual([]);
    expect(compared.map((table) => table.table)).toEqual(demoTables);
  });

  test.each([
    [
      'one changed value',
      `UPDATE copy_flights SET air_time = 226 WHERE flight = 77`,
      '1 with other values: (2013,6,22,UA,77,EWR)',
    ],
    [
      'a NULL that became zero',
      `UPDATE copy_flights SET arr_time = 0 WHERE flight = 78`,
      '1 with other values: (2013,7,23,UA,78,EWR)',
    ],
    [
      'one missing row',
      `DELETE FROM copy_flights WHERE flight = 79`,
      '1 missing at the target: (2013,8,24,UA,79,EWR)',
    ],
    ['one row too many', `INSERT INTO copy_flights SELECT * FROM flights WHERE flight = 80`, undefined],
    [
      'one row swapped for another',
      `UPDATE copy_flights SET flight = 900000 WHERE flight = 81`,
      '1 missing at the target: (2013,10,26,UA,81,EWR)',
    ],
    ['a missing column', `ALTER TABLE copy_flights DROP COLUMN minute`, 'column minute is missing'],
    ['a missing table', `DROP TABLE copy_flights`, 'no table copy_flights at the target'],
  ])('%s is found', async (_case, spoil, difference) => {
    await copyTables();
    await client.query(spoil);
    const compared = await withSecondConnection((second) => compareTables(client, second, pairs));
    const unequal = compared.filter((table) => !table.equal);
    expect(unequal.map((table) => table.table)).toEqual(['flights']);
    if (difference !== undefined) expect(unequal[0]?.differences).toContain(difference);
  });
});

describe('the latency probe', () => {
  test('sees each row that becomes visible, and counts the others as lost', async () => {
    await client.query(
      'DROP TABLE IF EXISTS copy_latency_probe; CREATE TABLE copy_latency_probe (LIKE latency_probe)',
    );
    // A trigger stands in for replication: it shows every row but the one with the id 7, at once.
    await client.query(`
      CREATE FUNCTION forward() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.id <> 7 THEN INSERT INTO copy_latency_probe SELECT NEW.*; END IF; RETURN NULL; END $$;
      CREATE TRIGGER forward AFTER INSERT ON latency_probe FOR EACH ROW EXECUTE FUNCTION forward()`);
    const probe = await startLatencyProbe({
      source,
      target: source,
      sourceTable: 'latency_probe',
      targetTable: 'copy_latency_probe',
      rowsPerSecond: 50,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const measured = await probe.stop(1_000);
    expect(measured.written).toBeGreaterThan(10);
    expect(measured.lost).toBe(1);
    expect(measured.samplesMs).toHaveLength(measured.written - 1);
    expect(latencyFigures(measured.samplesMs).p50).toBeLessThan(500);
    expect(measured.pollEveryMs).toBeGreaterThan(4);
  }, 20_000);
});
