import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { columnsStatement, indexesStatement } from '#core/databases/mysql/source/catalog.ts';
import {
  chooseTable,
  findTableStatement,
  findTablesStatement,
  foreignKeysStatement,
  type MysqlTargetTable,
  toTargetTable,
} from '#core/databases/mysql/target/catalog.ts';
import { grantsStatement, seesEveryTable } from '#core/databases/mysql/target/grants.ts';
import type { TextRow } from '../driver/connection.ts';
import type { Executor } from '../driver/executor.ts';

/** Undefined when there is no such table. */
export const describeTable = async (
  executor: Executor,
  ref: TableRef,
): Promise<MysqlTargetTable | undefined> => {
  const read = (statement: Parameters<Executor['query']>[1]) =>
    executor.query('read the catalog', statement, ref);
  const found = chooseTable(await read(findTableStatement(ref)), ref);
  if (found === undefined) return undefined;
  const actual = { schema: found.schema, table: found.table };
  return toTargetTable(ref, found, {
    columns: await read(columnsStatement(actual.schema, actual.table)),
    indexes: await read(indexesStatement(actual.schema, actual.table)),
    foreignKeys: await read(foreignKeysStatement(actual)),
    hasAllForeignKeys: seesEveryTable(grantLines(await read(grantsStatement))),
  });
};

/** Of more tables of one database, the catalog of all of it is read at once. */
const maxDescribedByName = 8;
/** Connections of the target's pool. */
const parallelReads = 2;

/** Those that exist, without what foreign keys of other tables say of them. */
export const describeTables = async (
  executor: Executor,
  refs: readonly TableRef[],
): Promise<readonly TableDescription[]> => {
  const described: TableDescription[] = [];
  for (const [schema, ofSchema] of Map.groupBy(refs, (ref) => ref.schema)) {
    described.push(
      ...(ofSchema.length > maxDescribedByName
        ? await describeSchema(executor, schema, ofSchema)
        : (await forEachBounded(ofSchema, parallelReads, (ref) => describeTable(executor, ref))).flatMap(
            (table) => table ?? [],
          )),
    );
  }
  return described;
};

const describeSchema = async (
  executor: Executor,
  schema: string,
  refs: readonly TableRef[],
): Promise<readonly TableDescription[]> => {
  const read = (statement: Parameters<Executor['query']>[1]) => executor.query('read the catalog', statement);
  const tables = await read(findTablesStatement(schema));
  const byTable = (rows: readonly TextRow[]) => Map.groupBy(rows, ({ tableName }) => tableName);
  const columns = byTable(await read(columnsStatement(schema)));
  const indexes = byTable(await read(indexesStatement(schema)));
  return refs.flatMap((ref) => {
    const found = chooseTable(
      tables.filter(({ table }) => table?.toLowerCase() === ref.table.toLowerCase()),
      ref,
    );
    if (found === undefined) return [];
    return toTargetTable(ref, found, {
      columns: columns.get(found.table) ?? [],
      indexes: indexes.get(found.table) ?? [],
      foreignKeys: [],
      hasAllForeignKeys: false,
    });
  });
};

/** `SHOW GRANTS` names its one column after the account. */
export const grantLines = (rows: readonly TextRow[]): readonly string[] =>
  rows.map((row) => String(Object.values(row)[0]));
