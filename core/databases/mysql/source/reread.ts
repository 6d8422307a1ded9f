import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { ApplyRow, ApplyTable } from '../../../ports/apply-table.ts';
import { quoteTable } from '../identifiers.ts';
import { mysqlTypeOf } from '../types/column-types.ts';
import { replicatedColumns, selectList } from './copy-statements.ts';
import { keyMatch } from './key-range.ts';

export interface RereadStatement {
  readonly text: string;
  /** Whether each result column comes as the latin1 of its bytes. */
  readonly binary: readonly boolean[];
  /** The result's columns, each with its index in the row of the apply table. */
  readonly columns: readonly { readonly column: ColumnDescription; readonly index: number }[];
}

/** Keys of one statement: a literal of a key is short. */
export const rereadKeysAtOnce = 200;

/**
 * Reads rows of the source by key, at least one. Throws `Internal` for a key without literals (`isDivisible`).
 */
export const rereadStatement = (
  source: TableDescription,
  table: ApplyTable,
  keys: readonly ApplyRow[],
): RereadStatement => {
  const indexes = new Map(table.columns.map(({ name }, index) => [name, index]));
  const columns = replicatedColumns(source).flatMap((column) => {
    const index = indexes.get(column.name);
    return index === undefined ? [] : [{ column, index }];
  });
  const selected = columns.map(({ column }) => column);
  const matches = keys.map((key) =>
    keyMatch(
      source,
      table.keyColumns.map((index) => key[index] ?? ''),
    ),
  );
  return {
    text: `SELECT ${selectList(selected)} FROM ${quoteTable(source.ref)} WHERE ${matches.join(' OR ')}`,
    binary: selected.map((column) => mysqlTypeOf(column.native?.baseType ?? '')?.isBinary === true),
    columns,
  };
};
