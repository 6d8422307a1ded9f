import type { SourceChange } from '../demo-database.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { reportBodySql } from './flight-tables.ts';

const flightKey = 'year, month, day, carrier, flight, origin';

/**
 * A handful of neighbouring rows at a random place, locked, and none that another connection works on: workers never
 * wait for each other in a circle. SYSTEM takes whole pages, so 0.1 % of the 4,800 pages of flights are about five.
 */
const someFlights = (random: SeededRandom, limit: number): string =>
  `SELECT ${flightKey} FROM flights TABLESAMPLE SYSTEM (0.1) REPEATABLE (${random.integer(1, 1_000_000)})
   LIMIT ${limit} FOR UPDATE SKIP LOCKED`;

/** The year 2014 is not in the data set, so that new flights rarely meet old ones. */
const newFlights = (
  random: SeededRandom,
  count: number,
): { readonly text: string; readonly values: readonly unknown[] } => ({
  text: `INSERT INTO flights (${flightKey}, sched_dep_time, sched_arr_time, dest, distance, hour, minute, time_hour, tailnum, air_time)
         SELECT 2014, $1::int, $2::int, $3, $4 + n, $5, 100 * $6::int + 30, 2359, $7, 733, $6, 30,
                make_timestamptz(2014, $1, $2, $6, 0, 0, 'America/New_York'), nullif('N' || n, 'N3'), nullif(n, 5)
         FROM generate_series(1, ${count}) AS n ON CONFLICT DO NOTHING`,
  values: [
    random.integer(1, 12),
    random.integer(1, 28),
    random.pick(['AA', 'B6', 'DL', 'UA', 'WN']),
    random.integer(1, 9_000),
    random.pick(['EWR', 'JFK', 'LGA']),
    random.integer(5, 22),
    random.pick(['ATL', 'BOS', 'ORD', 'SJU']),
  ],
});

const someReport = (random: SeededRandom): string =>
  `SELECT id FROM flight_reports TABLESAMPLE SYSTEM (10) REPEATABLE (${random.integer(1, 1_000_000)})
   LIMIT 1 FOR UPDATE SKIP LOCKED`;

const flightChanges: readonly SourceChange[] = [
  {
    name: 'insert flights',
    weight: 16,
    run: (connection, random) => {
      const { text, values } = newFlights(random, random.integer(1, 20));
      return connection.change(text, values);
    },
  },
  {
    name: 'update flights',
    weight: 26,
    run: (connection, random) =>
      connection.change(
        `UPDATE flights SET dep_delay = nullif($1::int, 0), arr_delay = coalesce(arr_delay, 0) % 1000 + $2::int,
                tailnum = CASE WHEN $3 THEN NULL ELSE coalesce(tailnum, 'N00000') END
         WHERE (${flightKey}) IN (${someFlights(random, random.integer(1, 20))})`,
        [random.integer(-20, 300), random.integer(-20, 20), random.integer(1, 5) === 1],
      ),
  },
  {
    name: 'delete flights',
    weight: 8,
    run: (connection, random) =>
      connection.change(
        `DELETE FROM flights WHERE (${flightKey}) IN (${someFlights(random, random.integer(1, 8))})`,
      ),
  },
  {
    name: 'change keys of flights',
    weight: 8,
    run: (connection, random) =>
      connection.change(
        `UPDATE flights SET flight = $1::int + flight % 1000 WHERE (${flightKey}) IN (${someFlights(random, random.integer(1, 5))})`,
        [1_000 * random.integer(10, 2_000_000)],
      ),
  },
  {
    name: 'delete and insert the same flights',
    weight: 4,
    // The INSERT reads what the DELETE returns, so each row is gone before it comes back.
    run: async (connection, random) =>
      2 *
      (await connection.change(`WITH gone AS (
           DELETE FROM flights WHERE (${flightKey}) IN (${someFlights(random, 3)}) RETURNING *
         ) INSERT INTO flights SELECT * FROM gone`)),
  },
  {
    name: 'roll back',
    weight: 4,
    run: async (connection, random) => {
      const { text, values } = newFlights(random, 50);
      await connection.change('SAVEPOINT unwanted');
      await connection.change(text, values);
      await connection.change('DELETE FROM weather WHERE hour = 3');
      await connection.change('ROLLBACK TO SAVEPOINT unwanted');
      return 0;
    },
  },
];

