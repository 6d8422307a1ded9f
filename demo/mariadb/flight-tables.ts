import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { Connection, ResultSetHeader } from 'mysql2/promise';
import mysql from 'mysql2/promise';
import type { LoadedTable } from '../demo-database.ts';
import {
  type DataSetTable,
  dataSetTables,
  demoTables,
  initialQueue,
  initialReports,
  reportBodyParts,
  type TableDefinitions,
} from '../flight-tables.ts';

/**
 * The tables of the PostgreSQL demo as someone would make them for MariaDB: numbers that are never below zero are
 * unsigned, instants are `timestamp`, which the server keeps in UTC, and times without a zone are `datetime`.
 */
const tableDefinitions: TableDefinitions = {
  airlines: `CREATE TABLE airlines (
    carrier varchar(2) PRIMARY KEY,
    name varchar(200) NOT NULL
  )`,
  airports: `CREATE TABLE airports (
    faa char(3) PRIMARY KEY,
    name varchar(200) NOT NULL,
    lat double NOT NULL,
    lon double NOT NULL,
    alt int NOT NULL,
    tz tinyint NOT NULL,
    dst char(1) NOT NULL,
    tzone tinytext
  )`,
  planes: `CREATE TABLE planes (
    tailnum varchar(6) PRIMARY KEY,
    year smallint,
    type varchar(100) NOT NULL,
    manufacturer varchar(100) NOT NULL,
    model varchar(100) NOT NULL,
    engines tinyint unsigned NOT NULL,
    seats smallint unsigned NOT NULL,
    speed smallint,
    engine enum('4 Cycle', 'Reciprocating', 'Turbo-fan', 'Turbo-jet', 'Turbo-prop', 'Turbo-shaft') NOT NULL
  )`,
  weather: `CREATE TABLE weather (
    origin char(3) NOT NULL,
    year smallint NOT NULL,
    month tinyint NOT NULL,
    day tinyint NOT NULL,
    hour tinyint NOT NULL,
    temp decimal(5, 2),
    dewp decimal(5, 2),
    humid decimal(5, 2),
    wind_dir smallint,
    wind_speed double,
    wind_gust double,
    precip decimal(4, 2) NOT NULL,
    pressure decimal(5, 1),
    visib decimal(4, 2) NOT NULL,
    time_hour timestamp NOT NULL DEFAULT current_timestamp(),
    PRIMARY KEY (origin, time_hour),
    FOREIGN KEY (origin) REFERENCES airports (faa)
  )`,
  flights: `CREATE TABLE flights (
    year smallint NOT NULL,
    month tinyint NOT NULL,
    day tinyint NOT NULL,
    dep_time smallint,
    sched_dep_time smallint NOT NULL,
    dep_delay smallint,
    arr_time smallint,
    sched_arr_time smallint NOT NULL,
    arr_delay smallint,
    carrier varchar(2) NOT NULL,
    flight int unsigned NOT NULL,
    tailnum varchar(6),
    origin char(3) NOT NULL,
    dest char(3) NOT NULL,
    air_time smallint,
    distance smallint unsigned NOT NULL,
    hour tinyint NOT NULL,
    minute tinyint NOT NULL,
    time_hour timestamp NOT NULL DEFAULT current_timestamp(),
    PRIMARY KEY (year, month, day, carrier, flight, origin),
    FOREIGN KEY (carrier) REFERENCES airlines (carrier),
    FOREIGN KEY (origin) REFERENCES airports (faa)
  )`,
  flight_reports: `CREATE TABLE flight_reports (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    title varchar(200) NOT NULL,
    revision int NOT NULL,
    details json,
    body mediumtext NOT NULL,
    reported_at timestamp(6) NOT NULL DEFAULT current_timestamp(6)
  )`,
  boarding_queue: `CREATE TABLE boarding_queue (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    passenger varchar(200) NOT NULL,
    luggage_kg decimal(6, 2),
    boarded boolean NOT NULL,
    joined_at datetime(6) NOT NULL
  )`,
  latency_probe: `CREATE TABLE latency_probe (
    id bigint PRIMARY KEY,
    written_at timestamp(3) NOT NULL DEFAULT current_timestamp(3)
  )`,
};

