import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { nativeColumnFor, newColumnFor } from '../types/column-types.ts';
import {
  bytesPerCharacter,
  fixedColumn,
  longTextColumn,
  type NewColumn,
  pointerBytes,
  varcharColumn,
} from '../types/new-column.ts';

/** The most bytes that a key has in all, and that each of its columns has (MySQL manual, 17.21, InnoDB limits, DYNAMIC rows). */
const maxKeyBytes = 3_072;
/** The most bytes of a row, without TEXT and BLOB, whose values lie elsewhere (MySQL manual, 10.4.7). */
const maxRowBytes = 65_535;
/** A column of a table that Millrace creates. */
export interface PlannedColumn {
  readonly name: string;
  /** As DDL spells it. */
  readonly type: string;
  /** The character set, where the type has one and it is not the table's own. */
  readonly charset?: string;
  /** Written behind the nullability. */
  readonly suffix?: string;
}

export interface ColumnPlan {
  readonly columns: readonly PlannedColumn[];
  /** Why a table cannot be created for the source's rows, one reason each. */
  readonly refusals: readonly string[];
}

/**
 * The columns of a new table for the rows of a source table: of a MySQL source its own types, and otherwise the types that
 * hold every ordinary value exactly. What has no such type is text in its canonical form.
 *
 * Declared lengths stay as long as the row has room for them; the longest ones give way. A key column without a length gets
 * what room the key has left.
 */
export const planColumns = (source: TableDescription): ColumnPlan => {
  const refusals: string[] = [];
  const candidates = source.columns
    .filter((column) => !column.isGenerated)
    .map((column) => {
      const candidate = newColumnFor(column);
      if ('refused' in candidate) refusals.push(`column ${column.name} ${candidate.refused}`);
      return { column, candidate: 'refused' in candidate ? longTextColumn : candidate };
    });
  const isKey = (column: ColumnDescription) => source.primaryKey.includes(column.name);

  const keys = candidates.filter(({ column }) => isKey(column));
  const open = keys.filter(({ candidate }) => candidate.keyBytes === undefined);
  const taken = keys.reduce((sum, { candidate }) => sum + (candidate.keyBytes ?? 0), 0);
  const share = open.length === 0 ? 0 : Math.floor((maxKeyBytes - taken) / open.length);
  const minShare = 64;
  if (taken > maxKeyBytes || (open.length > 0 && share < minShare)) {
    refusals.push(`its key is longer than the ${maxKeyBytes} bytes that InnoDB has for one`);
  }
  for (const { column, candidate } of keys) {
    if (candidate.type === 'float') {
      refusals.push(`key column ${column.name} is ${column.type}, which MySQL cannot look up by its value`);
    }
  }

  const limited = candidates.map(({ column, candidate }) => {
    if (!isKey(column) || candidate.keyBytes !== undefined) return { column, candidate };
    return {
      column,
      candidate:
        candidate.unlimited === 'longblob'
          ? fixedColumn(`varbinary(${share})`, share)
          : varcharColumn(Math.max(1, Math.floor(share / bytesPerCharacter))),
    };
  });
  return {
    refusals,
    columns: fitRow(limited, isKey).map(({ column, candidate }) => ({
      name: column.name,
      type: candidate.type,
      ...(candidate.charset !== undefined && { charset: candidate.charset }),
      ...(candidate.suffix !== undefined && { suffix: candidate.suffix }),
    })),
  };
};

interface Chosen {
  readonly column: ColumnDescription;
  readonly candidate: NewColumn;
}

const fitRow = (
  columns: readonly Chosen[],
  isKey: (column: ColumnDescription) => boolean,
): readonly Chosen[] => {
  // One bit of a row for each column that may be NULL.
  let bytes = columns.reduce((sum, { candidate }) => sum + candidate.rowBytes, Math.ceil(columns.length / 8));
  const widest = columns
    .filter(({ column, candidate }) => !isKey(column) && candidate.unlimited !== undefined)
    .toSorted((a, b) => b.candidate.rowBytes - a.candidate.rowBytes);
  const given = new Set<ColumnDescription>();
  for (const { column, candidate } of widest) {
    if (bytes <= maxRowBytes || candidate.rowBytes <= pointerBytes) break;
    bytes -= candidate.rowBytes - pointerBytes;
    given.add(column);
  }
  return columns.map(({ column, candidate }) => ({
    column,
    candidate: given.has(column)
      ? {
          type: candidate.unlimited ?? 'longtext',
          rowBytes: pointerBytes,
          ...(candidate.charset !== undefined && { charset: candidate.charset }),
        }
      : candidate,
  }));
};

/**
 * Types with values that MySQL's own do not have: NaN and infinity, dates before the year 1 or after 9999, and numbers of
 * more than 65 digits.
 */
const widerTypes: ReadonlySet<string> = new Set([
  'numeric',
  'float4',
  'float8',
  'date',
  'timestamp',
  'timestamptz',
]);

/** Whether the column of a new table holds every value of its canonical type, or of the same type in MySQL. */
export const holdsEveryValue = (column: ColumnDescription): boolean =>
  nativeColumnFor(column) !== undefined ||
  column.typeKind !== 'base' ||
  column.isArray ||
  !widerTypes.has(column.baseType);
