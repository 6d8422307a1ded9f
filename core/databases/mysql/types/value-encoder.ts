import type { ColumnDescription } from '../../../contracts/table-description.ts';

/** Why a column cannot hold a value; in words that complete "a value of column NAME". Never the value itself. */
export interface Refusal {
  readonly refused: string;
}

/** A value in the form of its column, or why there is none. */
export type Encoded = string | Refusal;

/**
 * How encoded values become part of a statement or of a file to load, see literals.ts and load-data.ts.
 *
 * - `number`: digits that stand for themselves.
 * - `text`: text in utf8mb4; what it means the column's type says.
 * - `bytes`: hexadecimal digits.
 * - `bits`: zeros and ones.
 */
export type ValueForm = 'number' | 'text' | 'bytes' | 'bits';

/** How canonical texts become what one column of MySQL stores exactly. */
export interface ColumnEncoder {
  readonly form: ValueForm;
  readonly encode: (text: string) => Encoded;
}

/**
 * An encoder from a source column's canonical texts to a target column; undefined when no value fits, or not every ordinary
 * one (see `isPartial`). Exceptional values of a type that has them (NaN, infinity, BC) are refused one by one.
 */
export type EncoderChoice = (source: ColumnDescription, target: TargetColumn) => ColumnEncoder | undefined;

/** What an encoder has to know of a column at the target. */
export interface TargetColumn {
  /** In lower case, without modifiers: `bigint`. */
  readonly baseType: string;
  /** As DDL spells it. */
  readonly type: string;
  readonly isUnsigned: boolean;
  /** Otherwise it is MySQL's. */
  readonly isMariadb: boolean;
  readonly charset?: string;
  /** Characters or bytes, as declared. */
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** In the primary key, where every type has a length: a longer value is refused by itself. */
  readonly isKey: boolean;
  /** Set where a column also counts that holds only a part of the source's values: the others are refused by themselves. */
  readonly isPartial: boolean;
}

export const refuse = (reason: string): Refusal => ({ refused: reason });

export const isRefusal = (encoded: Encoded): encoded is Refusal => typeof encoded !== 'string';

/** As it is. */
export const verbatim = (text: string): string => text;

/** PostgreSQL's name of the source's type, or undefined for what is a text to others: an array, a composite, an enum. */
export const scalarType = (source: ColumnDescription): string | undefined =>
  source.typeKind === 'base' && !source.isArray ? source.baseType : undefined;
