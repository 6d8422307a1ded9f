import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { mysqlTypeOf } from '../types/column-types.ts';
import { keyColumns, keyList, keyRangeCondition } from './key-range.ts';

/** Generated columns are left out: a database computes its own. */
export const replicatedColumns = (table: TableDescription): readonly ColumnDescription[] =>
  table.columns.filter((column) => !column.isGenerated);

/** Each column as `selectDecoderFor` reads it. */
export const selectList = (columns: readonly ColumnDescription[]): string =>
  columns
    .map((column) => {
      const name = quoteIdentifier(column.name);
      return mysqlTypeOf(column.native?.baseType ?? '')?.select?.(name) ?? `${name}${aliasOf(column.name)}`;
    })
    .join(', ');

/** The driver refuses a result that has a column `__proto__` or one of a few others like it; values are taken by their place. */
const aliasOf = (name: string): string =>
  name.startsWith('__') ? ` AS ${quoteIdentifier(`value of ${name}`)}` : '';

const keyIndexOf = ({ keyIndex }: TableDescription): string =>
  keyIndex === undefined ? 'PRIMARY' : quoteIdentifier(keyIndex);

/**
 * Reads a chunk along the key, so that rows come in its order without being sorted. One statement sees one moment
 * of the table (InnoDB's consistent read), which is all that a chunk needs.
 */
export const readChunkStatement = (table: TableDescription, chunk: Chunk): string => {
  const condition = keyRangeCondition(table, chunk);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return (
    `SELECT ${selectList(replicatedColumns(table))} FROM ${quoteTable(table.ref)} FORCE INDEX (${keyIndexOf(table)})${where} ` +
    `ORDER BY ${keyList(table)}`
  );
};

/** The key of the `rows`th row after `after` in key order; no row when there are fewer. */
export const nextBoundStatement = (
  table: TableDescription,
  after: readonly string[] | undefined,
  rows: number,
): string => {
  const condition = keyRangeCondition(table, after === undefined ? {} : { after });
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return (
    `SELECT ${selectList(keyColumns(table))} FROM ${quoteTable(table.ref)} FORCE INDEX (${keyIndexOf(table)})${where} ` +
    `ORDER BY ${keyList(table)} LIMIT 1 OFFSET ${Math.max(0, Math.trunc(rows) - 1)}`
  );
};
