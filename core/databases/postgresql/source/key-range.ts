import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import { type ComparisonSign, comparison } from '../type-facts.ts';

/**
 * The condition of a chunk, `after` exclusive and `upTo` inclusive, over the whole key, as text with literals.
 * Comparing rows is what an index on the key can do, and each literal is cast to its column's type, so that the order
 * is the order of the key's index: numbers as numbers, text by the column's collation. Returns undefined for a chunk
 * without bounds.
 */
export const keyRangeCondition = (
  table: TableDescription,
  chunk: Pick<Chunk, 'after' | 'upTo'>,
): string | undefined => {
  const conditions = [
    chunk.after && keyComparison(table, '>', literals(table, chunk.after)),
    chunk.upTo && keyComparison(table, '<=', literals(table, chunk.upTo)),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? undefined : conditions.join(' AND ');
};

/** The key is greater than the bound values `$1`, `$2`, ... */
export const keyAfterParameters = (table: TableDescription): string =>
  keyComparison(
    table,
    '>',
    keyColumns(table).map((column, index) => `$${index + 1}::${column.type}`),
  );

/** The columns of the key in its order. Throws `SchemaMismatch` when there is none. */
export const keyColumns = (table: TableDescription): readonly ColumnDescription[] => {
  if (table.primaryKey.length === 0) {
    throw new MillraceError('SchemaMismatch', `Table ${table.ref.schema}.${table.ref.table} has no key.`);
  }
  return table.primaryKey.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) {
      throw new MillraceError('Internal', `Key column ${name} is not a column of ${table.ref.table}.`);
    }
    return column;
  });
};

export const keyList = (table: TableDescription): string =>
  keyColumns(table)
    .map((column) => quoteIdentifier(column.name))
    .join(', ');

/**
 * A comparison of rows, which an index can answer by itself. Its one operator is looked up for every column, so a key
 * with operators of several schemas is compared column by column, in the same order.
 */
const keyComparison = (table: TableDescription, operator: '>' | '<=', bounds: readonly string[]): string => {
  const columns = keyColumns(table);
  const operators = new Set(columns.map((column) => comparison(column, operator)));
  const [only] = operators;
  if (only !== undefined && operators.size === 1) {
    // Brackets around a single column make no row of it, and OPERATOR() stands between two rows as well.
    return `(${keyList(table)}) ${only} (${bounds.join(', ')})`;
  }
  const compare = (index: number, sign: ComparisonSign): string => {
    const column = columns[index];
    return column === undefined
      ? ''
      : `${quoteIdentifier(column.name)} ${comparison(column, sign)} ${bounds[index]}`;
  };
  const alternatives = columns.map((_column, last) => {
    const isLast = last === columns.length - 1;
    const equal = columns.slice(0, last).map((_equal, index) => compare(index, '='));
    const strict = operator === '>' ? '>' : '<';
    return [...equal, compare(last, isLast ? operator : strict)].join(' AND ');
  });
  // The first column alone bounds what an index has to read.
  const first = compare(0, operator === '>' ? '>=' : '<=');
  return `(${first} AND (${alternatives.join(' OR ')}))`;
};

const literals = (table: TableDescription, bound: readonly string[]): readonly string[] => {
  const columns = keyColumns(table);
  if (bound.length !== columns.length) {
    throw new MillraceError(
      'Internal',
      `A chunk bound of ${table.ref.schema}.${table.ref.table} has ${bound.length} values for a key of ${columns.length}.`,
    );
  }
  return columns.map((column, index) => `${quoteLiteral(bound[index] ?? '')}::${column.type}`);
};
