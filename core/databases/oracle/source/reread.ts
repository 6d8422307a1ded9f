import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { ApplyRow, ApplyTable } from '../../../ports/apply-table.ts';
import { quoteTable } from '../identifiers.ts';
import type { BindValue, Statement } from '../statement.ts';
import { selectList } from './copy-statements.ts';
import { keyEqualsCondition } from './key-range.ts';

export interface RereadStatement extends Statement {
  /** For each result column, its index in the row of the apply table, and the source's column. */
  readonly columns: readonly { readonly index: number; readonly column: ColumnDescription }[];
}

/** Keys of one statement: Oracle plans a condition of some hundred alternatives well, and binds 65,535 values at most. */
export const rereadKeysAtOnce = 200;

/** Reads rows of the source by key, each column as its type's expression. */
export const rereadStatement = (
  source: TableDescription,
  table: ApplyTable,
  keys: readonly ApplyRow[],
): RereadStatement => {
  const described = new Map(source.columns.map((column) => [column.name, column]));
  const columns = table.columns.flatMap(({ name }, index) => {
    const column = described.get(name);
    return column === undefined ? [] : [{ index, column }];
  });
  const values: BindValue[] = [];
  const alternatives = keys.map((key) => {
    const condition = keyEqualsCondition(
      source,
      table.keyColumns.map((index) => key[index] ?? ''),
      values.length + 1,
    );
    values.push(...condition.values);
    return `(${condition.text})`;
  });
  return {
    text:
      `SELECT ${selectList(columns.map(({ column }) => column))} FROM ${quoteTable(source.ref)} ` +
      `WHERE ${alternatives.join(' OR ')}`,
    values,
    columns,
  };
};