/** The body of a report: 20 kB that do not compress. */
export const reportBody = (seed: string): string =>
  Array.from({ length: reportBodyParts }, (_, part) =>
    createHash('md5').update(`${seed}:${part}`).digest('hex'),
  ).join('');

/** Expects a connection to an empty database. */
export const loadFlightTables = async (
  connection: Connection,
  csvFiles: Readonly<Record<DataSetTable, string>>,
  report: (loaded: LoadedTable) => void,
): Promise<void> => {
  for (const definition of Object.values(tableDefinitions)) await connection.query(definition);
  for (const table of dataSetTables)
    report({ table, rows: await loadCsv(connection, table, csvFiles[table]) });
  await connection.beginTransaction();
  for (let number = 1; number <= initialReports; number += 1) {
    await connection.execute(
      `INSERT INTO flight_reports (title, revision, details, body, reported_at)
       VALUES (?, 1, ?, ?, timestamp '2013-01-01 00:00:00' + INTERVAL ? HOUR)`,
      [
        `Report ${number}`,
        reportDetails({ by: 'desk', tags: ['new', null], revised: false, severity: number % 5 }),
        reportBody(`initial:${number}`),
        number,
      ],
    );
  }
  report({ table: 'flight_reports', rows: initialReports });
  for (let number = 1; number <= initialQueue; number += 1) {
    await connection.execute(
      `INSERT INTO boarding_queue (passenger, luggage_kg, boarded, joined_at)
       VALUES (?, ?, ?, timestamp '2013-01-01 00:00:00' + INTERVAL ? MINUTE)`,
      [`Passenger ${number}`, number % 7 > 0 ? (number / 8).toFixed(2) : null, number % 3 === 0, number],
    );
  }
  await connection.commit();
  report({ table: 'boarding_queue', rows: initialQueue });
  // Row estimates and the copy's plan come from the statistics; a server in use recalculates them as tables change.
  await connection.query(`ANALYZE TABLE ${demoTables.join(', ')}`);
};

/**
 * JSON whose members stand as PostgreSQL's jsonb orders them, shorter names first, and whose numbers are whole: then its
 * text is the same whether or not a database keeps JSON as it was written. Any database may be the other side.
 */
export const reportDetails = (details: {
  readonly by: string;
  readonly tags?: readonly (string | null)[];
  readonly revised: boolean;
  readonly severity: number;
}): string => JSON.stringify(details);

const loadCsv = async (connection: Connection, table: DataSetTable, file: string): Promise<number> => {
  const columns = readHeader(file);
  const assignments = columns.map((name) => `${mysql.escapeId(name)} = nullif(${csvValue(name)}, 'NA')`);
  const [result] = await connection.query<ResultSetHeader>({
    sql: `LOAD DATA LOCAL INFILE '${table}' INTO TABLE ${table} CHARACTER SET utf8mb4
          FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n' IGNORE 1 LINES
          (${columns.map((name) => `@${name}`).join(', ')}) SET ${assignments.join(', ')}`,
    infileStreamFactory: () => createReadStream(file),
  });
  return result.affectedRows;
};

/** The data set writes instants as `2013-01-01T10:00:00Z`. */
const csvValue = (column: string): string =>
  column === 'time_hour' ? "replace(replace(@time_hour, 'T', ' '), 'Z', '')" : `@${column}`;

/** Longer than the header of any of the files, which is 170 bytes at most. */
const headerBytes = 1_000;

const readHeader = (file: string): readonly string[] => {
  const buffer = Buffer.alloc(headerBytes);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString('utf8').split('\n', 1).join('').trim().split(',');
};
