import type { RawRow } from '../contracts/change-event.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ApplyRow, ApplyTable } from '../ports/apply-table.ts';

/** Whether every value is known. */
export const isComplete = (row: ApplyRow): boolean => {
  for (let index = 0; index < row.length; index += 1) if (row[index] === undefined) return false;
  return true;
};

export interface DecodedRow {
  readonly row: ApplyRow;
  /** Identifies the row within its table, see `keyOf`. */
  readonly key: string;
  /** Whether a value is missing because the log did not contain it. */
  readonly hasUnavailable: boolean;
}

/**
 * Decodes the new row of an event. A column that the event need not mention (it was added later, or dropped) stays
 * undefined. Throws `SchemaMismatch` for a column that the target does not have, and `SchemaChanged` without one that it has to mention.
 */
export const decodeRow = (table: ApplyTable, raw: RawRow): DecodedRow => {
  const { columns } = table;
  const row: (string | null | undefined)[] = new Array(columns.length);
  let hasUnavailable = false;
  let known = 0;
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index];
    if (column === undefined) continue;
    const value = mentioned(raw, column.name);
    if (value === undefined) continue;
    known += 1;
    if (value === null) row[index] = null;
    else if (column.isUnavailable(value)) hasUnavailable = true;
    else row[index] = column.decode(value);
  }
  if (known !== countColumns(raw)) refuseUnknownColumns(table, raw);
  if (known !== columns.length) refuseMissingColumns(table, raw);
  return { row, key: keyOf(table, row), hasUnavailable };
};

/**
 * The event's value of a column, or undefined. Every object has a `constructor` and a `__proto__`, which a column may be called,
 * too; neither a function nor the prototype itself can come from JSON.
 */
const mentioned = (raw: RawRow, name: string): unknown => {
  const value = raw[name];
  return typeof value === 'function' || value === Object.prototype ? undefined : value;
};

/** Object.keys makes an array, for every row. */
const countColumns = (raw: RawRow): number => {
  let count = 0;
  for (const _name in raw) count += 1;
  return count;
};

/** Decodes only the key of an old row; the log need not contain more of it. */
export const decodeKey = (table: ApplyTable, raw: RawRow): Pick<DecodedRow, 'row' | 'key'> => {
  const row: (string | null | undefined)[] = new Array(table.columns.length);
  for (const index of table.keyColumns) {
    const column = table.columns[index];
    const value = column === undefined ? undefined : mentioned(raw, column.name);
    if (value !== undefined && value !== null) row[index] = column?.decode(value);
  }
  return { row, key: keyOf(table, row) };
};

/**
 * One text for the key's values, different for different ones. A NUL, which MySQL and Oracle have in texts, is doubled, so
 * that what stands between two values is in none of them.
 */
export const keyOf = (table: ApplyTable, row: ApplyRow): string => {
  const { keyColumns } = table;
  const values = new Array<string>(keyColumns.length);
  for (let index = 0; index < keyColumns.length; index += 1) {
    const column = keyColumns[index] ?? -1;
    const value = row[column];
    if (typeof value !== 'string') throw missingKey(table, column);
    values[index] = value;
  }
  if (values.length === 1) return values[0] ?? '';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? '';
    if (value.includes('\0')) values[index] = value.replaceAll('\0', '\0\0');
  }
  // Concatenated, the parts of the key would all be kept.
  return values.join('\0\u0001');
};

const missingKey = (table: ApplyTable, column: number): MillraceError => {
  const { name } = table.columns[column] ?? {};
  const label = tableLabel(table.mapping.source);
  return new MillraceError(
    'UndecodableEvent',
    `An event of table ${label} has no value for key column ${name}.`,
    { facts: { table: label, column: name } },
  );
};

const refuseMissingColumns = ({ columns, mapping, expectedColumns = [] }: ApplyTable, raw: RawRow): void => {
  const missing = expectedColumns.flatMap((index) => {
    const name = columns[index]?.name;
    return name === undefined || mentioned(raw, name) !== undefined ? [] : [name];
  });
  if (missing.length === 0) return;
  const label = tableLabel(mapping.source);
  throw new MillraceError(
    'SchemaChanged',
    `An event of table ${label} lacks columns that the table had when it was copied (${missing.join(', ')}), so it does not say ` +
      'what its row has in them.',
    { facts: { table: label, columns: missing } },
  );
};

const refuseUnknownColumns = (table: ApplyTable, raw: RawRow): void => {
  const known = new Set(table.columns.map(({ name }) => name));
  const unknown = Object.keys(raw).filter((name) => !known.has(name) && !table.ignoredColumns.has(name));
  if (unknown.length === 0) return;
  const { source, target } = table.mapping;
  throw new MillraceError(
    'SchemaMismatch',
    `Table ${tableLabel(source)} has columns that ${tableLabel(target)} lacks: ${unknown.join(', ')}.`,
    { facts: { table: tableLabel(source), columns: unknown } },
  );
};
