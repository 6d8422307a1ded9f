import type { ColumnDescription } from '../../../contracts/table-description.ts';

/** What ALL_TAB_COLS tells of a column's type. */
export interface NativeColumn {
  /** DATA_TYPE, for example `NUMBER`, `TIMESTAMP(6) WITH TIME ZONE`; a type of a user's own is its name. */
  readonly dataType: string;
  readonly dataTypeOwner: string | null;
  /** DATA_LENGTH, in bytes. */
  readonly dataLength: number;
  readonly precision: number | null;
  readonly scale: number | null;
  /** CHAR_LENGTH: of character types, in characters. */
  readonly charLength: number;
  /** CHAR_USED: B or C. */
  readonly charUsed: string | null;
}

/** How PostgreSQL's type space names a type. */
export type CanonicalType = Pick<
  ColumnDescription,
  'type' | 'baseType' | 'maxLength' | 'precision' | 'scale'
>;

/** One type of Oracle: how it is described, copied, and captured. */
export interface OracleType {
  /** The PostgreSQL type whose values have the canonical texts of the column's. */
  canonicalType(column: NativeColumn): CanonicalType;
  /** As DDL spells it. */
  nativeType(column: NativeColumn): string;
  /** Why such a column cannot be replicated; absent when every one can. */
  refuse?(column: ColumnDescription): string | undefined;
  /** The expression that is selected for the quoted column; a text unless `fromSelect` says otherwise. */
  select(quotedColumn: string): string;
  /**
   * What the driver gives for that expression (never null): a text, a number for binary floats, bytes for RAW and BLOB.
   * Undefined for what cannot be represented exactly.
   */
  fromSelect(raw: unknown, column: ColumnDescription): string | null | undefined;
  /** What Debezium writes for the column (never null); undefined for a form that it does not write. */
  fromEvent(raw: unknown, column: ColumnDescription): string | undefined;
  /**
   * For columns of a key: an expression of the bind variable that compares with the column as its index does, and the
   * text to bind for a canonical text. Absent for types by which chunks cannot be told apart.
   */
  readonly key?: {
    expression(bind: string, column: ColumnDescription): string;
    toBind(text: string, column: ColumnDescription): string;
    readonly isNational?: boolean;
  };
}

/** By Oracle's name in lower case, without its numbers. */
export type OracleTypes = Readonly<Record<string, OracleType>>;

/** A column as ALL_TAB_COLS has it, for docs/guide/types.md. */
export type DocumentedColumn = Pick<NativeColumn, 'dataType'> & Partial<NativeColumn>;

/** Types that are alike: one file. */
export interface TypeFamily {
  readonly types: OracleTypes;
  readonly documented: readonly DocumentedColumn[];
}
