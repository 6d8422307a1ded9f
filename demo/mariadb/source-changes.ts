import type { DemoConnection, SourceChange } from '../demo-database.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { reportBody, reportDetails } from './flight-tables.ts';

/** A row of a query: values as text, numbers or NULL, all of which can be written back. */
type Row = Readonly<Record<string, string | number | null>>;

const flightKey = ['year', 'month', 'day', 'carrier', 'flight', 'origin'] as const;

/**
 * Neighbouring rows from a random place on, locked, and none that another connection works on: workers never wait for each
 * other in a circle. When nothing comes after that place, the first rows are taken.
 */
const lockRows = async (
  connection: DemoConnection,
  { table, columns, order }: { readonly table: string; readonly columns: string; readonly order: string },
  from: { readonly condition: string; readonly values: readonly unknown[] },
  limit: number,
): Promise<readonly Row[]> => {
  const select = (condition: string): string =>
    `SELECT ${columns} FROM ${table} WHERE ${condition} ORDER BY ${order} LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  const found = await connection.read<Row>(select(from.condition), from.values);
  return found.length > 0 ? found : connection.read<Row>(select('true'));
};

const lockFlights = (
  connection: DemoConnection,
  random: SeededRandom,
  limit: number,
  columns: string = flightKey.join(', '),
): Promise<readonly Row[]> =>
  lockRows(
    connection,
    { table: 'flights', columns, order: flightKey.join(', ') },
    {
      condition: 'year = ? AND month = ? AND day >= ? AND carrier >= ?',
      values: [
        random.integer(1, 20) === 1 ? 2014 : 2013,
        random.integer(1, 12),
        random.integer(1, 28),
        random.pick(['AA', 'B6', 'DL', 'EV', 'UA', 'WN']),
      ],
    },
    limit,
  );

/** A condition that is true of the rows with these keys, each found by the index. Needs a row at least. */
const among = (
  key: readonly string[],
  rows: readonly Row[],
): { readonly condition: string; readonly values: readonly unknown[] } => ({
  condition: rows.map(() => `(${key.map((column) => `${column} = ?`).join(' AND ')})`).join(' OR '),
  values: rows.flatMap((row) => key.map((column) => row[column])),
});

/** Runs a statement for the rows with these keys. `statement` gets the condition. */
const changeRows = async (
  connection: DemoConnection,
  key: readonly string[],
  rows: readonly Row[],
  statement: (condition: string) => string,
  values: readonly unknown[] = [],
): Promise<number> => {
  if (rows.length === 0) return 0;
  const chosen = among(key, rows);
  return connection.change(statement(chosen.condition), [...values, ...chosen.values]);
};

/** The year 2014 is not in the data set, so that new flights rarely meet old ones. */
const insertFlights = (connection: DemoConnection, random: SeededRandom, count: number): Promise<number> => {
  const [month, day, hour] = [random.integer(1, 12), random.integer(1, 28), random.integer(5, 22)];
  const carrier = random.pick(['AA', 'B6', 'DL', 'UA', 'WN']);
  const origin = random.pick(['EWR', 'JFK', 'LGA']);
  const dest = random.pick(['ATL', 'BOS', 'ORD', 'SJU']);
  const first = random.integer(1, 9_000);
  // New York's winter time; a flight of the demo may be an hour off in summer.
  const timeHour = new Date(Date.UTC(2014, month - 1, day, hour + 5));
  const rows = Array.from({ length: count }, (_, index) => [
    ...[2014, month, day, carrier, first + index, origin],
    ...[100 * hour + 30, 2359, dest, 733, hour, 30, timeHour],
    ...[index === 3 ? null : `N${index}`, index === 5 ? null : index],
  ]);
  return connection.change(
    `INSERT IGNORE INTO flights (${flightKey.join(', ')}, sched_dep_time, sched_arr_time, dest, distance, hour, minute,
       time_hour, tailnum, air_time)
     VALUES ${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
    rows.flat(),
  );
};

const lockReport = (connection: DemoConnection, random: SeededRandom): Promise<readonly Row[]> =>
  lockRows(
    connection,
    { table: 'flight_reports', columns: 'id', order: 'id' },
    { condition: 'id >= ?', values: [random.integer(1, 800)] },
    1,
  );

const lockWeather = (
  connection: DemoConnection,
  random: SeededRandom,
  limit: number,
): Promise<readonly Row[]> =>
  lockRows(
    connection,
    { table: 'weather', columns: 'origin, time_hour', order: 'origin, time_hour' },
    {
      condition: 'origin = ? AND time_hour >= ?',
      values: [
        random.pick(['EWR', 'JFK', 'LGA']),
        new Date(Date.UTC(2013, random.integer(0, 11), random.integer(1, 28), random.integer(0, 23))),
      ],
    },
    limit,
  );

