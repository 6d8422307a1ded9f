import { numberLiteral } from '../literals.ts';
import {
  type CanonicalType,
  type MysqlType,
  type MysqlTypes,
  plainType,
  type TypeFamily,
} from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { copyNumber } from './transcode.ts';
import { type EncoderChoice, refuse, scalarType, type TargetColumn, verbatim } from './value-encoder.ts';

const int2 = plainType('smallint', 'int2');
const int4 = plainType('integer', 'int4');
const int8 = plainType('bigint', 'int8');
/** 2^64 - 1 has 20 digits. */
const numeric20: CanonicalType = { type: 'numeric(20,0)', baseType: 'numeric', precision: 20, scale: 0 };

/** Integers beyond 2^53 have to come as bigint: as a number they would be rounded already. */
export const toBigInt = (raw: unknown): bigint | undefined => {
  if (typeof raw === 'bigint') return raw;
  return typeof raw === 'number' && Number.isSafeInteger(raw) ? BigInt(raw) : undefined;
};

/** Most values of most tables are such numbers: they are looked at once and not made again. */
const unpadded = /^(?:0|-?[1-9]\d*)$/;

/** ZEROFILL pads the server's text. */
export const digits = (value: string): string | undefined => {
  if (unpadded.test(value)) return value;
  return /^-?\d+$/.test(value) ? value.replace(/^(-?)0+(?=\d)/, '$1') : undefined;
};

/**
 * An event has the bits of the column. Debezium takes them for a signed number where a statement of the log gave the type another name
 * (INTEGER UNSIGNED, or ZEROFILL without UNSIGNED; 3.5.0, dbz#2172): 4294967295 arrives as -1.
 */
const fromBits =
  (bits: number): MysqlType['fromEvent'] =>
  (raw, { native }) => {
    const value = toBigInt(raw);
    if (value === undefined) return undefined;
    return (native?.isUnsigned === true && value < 0n ? BigInt.asUintN(bits, value) : value).toString();
  };

const integer = (
  bits: number,
  signed: CanonicalType,
  unsigned: CanonicalType,
  create: NonNullable<MysqlType['create']>,
): MysqlType => ({
  canonicalType: ({ isUnsigned }) => (isUnsigned ? unsigned : signed),
  fromSelect: digits,
  transcode: copyNumber,
  fromEvent: fromBits(bits),
  toLiteral: numberLiteral,
  create,
});

const named =
  (name: string, bytes: number): NonNullable<MysqlType['create']> =>
  ({ unsigned }) =>
    fixedColumn(`${name}${unsigned}`, bytes);

const types: MysqlTypes = {
  // Its display width of 1 makes it what BOOLEAN is short for, but it holds any number of a byte.
  tinyint: integer(8, int2, int2, ({ first, unsigned }) =>
    fixedColumn(`tinyint${first === 1 ? '(1)' : ''}${unsigned}`, 1),
  ),
  smallint: integer(16, int2, int4, named('smallint', 2)),
  mediumint: integer(24, int4, int4, named('mediumint', 3)),
  int: integer(32, int4, int8, named('int', 4)),
  // `bigint.unsigned.handling.mode=long` writes the same 64 bits as a signed number.
  bigint: integer(64, int8, numeric20, named('bigint', 8)),
};

interface Range {
  readonly least: bigint;
  readonly greatest: bigint;
}

const ofBits = (bits: bigint, isUnsigned: boolean): Range =>
  isUnsigned
    ? { least: 0n, greatest: 2n ** bits - 1n }
    : { least: -(2n ** (bits - 1n)), greatest: 2n ** (bits - 1n) - 1n };

/** MySQL manual, 13.1.2. */
const targetBits: ReadonlyMap<string, bigint> = new Map([
  ['tinyint', 8n],
  ['smallint', 16n],
  ['mediumint', 24n],
  ['int', 32n],
  ['bigint', 64n],
]);

/** PostgreSQL manual, 8.1; xid8 and oid have no sign. */
export const sourceRanges: ReadonlyMap<string, Range> = new Map([
  ['int2', ofBits(16n, false)],
  ['int4', ofBits(32n, false)],
  ['int8', ofBits(64n, false)],
  ['oid', ofBits(32n, true)],
  ['xid8', ofBits(64n, true)],
]);

const integerText = /^-?\d+$/;

/** From integer types, and from decimal ones that have no fraction: MySQL's BIGINT UNSIGNED is such a one to PostgreSQL. */
const encoder: EncoderChoice = (source, target) => {
  const range = rangeOf(target);
  if (range === undefined) return undefined;
  const type = scalarType(source);
  const from = sourceRanges.get(type ?? '');
  if (from !== undefined) {
    if (from.least >= range.least && from.greatest <= range.greatest)
      return { form: 'number', encode: verbatim };
    // The type has the same width but another sign, or it is MySQL's own narrower type, whose values are in its range.
    const isSameAtSource = source.native !== undefined && source.native.baseType === target.baseType;
    return isSameAtSource || target.isPartial ? { form: 'number', encode: within(range) } : undefined;
  }
  if (type !== 'numeric') return undefined;
  if (target.isPartial) return { form: 'number', encode: within(range) };
  if (source.precision === undefined || (source.scale ?? 0) > 0) return undefined;
  const digits = source.precision - (source.scale ?? 0);
  const mayOverflow = 10n ** BigInt(digits) > range.greatest + 1n;
  const isSameAtSource = source.native?.baseType === target.baseType;
  return mayOverflow && !isSameAtSource ? undefined : { form: 'number', encode: within(range) };
};

const rangeOf = ({ baseType, isUnsigned }: TargetColumn): Range | undefined => {
  const bits = targetBits.get(baseType);
  return bits === undefined ? undefined : ofBits(bits, isUnsigned);
};

const within = (range: Range) => (text: string) => {
  if (!integerText.test(text)) return refuse('is no integer');
  const value = BigInt(text);
  return value >= range.least && value <= range.greatest ? text : refuse('is out of the range of its column');
};

export const integers: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    int2: () => fixedColumn('smallint', 2),
    int4: () => fixedColumn('int', 4),
    int8: () => fixedColumn('bigint', 8),
    oid: () => fixedColumn('int unsigned', 4),
    xid8: () => fixedColumn('bigint unsigned', 8),
  },
  documented: [
    { columnType: 'tinyint(1)' },
    { columnType: 'tinyint(3) unsigned' },
    { columnType: 'smallint(6)' },
    { columnType: 'smallint(5) unsigned' },
    { columnType: 'mediumint(9)' },
    { columnType: 'int(11)' },
    { columnType: 'int(10) unsigned' },
    { columnType: 'bigint(20)' },
    { columnType: 'bigint(20) unsigned' },
  ],
};
