import type { Chunk } from '../../contracts/copy.ts';
import { MillraceError } from '../../errors/millrace-error.ts';
import type { ColumnDescription, TableDescription } from '../../ports/databases.ts';
import { quoteIdentifier } from './identifiers.ts';
import { quoteLiteral } from './literals.ts';

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

/** The columns of the primary key in its order. Throws `SchemaMismatch` when there is none. */
export const keyColumns = (table: TableDescription): readonly ColumnDescription[] => {
  if (table.primaryKey.length === 0) {
    throw new MillraceError(
      'SchemaMismatch',
      `Table ${table.ref.schema}.${table.ref.table} has no primary key.`,
    );
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

const keyComparison = (table: TableDescription, operator: '>' | '<=', bounds: readonly string[]): string =>
  `(${keyList(table)}) ${operator} (${bounds.join(', ')})`;

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
