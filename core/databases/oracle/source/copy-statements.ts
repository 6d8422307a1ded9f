import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';
import { selectExpression } from '../types/column-codec.ts';
import { keyColumns, keyRangeCondition } from './key-range.ts';

/** Virtual columns are left out: the log has none of them, and a target computes its own or has none. */
export const replicatedColumns = (table: TableDescription): readonly ColumnDescription[] =>
  table.columns.filter((column) => !column.isGenerated);

/** Each column as its type's expression, named `C0`, `C1`, ... */
export const selectList = (columns: readonly ColumnDescription[]): string =>
  columns.map((column, index) => `${expressionOf(column)} AS "C${index}"`).join(', ');

const expressionOf = (column: ColumnDescription): string =>
  selectExpression(column, quoteIdentifier(column.name));

/**
 * Reads a chunk: each replicated column as its type's expression, in the order of the table. One statement of Oracle sees
 * the rows as of the moment at which it began, however long it is fetched from (Database Concepts, "Statement-Level Read
 * Consistency").
 */
export const readChunkStatement = (table: TableDescription, chunk: Chunk): Statement => {
  const condition = keyRangeCondition(table, chunk);
  return {
    text:
      `SELECT ${selectList(replicatedColumns(table))} FROM ${quoteTable(table.ref)}` +
      (condition === undefined ? '' : ` WHERE ${condition.text}`),
    ...(condition && { values: condition.values }),
  };
};

/**
 * The key of the `rows`th row after `after` in key order; no row when there are fewer. ROWNUM in two steps, so that the
 * key's index is read and no further than that row.
 */
export const nextBoundStatement = (
  table: TableDescription,
  after: readonly string[] | undefined,
  rows: number,
): Statement => {
  const columns = keyColumns(table);
  const keys = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const condition = keyRangeCondition(table, after === undefined ? {} : { after });
  const values = condition?.values ?? [];
  const rowNumber = Math.max(1, Math.trunc(rows));
  return {
    text:
      `SELECT ${selectList(columns)} FROM (SELECT ${keys}, ROWNUM AS millrace_row FROM (SELECT ${keys} FROM ` +
      `${quoteTable(table.ref)}${condition === undefined ? '' : ` WHERE ${condition.text}`} ORDER BY ${keys}) ` +
      `WHERE ROWNUM <= :${values.length + 1}) WHERE millrace_row = :${values.length + 2}`,
    values: [...values, rowNumber, rowNumber],
  };
};