const referenceChanges: readonly SourceChange[] = [
  {
    name: 'update weather',
    weight: 6,
    run: (connection, random) =>
      connection.change(
        `UPDATE weather SET temp = nullif($1::numeric, 0), wind_gust = wind_speed * 1.15078, visib = $2::numeric
         WHERE (origin, time_hour) IN (
           SELECT origin, time_hour FROM weather TABLESAMPLE SYSTEM (1) REPEATABLE (${random.integer(1, 1_000_000)})
           LIMIT 10 FOR UPDATE SKIP LOCKED)`,
        [random.integer(-500, 10_000) / 100, random.integer(0, 1_000) / 100],
      ),
  },
  {
    name: 'change keys of weather',
    weight: 2,
    run: (connection, random) =>
      connection.change(
        `UPDATE weather SET time_hour = time_hour + $1::int * interval '1 second'
         WHERE (origin, time_hour) IN (
           SELECT origin, time_hour FROM weather TABLESAMPLE SYSTEM (1) REPEATABLE (${random.integer(1, 1_000_000)})
           LIMIT 2 FOR UPDATE SKIP LOCKED)`,
        [random.integer(1, 3_000)],
      ),
  },
  {
    name: 'update planes',
    weight: 4,
    run: (connection, random) =>
      connection.change(
        `UPDATE planes SET seats = $1::int, speed = nullif($2::int, 90)
         WHERE tailnum IN (
           SELECT tailnum FROM planes TABLESAMPLE SYSTEM (3) REPEATABLE (${random.integer(1, 1_000_000)})
           LIMIT 3 FOR UPDATE SKIP LOCKED)`,
        [random.integer(2, 450), random.integer(90, 500)],
      ),
  },
  {
    name: 'scrap planes',
    weight: 1,
    run: (connection, random) =>
      connection.change(`DELETE FROM planes WHERE tailnum IN (
           SELECT tailnum FROM planes TABLESAMPLE SYSTEM (3) REPEATABLE (${random.integer(1, 1_000_000)})
           LIMIT 1 FOR UPDATE SKIP LOCKED)`),
  },
  {
    name: 'update airports',
    weight: 2,
    run: (connection, random) =>
      connection.change(
        `UPDATE airports SET alt = $1::int, lat = lat + $2::float8, tzone = nullif(tzone, 'Asia/Chongqing')
         WHERE faa IN (
           SELECT faa FROM airports TABLESAMPLE SYSTEM (10) REPEATABLE (${random.integer(1, 1_000_000)})
           LIMIT 2 FOR NO KEY UPDATE SKIP LOCKED)`,
        [random.integer(-54, 9_078), random.next() / 1_000],
      ),
  },
  {
    name: 'found or rename an airline',
    weight: 2,
    run: (connection, random) =>
      connection.change(
        `INSERT INTO airlines (carrier, name) VALUES ($1, $2)
         ON CONFLICT (carrier) DO UPDATE SET name = excluded.name`,
        [
          random.pick(['X1', 'X2', 'X3', 'X4']),
          `L'Été "Airways" \\ ${random.integer(1, 1_000)}\t🛫\n${random.next()}`,
        ],
      ),
  },
  {
    name: 'close an airline',
    weight: 1,
    run: (connection, random) =>
      connection.change('DELETE FROM airlines WHERE carrier = $1', [random.pick(['X1', 'X2', 'X3', 'X4'])]),
  },
];

const reportChanges: readonly SourceChange[] = [
  {
    name: 'file a report',
    weight: 3,
    run: (connection, random) =>
      connection.change(
        `INSERT INTO flight_reports (title, revision, details, body, reported_at)
         VALUES ($1, 1, $2, ${reportBodySql('$3::text')}, now())`,
        [
          `Report ${random.next()}`,
          { severity: random.next(), by: random.pick(['crew', 'tower']) },
          `new:${random.next()}`,
        ],
      ),
  },
  {
    name: 'revise a report without its large value',
    weight: 8,
    run: (connection, random) =>
      connection.change(`UPDATE flight_reports SET revision = revision + 1, details = details || '{"revised": true}'
         WHERE id IN (${someReport(random)})`),
  },
  {
    name: 'rewrite a report',
    weight: 2,
    run: (connection, random) =>
      connection.change(
        `UPDATE flight_reports SET body = ${reportBodySql('$1::text')} WHERE id IN (${someReport(random)})`,
        [`rewritten:${random.next()}`],
      ),
  },
  {
    name: 'change the key of a report without its large value',
    weight: 3,
    run: (connection, random) =>
      connection.change(
        `UPDATE flight_reports SET id = $1::bigint, revision = revision + 1 WHERE id IN (${someReport(random)})`,
        [random.integer(1_000_000, 2_000_000_000)],
      ),
  },
  {
    name: 'withdraw a report',
    weight: 2,
    run: (connection, random) =>
      connection.change(`DELETE FROM flight_reports WHERE id IN (${someReport(random)})`),
  },
];

const queueChanges: readonly SourceChange[] = [
  {
    name: 'queue passengers',
    weight: 6,
    run: (connection, random) =>
      connection.change(
        `INSERT INTO boarding_queue (passenger, luggage_kg, boarded, joined_at)
         SELECT $1::text || n, nullif(n, 3) * 1.5, n % 2 = 0, now() AT TIME ZONE 'UTC' FROM generate_series(1, $2::int) AS n`,
        [random.pick(['Ada ', 'Čeněk ', '']), random.integer(1, 25)],
      ),
  },
  {
    name: 'board passengers',
    weight: 4,
    run: (connection, random) =>
      connection.change(
        `DELETE FROM boarding_queue WHERE id IN (
           SELECT id FROM boarding_queue ORDER BY id LIMIT $1::int FOR UPDATE SKIP LOCKED)`,
        [random.integer(1, 10)],
      ),
  },
];

export const sourceChanges: readonly SourceChange[] = [
  ...flightChanges,
  ...referenceChanges,
  ...reportChanges,
  ...queueChanges,
];

/** Not chosen at random: it comes at regular times, so that every phase of a replication has one. */
export const truncateQueue: SourceChange = {
  name: 'truncate the queue',
  weight: 0,
  run: async (connection) => {
    await connection.change('TRUNCATE boarding_queue');
    return 1;
  },
};
