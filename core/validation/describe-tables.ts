import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import { type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { DescribesTables } from '../ports/databases.ts';

/** Catalog reads at a time, of a database that describes one table at a time. */
const parallelReads = 4;

/** The tables that exist, by `tableKey`. */
export const describeTables = async (
  database: DescribesTables,
  refs: readonly TableRef[],
): Promise<ReadonlyMap<string, TableDescription>> => {
  const described =
    database.describeTables === undefined
      ? await forEachBounded(refs, parallelReads, (ref) => database.describeTable(ref))
      : await database.describeTables(refs);
  return new Map(described.flatMap((table) => (table === undefined ? [] : [[tableKey(table.ref), table]])));
};
