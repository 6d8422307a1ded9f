import type { GuardedColumn, ValueGuard } from '../../../canonical/value-guard.ts';
import type { TableRef } from '../../../contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import type { ColumnEncoder } from '../types/value-encoder.ts';
import { encoderFor } from './column-encoder.ts';
import { loadField } from './load-data.ts';

/** A column of the target that is written. */
export interface WrittenColumn extends GuardedColumn {
  readonly encoder: ColumnEncoder;
}

/** Turns canonical rows into what a statement or a file holds of them. Columns are known by their index. */
export interface TargetRows {
  readonly ref: TableRef;
  readonly columns: readonly WrittenColumn[];
  readonly keyColumns: readonly number[];
  /** `('a', 1, NULL)`, of the given columns. Throws what the guard does. */
  tuple(row: readonly (string | null | undefined)[], columns: readonly number[]): string;
  /** One value of a row as a literal. */
  literal(row: readonly (string | null | undefined)[], column: number): string;
  /** A line for LOAD DATA, of all columns. */
  line(row: readonly (string | null)[]): string;
}

/**
 * `sources` and `written` belong together by index. Throws `SchemaMismatch` for a column whose types do not fit.
 */
export const describeTargetRows = (
  target: TableDescription,
  pairs: readonly { readonly source: ColumnDescription; readonly target: ColumnDescription }[],
  keyColumns: readonly number[],
  guard: ValueGuard,
): TargetRows => {
  const columns = pairs.map(({ source, target: column }): WrittenColumn => {
    const encoder = encoderFor(source, column);
    if (encoder === undefined) {
      throw new MillraceError(
        'SchemaMismatch',
        `Column ${column.name} of target table ${target.ref.schema}.${target.ref.table} is ` +
          `${column.native?.type ?? column.type}, which cannot hold the source's ${source.native?.type ?? source.type}.`,
        { facts: { table: `${target.ref.schema}.${target.ref.table}`, column: column.name } },
      );
    }
    return { name: column.name, notNull: column.notNull, encoder };
  });
  const encode = (value: string | null | undefined, column: WrittenColumn): string | null => {
    if (value === null || value === undefined) return null;
    const encoded = column.encoder.encode(value);
    return typeof encoded === 'string' ? encoded : guard(column, encoded.refused);
  };
  const literal = (value: string | null | undefined, column: WrittenColumn): string =>
    quoteLiteral(encode(value, column), column.encoder.form);
  const columnAt = (index: number): WrittenColumn => {
    const column = columns[index];
    if (column === undefined) throw new MillraceError('Internal', `There is no column ${index}.`);
    return column;
  };
  return {
    ref: target.ref,
    columns,
    keyColumns,
    tuple: (row, indexes) => {
      const literals = new Array<string>(indexes.length);
      for (let at = 0; at < indexes.length; at += 1) {
        const index = indexes[at] ?? 0;
        literals[at] = literal(row[index], columnAt(index));
      }
      return `(${literals.join(',')})`;
    },
    literal: (row, index) => literal(row[index], columnAt(index)),
    line: (row) => {
      const fields = new Array<string>(columns.length);
      for (let index = 0; index < columns.length; index += 1) {
        fields[index] = loadField(encode(row[index], columnAt(index)));
      }
      return `${fields.join('\t')}\n`;
    },
  };
};

/** Some statements of at most so many bytes each; a longer row has one of its own. */
export interface StatementLimits {
  readonly bytes: number;
  readonly rows: number;
}

/** Joins parts between a beginning and an end, as many as the limits allow. */
export const splitStatements = (
  begin: string,
  parts: Iterable<string>,
  end: string,
  limits: StatementLimits,
  separator = ',',
): readonly string[] => {
  const statements: string[] = [];
  let gathered: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (gathered.length > 0) statements.push(`${begin}${gathered.join(separator)}${end}`);
    gathered = [];
    length = 0;
  };
  for (const part of parts) {
    if (gathered.length >= limits.rows || length + part.length > limits.bytes) flush();
    gathered.push(part);
    length += part.length;
  }
  flush();
  return statements;
};

/** The columns' names for a statement's list. */
export const columnList = (rows: TargetRows, columns: readonly number[]): string =>
  columns.map((index) => quoteIdentifier(rows.columns[index]?.name ?? '')).join(', ');

/** `DELETE ... WHERE (a, b) IN ((1, 2), ...)`; a single column without the parentheses, which every version plans well. */
export const deleteStatements = (
  rows: TargetRows,
  keys: readonly (readonly (string | null | undefined)[])[],
  limits: StatementLimits,
): readonly string[] => {
  const { keyColumns } = rows;
  const [only] = keyColumns;
  const isSingle = keyColumns.length === 1 && only !== undefined;
  const names = columnList(rows, keyColumns);
  return splitStatements(
    `DELETE FROM ${quoteTable(rows.ref)} WHERE ${isSingle ? names : `(${names})`} IN (`,
    keys.map((key) => (isSingle ? rows.literal(key, only) : rows.tuple(key, keyColumns))),
    ')',
    limits,
  );
};

export const insertStatements = (
  rows: TargetRows,
  columns: readonly number[],
  values: readonly (readonly (string | null | undefined)[])[],
  onDuplicate: string,
  limits: StatementLimits,
): readonly string[] =>
  splitStatements(
    `INSERT INTO ${quoteTable(rows.ref)} (${columnList(rows, columns)}) VALUES `,
    values.map((row) => rows.tuple(row, columns)),
    onDuplicate,
    limits,
  );
