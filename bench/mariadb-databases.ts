import type { CsvFiles } from '../demo/data-set.ts';
import type { DemoConnection, DemoDatabase } from '../demo/demo-database.ts';
import { kindOf } from '../demo/demo-kinds.ts';
import { createDatabases, registerDatabase } from '../demo/operator.ts';
import type { BenchContext } from './bench-context.ts';
import { copiedTable } from './copy-rate.ts';

/** What the benchmarks with MariaDB work with: two databases of one server, registered with the product. */
export interface MariadbDatabases {
  readonly source: DemoDatabase;
  readonly sourceId: number;
  readonly target: DemoDatabase;
  readonly targetId: number;
}

export const createMariadbDatabases = async ({
  stack,
  api,
}: Pick<BenchContext, 'stack' | 'api'>): Promise<MariadbDatabases> => {
  // Names of their own: a target table is called after its source database.
  const names = { source: 'bench_mariadb', target: 'bench_mariadb_target' };
  const { source, target } = await createDatabases(stack, names, { source: 'mariadb', target: 'mariadb' });
  return {
    source,
    sourceId: await registerDatabase(api, source),
    target,
    targetId: await registerDatabase(api, target),
  };
};

/** Opens a connection of the benchmark's own for as long as `use` takes. */
export const withConnection = async <T>(
  database: DemoDatabase,
  use: (connection: DemoConnection) => Promise<T>,
): Promise<T> => {
  const connection = await kindOf(database).connect(database, 'bench');
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
};

/** Loads the flights, `times` times in the table that is copied. Returns its rows. */
export const fillMariadb = async (
  database: DemoDatabase,
  csvFiles: CsvFiles,
  times: number,
): Promise<number> => {
  await kindOf(database).loadFlightTables(database, csvFiles, () => undefined);
  return withConnection(database, async (connection) => {
    await connection.change(`CREATE TABLE ${copiedTable} LIKE flights`);
    const columns = await connection.read<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = database() AND table_name = 'flights' ORDER BY ordinal_position`,
    );
    let rows = 0;
    for (let time = 0; time < times; time += 1) {
      const values = columns.map(({ name }) => (name === 'year' ? `year + ${100 * time}` : name));
      rows += await connection.change(`INSERT INTO ${copiedTable} SELECT ${values.join(', ')} FROM flights`);
    }
    await connection.read(`ANALYZE TABLE ${copiedTable}`);
    return rows;
  });
};
