import { type EncoderChoice, refuse, scalarType, type TargetColumn, verbatim } from './value-encoder.ts';

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

const integer = /^-?\d+$/;

/** From integer types, and from decimal ones that have no fraction: MySQL's BIGINT UNSIGNED is such a one to PostgreSQL. */
export const integerEncoder: EncoderChoice = (source, target) => {
  const range = rangeOf(target);
  if (range === undefined) return undefined;
  const type = scalarType(source);
  const from = sourceRanges.get(type ?? '');
  if (from !== undefined) {
    if (from.least >= range.least && from.greatest <= range.greatest)
      return { form: 'number', encode: verbatim };
    // Of the same width, but another sign, or MySQL's own narrower type: its values are in the range of that one.
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
  if (!integer.test(text)) return refuse('is no integer');
  const value = BigInt(text);
  return value >= range.least && value <= range.greatest ? text : refuse('is out of the range of its column');
};
