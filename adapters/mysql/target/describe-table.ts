import type { TableRef } from '#core/contracts/identifiers.ts';
import { columnsStatement, indexesStatement } from '#core/databases/mysql/source/catalog.ts';
import {
  chooseTable,
  findTableStatement,
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

/** `SHOW GRANTS` names its one column after the account. */
export const grantLines = (rows: readonly TextRow[]): readonly string[] =>
  rows.map((row) => String(Object.values(row)[0]));
