import { isMoney } from '../../../canonical/type-facts.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import type { ApplyRow, ApplyTable } from '../../../ports/apply-table.ts';
import { quoteIdentifier } from '../identifiers.ts';
import { arrayLiteral } from '../target/array-literal.ts';
import { targetType } from '../target/ddl.ts';
import { comparison } from '../type-facts.ts';
import { keyColumns } from './key-range.ts';
import { rowsOf } from './table-rows.ts';

export interface RereadStatement {
  readonly text: string;
  readonly values: readonly string[];
  /** For each result column, its index in the row of the apply table. */
  readonly columns: readonly number[];
}

/** Reads rows of the source by key; values come as canonical text because the session is canonical. */
export const rereadStatement = (
  source: TableDescription,
  table: ApplyTable,
  keys: readonly ApplyRow[],
): RereadStatement => {
  const names = new Set(source.columns.map(({ name }) => name));
  const columns = table.columns.flatMap(({ name }, index) => (names.has(name) ? [index] : []));
  const keyDescriptions = keyColumns(source);
  const selected = columns.map((index) => {
    const name = table.columns[index]?.name ?? '';
    const column = source.columns.find((candidate) => candidate.name === name);
    const isNumber = column !== undefined && isMoney(column);
    return `t.${quoteIdentifier(name)}${isNumber ? `::${targetType(column)}` : ''}`;
  });
  const arrays = keyDescriptions.map((_column, at) => `$${at + 1}::text[]`);
  const matches = keyDescriptions.map((column, at) => {
    const cast = isMoney(column) ? `numeric::${column.type}` : column.type;
    return `t.${quoteIdentifier(column.name)} ${comparison(column, '=')} k.c${at}::${cast}`;
  });
  return {
    text:
      `SELECT ${selected.join(', ')} FROM unnest(${arrays.join(', ')}) ` +
      `AS k (${arrays.map((_array, at) => `c${at}`).join(', ')}) ` +
      `JOIN ${rowsOf(source)} AS t ON ${matches.join(' AND ')}`,
    values: table.keyColumns.map((index) => arrayLiteral(keys.map((key) => key[index] ?? null))),
    columns,
  };
};

/** The end of the log. Asked for in a statement of its own, so that it is not before what the one before it saw. */
export const logEndStatement = 'SELECT pg_catalog.pg_current_wal_insert_lsn() AS position';
