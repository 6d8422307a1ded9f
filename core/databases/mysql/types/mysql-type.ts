import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { NewColumn, RefusedColumn } from './new-column.ts';
import type { Transcode } from './transcode.ts';
import type { EncoderChoice } from './value-encoder.ts';

/** A type of PostgreSQL's as `ColumnDescription` has it. */
export type CanonicalType = Pick<
  ColumnDescription,
  'type' | 'baseType' | 'maxLength' | 'precision' | 'scale'
>;

/** A column's type as information_schema.columns describes it. */
export interface NativeColumn {
  /** DATA_TYPE: `bigint`. */
  readonly dataType: string;
  /** COLUMN_TYPE: `bigint(20) unsigned`. */
  readonly columnType: string;
  readonly isUnsigned: boolean;
  /** In characters, bytes for binary types. */
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** Fraction digits of times. */
  readonly fraction?: number;
  readonly charset?: string;
  readonly collation?: string;
  /** MariaDB has JSON as a text with a CHECK of its grammar. */
  readonly isCheckedJson?: boolean;
}

/** Undefined stands for a value that the column cannot have. */
export type Decoded = string | undefined;

/** A type as the server spells it, taken apart so that nothing else of it gets into a statement. */
export interface SpelledType {
  /** The numbers in brackets: `decimal(12,2)`. */
  readonly first?: number;
  readonly second?: number;
  readonly unsigned: '' | ' unsigned';
  /** The character set of a character type, unless it is utf8mb4, which every new table has. */
  readonly charset: { readonly charset?: string };
}

/**
 * One type of MySQL and MariaDB: how it is described, how both forms of its values become the same canonical text, and how a
 * new table gets a column of it. The values are never NULL. How values are written is the same for a whole family.
 */
export interface MysqlType {
  readonly canonicalType: (column: NativeColumn) => CanonicalType;
  /** What to SELECT for the column, where its own text is not exact. */
  readonly select?: (quotedColumn: string) => string;
  /** Whether the SELECT's value is wanted as bytes. */
  readonly isBinary?: boolean;
  /** From the SELECT: the server's text in UTF-8, or latin1 of the bytes when `isBinary`. */
  readonly fromSelect: (value: string, column: ColumnDescription) => Decoded;
  /** Absent where `fromSelect` is as good, or the value is not selected as text. */
  readonly transcode?: Transcode;
  /** From the event's JSON under `captureSettings`. */
  readonly fromEvent: (raw: unknown, column: ColumnDescription) => Decoded;
  /**
   * A literal that the server compares with the column exactly and in the order of its index. Absent where there is
   * none: a table with such a column in its key is copied in one chunk.
   */
  readonly toLiteral?: (canonical: string, column: ColumnDescription) => string;
  /** A new table's column of the source's own type. Absent where only one of the two servers has the type. */
  readonly create?: (spelled: SpelledType, column: ColumnDescription) => NewColumn | undefined;
}

/** By DATA_TYPE. */
export type MysqlTypes = Readonly<Record<string, MysqlType>>;

/** A column as information_schema has it, for docs/guide/types.md. */
export type DocumentedColumn = Pick<
  NativeColumn,
  'columnType' | 'maxLength' | 'precision' | 'scale' | 'fraction' | 'charset'
>;

/** Types that are alike: one file. */
export interface TypeFamily {
  readonly types: MysqlTypes;
  /** How values of any source become values of a column of the family. */
  readonly encoder: EncoderChoice;
  /** A new table's column of the family, by the canonical type of a column of another database. */
  readonly forCanonical?: Readonly<Record<string, (column: ColumnDescription) => NewColumn | RefusedColumn>>;
  readonly documented?: readonly DocumentedColumn[];
}

export const plainType = (type: string, baseType = type): CanonicalType => ({ type, baseType });

/** A text that has the form already. */
export const matching =
  (form: RegExp) =>
  (raw: unknown): string | undefined =>
    typeof raw === 'string' && form.test(raw) ? raw : undefined;
