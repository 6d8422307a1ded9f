import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { Transcode } from './transcode.ts';

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

/**
 * One type of MySQL and MariaDB: from both forms of its values to the same canonical text. The values are never NULL.
 */
export interface TypeCodec {
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
}

export type TypeCodecs = Readonly<Record<string, TypeCodec>>;

export const plainType = (type: string, baseType = type): CanonicalType => ({ type, baseType });

/** A text that has the form already. */
export const matching =
  (form: RegExp) =>
  (raw: unknown): string | undefined =>
    typeof raw === 'string' && form.test(raw) ? raw : undefined;
