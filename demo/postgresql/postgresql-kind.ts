import { escapeIdentifier } from 'pg';
import type { DemoConnection, DemoDatabase, DemoKind, DemoServer } from '../demo-database.ts';
import { exactSide, qualified, sharedSide } from './compared-side.ts';
import { connect, demoConnection } from './connection.ts';
import { loadFlightTables } from './flight-tables.ts';
import { sourceChanges, truncateQueue } from './source-changes.ts';

/** Every server has it; the demo only looks into it to make a database of its own. */
const maintenanceDatabase = 'postgres';

export const postgresqlKind: DemoKind = {
  title: 'PostgreSQL',
  connect: async (database, part) => demoConnection(await connect(database, part)),
  createDatabase: (server, name) => createDatabase(server, name),
  schemaOf: () => 'public',
  tableName: qualified,
  placeholder: (position) => `$${position}`,
  loadFlightTables: async (database, csvFiles, report) => {
    const client = await connect(database, 'load');
    try {
      await loadFlightTables(client, csvFiles, report);
    } finally {
      await client.end();
    }
  },
  sourceChanges,
  truncateQueue,
  watchCapture: ({ source }) => watchSlots(source),
  comparedSide: (connection, other) =>
    other === 'postgresql' ? exactSide(connection) : sharedSide(connection),
  shellLine: ({ user, password, host, port, database }, statement) =>
    `psql postgresql://${user}:${password}@${host}:${port}/${database} -c "${statement}"`,
};

const createDatabase = async (
  { host, port, user, password }: DemoServer,
  name: string,
): Promise<DemoDatabase> => {
  const client = await connect({ host, port, user, password, database: maintenanceDatabase }, 'setup');
  try {
    const found = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const taken = new Set(found.rows.map((row) => row.datname));
    let database = name;
    for (let number = 2; taken.has(database); number += 1) database = `${name}_${number}`;
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    return { kind: 'postgresql', host, port, user, password, database };
  } finally {
    await client.end();
  }
};

/** PostgreSQL itself says that anyone who reads its log has confirmed it up to where it was. */
const watchSlots = async (source: DemoConnection): Promise<() => Promise<boolean>> => {
  const [end] = await source.read<{ position: string }>('SELECT pg_current_wal_lsn()::text AS position');
  return async () => {
    const [slots] = await source.read<{ passed: boolean | null }>(
      `SELECT bool_and(confirmed_flush_lsn >= $1::pg_lsn) AS passed FROM pg_replication_slots
       WHERE database = current_database()`,
      [end?.position],
    );
    if (slots?.passed === true) return true;
    // The log may end in something that no reader is told of, such as a checkpoint or a vacuum; on a source that is quiet
    // the slot would stay before it forever. A message in the log comes after it and changes no row.
    await source.change("SELECT pg_logical_emit_message(true, 'millrace', 'demo')");
    return false;
  };
};