const lockPlanes = (
  connection: DemoConnection,
  random: SeededRandom,
  limit: number,
): Promise<readonly Row[]> =>
  lockRows(
    connection,
    { table: 'planes', columns: 'tailnum', order: 'tailnum' },
    { condition: 'tailnum >= ?', values: [`N${random.integer(100, 999)}`] },
    limit,
  );

const flightChanges: readonly SourceChange[] = [
  {
    name: 'insert flights',
    weight: 16,
    run: (connection, random) => insertFlights(connection, random, random.integer(1, 20)),
  },
  {
    name: 'update flights',
    weight: 26,
    run: async (connection, random) =>
      changeRows(
        connection,
        flightKey,
        await lockFlights(connection, random, random.integer(1, 20)),
        (chosen) =>
          `UPDATE flights SET dep_delay = nullif(?, 0), arr_delay = coalesce(arr_delay, 0) % 1000 + ?,
                  tailnum = CASE WHEN ? = 1 THEN NULL ELSE coalesce(tailnum, 'N00000') END
           WHERE ${chosen}`,
        [random.integer(-20, 300), random.integer(-20, 20), random.integer(1, 5)],
      ),
  },
  {
    name: 'delete flights',
    weight: 8,
    run: async (connection, random) =>
      changeRows(
        connection,
        flightKey,
        await lockFlights(connection, random, random.integer(1, 8)),
        (chosen) => `DELETE FROM flights WHERE ${chosen}`,
      ),
  },
  {
    name: 'change keys of flights',
    weight: 8,
    run: async (connection, random) =>
      changeRows(
        connection,
        flightKey,
        await lockFlights(connection, random, random.integer(1, 5)),
        (chosen) => `UPDATE flights SET flight = ? + flight % 1000 WHERE ${chosen}`,
        [1_000 * random.integer(10, 2_000_000)],
      ),
  },
  {
    name: 'delete and insert the same flights',
    weight: 4,
    run: async (connection, random) => {
      const rows = await lockFlights(connection, random, 3, '*');
      const deleted = await changeRows(
        connection,
        flightKey,
        rows,
        (chosen) => `DELETE FROM flights WHERE ${chosen}`,
      );
      let inserted = 0;
      for (const row of rows) {
        const columns = Object.keys(row);
        inserted += await connection.change(
          `INSERT INTO flights (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
          Object.values(row),
        );
      }
      return deleted + inserted;
    },
  },
  {
    name: 'roll back',
    weight: 4,
    run: async (connection, random) => {
      await connection.change('SAVEPOINT unwanted');
      await insertFlights(connection, random, 50);
      await connection.change("DELETE FROM weather WHERE origin = 'EWR' AND hour = 3");
      await connection.change('ROLLBACK TO SAVEPOINT unwanted');
      return 0;
    },
  },
];

const referenceChanges: readonly SourceChange[] = [
  {
    name: 'update weather',
    weight: 6,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['origin', 'time_hour'],
        await lockWeather(connection, random, 10),
        (chosen) =>
          `UPDATE weather SET temp = nullif(?, 0), wind_gust = wind_speed * 1.15078e0, visib = ? WHERE ${chosen}`,
        [decimal(random.integer(-500, 10_000)), decimal(random.integer(0, 1_000))],
      ),
  },
  {
    name: 'change keys of weather',
    weight: 2,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['origin', 'time_hour'],
        await lockWeather(connection, random, 2),
        (chosen) => `UPDATE weather SET time_hour = time_hour + INTERVAL ? SECOND WHERE ${chosen}`,
        [random.integer(1, 3_000)],
      ),
  },
  {
    name: 'update planes',
    weight: 4,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['tailnum'],
        await lockPlanes(connection, random, 3),
        (chosen) => `UPDATE planes SET seats = ?, speed = nullif(?, 90) WHERE ${chosen}`,
        [random.integer(2, 450), random.integer(90, 500)],
      ),
  },
  {
    name: 'scrap planes',
    weight: 1,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['tailnum'],
        await lockPlanes(connection, random, 1),
        (chosen) => `DELETE FROM planes WHERE ${chosen}`,
      ),
  },
  {
    name: 'update airports',
    weight: 2,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['faa'],
        await lockRows(
          connection,
          { table: 'airports', columns: 'faa', order: 'faa' },
          {
            condition: 'faa >= ?',
            values: [random.pick(['A', 'B', 'D', 'F', 'H', 'K', 'M', 'P', 'S', 'W'])],
          },
          2,
        ),
        (chosen) =>
          `UPDATE airports SET alt = ?, lat = lat + ?, tzone = nullif(tzone, 'Asia/Chongqing') WHERE ${chosen}`,
        [random.integer(-54, 9_078), random.next() / 1_000],
      ),
  },
  {
    name: 'found or rename an airline',
    weight: 2,
    // The server counts a row that was there as two.
    run: async (connection, random) =>
      Math.min(
        1,
        await connection.change(
          `INSERT INTO airlines (carrier, name) VALUES (?, ?) ON DUPLICATE KEY UPDATE name = VALUES(name)`,
          [
            random.pick(['X1', 'X2', 'X3', 'X4']),
            `L'Été "Airways" \\ ${random.integer(1, 1_000)}\t🛫\n${random.next()}`,
          ],
        ),
      ),
  },
  {
    name: 'close an airline',
    weight: 1,
    run: (connection, random) =>
      connection.change('DELETE FROM airlines WHERE carrier = ?', [random.pick(['X1', 'X2', 'X3', 'X4'])]),
  },
];

