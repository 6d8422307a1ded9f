import type { ColumnDescription } from '../../../contracts/table-description.ts';

/** The most characters of one varchar in utf8mb4: the row limit never allows more. */
export const maxVarcharLength = 16_383;
export const bytesPerCharacter = 4;
/** What a TEXT or BLOB column takes of a row: up to four bytes of length and eight of a pointer. */
export const pointerBytes = 12;

/** A column of a table that Millrace creates, with what it takes of a row and of a key. */
export interface NewColumn {
  /** As DDL spells it. */
  readonly type: string;
  readonly rowBytes: number;
  /** Undefined for a type that has no length, which no key can have. */
  readonly keyBytes?: number;
  readonly charset?: string;
  /** Written behind the nullability. */
  readonly suffix?: string;
  /** The type without a length, when there is no room for this one. */
  readonly unlimited?: 'longtext' | 'longblob';
}

export interface RefusedColumn {
  readonly refused: string;
}

export const fixedColumn = (type: string, bytes: number): NewColumn => ({
  type,
  rowBytes: bytes,
  keyBytes: bytes,
});

export const asciiColumn = (type: string, length: number): NewColumn => ({
  ...fixedColumn(type, length),
  charset: 'ascii',
});

export const longTextColumn: NewColumn = { type: 'longtext', rowBytes: pointerBytes, unlimited: 'longtext' };
export const longBlob: NewColumn = { type: 'longblob', rowBytes: pointerBytes, unlimited: 'longblob' };

export const varcharColumn = (length: number): NewColumn =>
  length > maxVarcharLength
    ? longTextColumn
    : {
        type: `varchar(${length})`,
        rowBytes: length * bytesPerCharacter + 2,
        keyBytes: length * bytesPerCharacter,
        unlimited: 'longtext',
      };

/** PostgreSQL's times have microseconds. */
const maxFraction = 6;

/** Digits of the fraction that a new column of a time has. */
export const fractionOf = ({ precision }: ColumnDescription): number =>
  Math.min(precision ?? maxFraction, maxFraction);
