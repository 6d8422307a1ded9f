import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';
import { mysqlTypeOf } from '../types/column-types.ts';

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

/** Whether the key can be cut into ranges: every column has literals that are compared as its index is sorted. */
export const isDivisible = (table: TableDescription): boolean =>
  keyColumns(table).every((column) => mysqlTypeOf(column.native?.baseType ?? '')?.toLiteral !== undefined);

/**
 * The condition of a chunk, `after` exclusive and `upTo` inclusive, over the whole key. Each column is compared by itself
 * and so by its own collation; comparing rows, `(a, b) > (1, 2)`, would read the whole index (MySQL manual,
 * 10.2.1.22: row constructors are optimized for equality only). Undefined for a chunk without bounds.
 */
export const keyRangeCondition = (
  table: TableDescription,
  chunk: Pick<Chunk, 'after' | 'upTo'>,
): string | undefined => {
  const conditions = [
    chunk.after && compare(table, '>', '>', chunk.after),
    chunk.upTo && compare(table, '<', '<=', chunk.upTo),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? undefined : conditions.join(' AND ');
};

/** Finds the row with a key, by the key's collations. Throws `Internal` for a key without literals. */
export const keyMatch = (table: TableDescription, key: readonly string[]): string =>
  `(${keyColumns(table)
    .map((column, index) => `${quoteIdentifier(column.name)} = ${literal(column, key[index] ?? '')}`)
    .join(' AND ')})`;

export const keyList = (table: TableDescription): string =>
  keyColumns(table)
    .map(({ name }) => quoteIdentifier(name))
    .join(', ');

/**
 * `a >= 1 AND (a > 1 OR (a = 1 AND b > 2))`: the first condition says what the second does of the key's first column, in a
 * form that bounds the read of the index.
 */
const compare = (
  table: TableDescription,
  strict: '>' | '<',
  last: '>' | '<=',
  bound: readonly string[],
): string => {
  const columns = keyColumns(table);
  if (bound.length !== columns.length) {
    throw new MillraceError(
      'Internal',
      `A chunk bound of ${table.ref.schema}.${table.ref.table} has ${bound.length} values for a key of ${columns.length}.`,
    );
  }
  const sides = columns.map(
    (column, index) => [quoteIdentifier(column.name), literal(column, bound[index] ?? '')] as const,
  );
  const nested = sides.reduceRight<string | undefined>((inner, [name, value]) => {
    if (inner === undefined) return `${name} ${last} ${value}`;
    return `(${name} ${strict} ${value} OR (${name} = ${value} AND ${inner}))`;
  }, undefined);
  const [first] = sides;
  return first !== undefined && sides.length > 1
    ? `${first[0]} ${strict}= ${first[1]} AND ${nested}`
    : (nested ?? '');
};

const literal = (column: ColumnDescription, canonical: string): string => {
  const toLiteral = mysqlTypeOf(column.native?.baseType ?? '')?.toLiteral;
  if (toLiteral === undefined) {
    throw new MillraceError('Internal', `Key column ${column.name} has no literals to compare with.`);
  }
  return toLiteral(canonical, column);
};
