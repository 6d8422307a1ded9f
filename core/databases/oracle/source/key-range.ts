import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';
import type { BindValue } from '../statement.ts';
import { oracleTypeOf } from '../types/column-types.ts';
import type { OracleType } from '../types/oracle-type.ts';

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

/** The first column of the key whose values cannot bound a chunk. */
export const findUnboundedKeyColumn = (table: TableDescription): ColumnDescription | undefined =>
  keyColumns(table).find((column) => oracleTypeOf(column)?.key === undefined);

/** A condition, and what it binds: its variables are numbered from the place where it was told to begin. */
export interface Condition {
  readonly text: string;
  readonly values: readonly BindValue[];
}

/**
 * The condition of a chunk, `after` exclusive and `upTo` inclusive, over the whole key. Undefined for a chunk without
 * bounds. `firstBind` is the number of its first bind variable.
 */
export const keyRangeCondition = (
  table: TableDescription,
  chunk: Pick<Chunk, 'after' | 'upTo'>,
  firstBind = 1,
): Condition | undefined => {
  const conditions: Condition[] = [];
  if (chunk.after !== undefined) conditions.push(compareKey(table, 'after', chunk.after, firstBind));
  if (chunk.upTo !== undefined) {
    const next = firstBind + (conditions[0]?.values.length ?? 0);
    conditions.push(compareKey(table, 'up-to', chunk.upTo, next));
  }
  if (conditions.length === 0) return undefined;
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
};

/**
 * Oracle compares rows only for equality, so the order of a key of several columns is spelled out: `a > :1 OR a = :2 AND
 * b > :3`. The bound on the first column alone is said once more in front, since that is what an index range can use.
 */
const compareKey = (
  table: TableDescription,
  side: 'after' | 'up-to',
  bound: readonly string[],
  firstBind: number,
): Condition => {
  const columns = keyColumns(table);
  if (bound.length !== columns.length) {
    throw new MillraceError(
      'Internal',
      `A chunk bound of ${table.ref.schema}.${table.ref.table} has ${bound.length} values for a key of ${columns.length}.`,
    );
  }
  const values: BindValue[] = [];
  const compare = (index: number, operator: '<' | '<=' | '=' | '>' | '>='): string => {
    const column = columns[index] as ColumnDescription;
    const key = keyTypeOf(column);
    const text = key.toBind(bound[index] ?? '', column);
    values.push(key.isNational === true ? { national: text } : text);
    return `${quoteIdentifier(column.name)} ${operator} ${key.expression(`:${firstBind + values.length - 1}`, column)}`;
  };
  const last = columns.length - 1;
  const [strict, inclusive] = side === 'after' ? (['>', '>='] as const) : (['<', '<='] as const);
  const onLast = side === 'after' ? strict : inclusive;
  if (last === 0) return { text: compare(0, onLast), values };
  const range = compare(0, inclusive);
  const alternatives = columns.map((_column, index) =>
    [
      ...columns.slice(0, index).map((_equal, before) => compare(before, '=')),
      compare(index, index === last ? onLast : strict),
    ].join(' AND '),
  );
  return { text: `${range} AND (${alternatives.map((text) => `(${text})`).join(' OR ')})`, values };
};

/** The row with one key. */
export const keyEqualsCondition = (
  table: TableDescription,
  key: readonly string[],
  firstBind: number,
): Condition => {
  const values: BindValue[] = [];
  const text = keyColumns(table)
    .map((column, index) => {
      const type = keyTypeOf(column);
      const bound = type.toBind(key[index] ?? '', column);
      values.push(type.isNational === true ? { national: bound } : bound);
      return `${quoteIdentifier(column.name)} = ${type.expression(`:${firstBind + index}`, column)}`;
    })
    .join(' AND ');
  return { text, values };
};

const keyTypeOf = (column: ColumnDescription): NonNullable<OracleType['key']> => {
  const key = oracleTypeOf(column)?.key;
  if (key !== undefined) return key;
  throw new MillraceError(
    'UnsupportedType',
    `Key column ${column.name}: values of type ${column.native?.type ?? column.type} cannot bound a chunk.`,
    { facts: { column: column.name, type: column.native?.type ?? column.type } },
  );
};
