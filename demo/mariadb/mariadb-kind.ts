import type { RowDataPacket } from 'mysql2/promise';
import type { DemoDatabase, DemoEnds, DemoKind, DemoServer } from '../demo-database.ts';
import { comparedSide, quoted } from './compared-side.ts';
import { connect, demoConnection } from './connection.ts';
import { loadFlightTables } from './flight-tables.ts';
import { sourceChanges, truncateQueue } from './source-changes.ts';

export const mariadbKind: DemoKind = {
  title: 'MariaDB',
  connect: async (database, part) => demoConnection(await connect(database, part)),
  createDatabase: (server, name) => createDatabase(server, name),
  schemaOf: ({ database }) => database,
  tableName: quoted,
  placeholder: () => '?',
  loadFlightTables: async (database, csvFiles, report) => {
    const connection = await connect(database, 'load');
    try {
      await loadFlightTables(connection, csvFiles, report);
    } finally {
      await connection.end();
    }
  },
  sourceChanges,
  truncateQueue,
  watchCapture: (ends) => watchLastRow(ends),
  comparedSide,
  shellLine: ({ user, password, host, port, database }, statement) =>
    `mariadb --host=${host} --port=${port} --user=${user} --password=${password} ${database} -e "${statement}"`,
};

const createDatabase = async (
  { host, port, user, password }: DemoServer,
  name: string,
): Promise<DemoDatabase> => {
  const connection = await connect({ host, port, user, password }, 'setup');
  try {
    const [found] = await connection.query<(RowDataPacket & { readonly name: string })[]>(
      'SELECT schema_name AS name FROM information_schema.schemata',
    );
    const taken = new Set(found.map((row) => row.name));
    let database = name;
    for (let number = 2; taken.has(database); number += 1) database = `${name}_${number}`;
    await connection.query(`CREATE DATABASE ${quoted(database)}`);
    return { kind: 'mariadb', host, port, user, password, database };
  } finally {
    await connection.end();
  }
};

/**
 * MariaDB does not know how far the readers of its log have come. The log is one sequence, and capture sends what it reads
 * in that order: a row that was written last, once it is at the target, has all the others before it in Kafka.
 */
const watchLastRow = async ({ source, target, probeTables }: DemoEnds): Promise<() => Promise<boolean>> => {
  await source.change(
    `INSERT INTO ${probeTables.source} (id, written_at) SELECT coalesce(max(id), 0) + 1, now(3) FROM ${probeTables.source}`,
  );
  const newest = (table: string): string => `SELECT coalesce(max(id), 0) AS id FROM ${table}`;
  const [last] = await source.read<{ id: string | number }>(newest(probeTables.source));
  return async () => {
    const [seen] = await target.read<{ id: string | number }>(newest(probeTables.target));
    return Number(seen?.id) >= Number(last?.id);
  };
};