const reportChanges: readonly SourceChange[] = [
  {
    name: 'file a report',
    weight: 3,
    run: (connection, random) =>
      connection.change(
        `INSERT INTO flight_reports (title, revision, details, body, reported_at) VALUES (?, 1, ?, ?, now(6))`,
        [
          `Report ${random.next()}`,
          reportDetails({
            by: random.pick(['crew', 'tower']),
            revised: false,
            severity: random.integer(0, 4),
          }),
          reportBody(`new:${random.next()}`),
        ],
      ),
  },
  {
    name: 'revise a report without its large value',
    weight: 8,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['id'],
        await lockReport(connection, random),
        (chosen) =>
          `UPDATE flight_reports SET revision = revision + 1,
                  details = json_set(details, '$.revised', json_compact('true')) WHERE ${chosen}`,
      ),
  },
  {
    name: 'rewrite a report',
    weight: 2,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['id'],
        await lockReport(connection, random),
        (chosen) => `UPDATE flight_reports SET body = ? WHERE ${chosen}`,
        [reportBody(`rewritten:${random.next()}`)],
      ),
  },
  {
    name: 'change the key of a report without its large value',
    weight: 3,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['id'],
        await lockReport(connection, random),
        (chosen) => `UPDATE flight_reports SET id = ?, revision = revision + 1 WHERE ${chosen}`,
        [random.integer(1_000_000, 2_000_000_000)],
      ),
  },
  {
    name: 'withdraw a report',
    weight: 2,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['id'],
        await lockReport(connection, random),
        (chosen) => `DELETE FROM flight_reports WHERE ${chosen}`,
      ),
  },
];

const queueChanges: readonly SourceChange[] = [
  {
    name: 'queue passengers',
    weight: 6,
    run: (connection, random) => {
      const name = random.pick(['Ada ', 'Čeněk ', '']);
      const rows = Array.from({ length: random.integer(1, 25) }, (_, index) => [
        `${name}${index + 1}`,
        index === 2 ? null : decimal(150 * (index + 1)),
        (index + 1) % 2 === 0,
      ]);
      return connection.change(
        `INSERT INTO boarding_queue (passenger, luggage_kg, boarded, joined_at)
         VALUES ${rows.map(() => '(?, ?, ?, utc_timestamp(6))').join(', ')}`,
        rows.flat(),
      );
    },
  },
  {
    name: 'board passengers',
    weight: 4,
    run: async (connection, random) =>
      changeRows(
        connection,
        ['id'],
        await lockRows(
          connection,
          { table: 'boarding_queue', columns: 'id', order: 'id' },
          { condition: 'true', values: [] },
          random.integer(1, 10),
        ),
        (chosen) => `DELETE FROM boarding_queue WHERE ${chosen}`,
      ),
  },
];

/** The same changes as PostgreSQL's, as often. */
export const sourceChanges: readonly SourceChange[] = [
  ...flightChanges,
  ...referenceChanges,
  ...reportChanges,
  ...queueChanges,
];

/** A decimal with two digits after the point, exactly. */
const decimal = (hundredths: number): string => (hundredths / 100).toFixed(2);

export const truncateQueue: SourceChange = {
  name: 'truncate the queue',
  weight: 0,
  run: async (connection) => {
    await connection.change('TRUNCATE TABLE boarding_queue');
    return 1;
  },
};
