import { numberLiteral } from '../literals.ts';
import { copyNumber } from './transcode.ts';
import { type CanonicalType, plainType, type TypeCodec, type TypeCodecs } from './type-codec.ts';

const int2 = plainType('smallint', 'int2');
const int4 = plainType('integer', 'int4');
const int8 = plainType('bigint', 'int8');
/** 2^64 - 1 has 20 digits. */
const numeric20: CanonicalType = { type: 'numeric(20,0)', baseType: 'numeric', precision: 20, scale: 0 };

/** Integers beyond 2^53 have to come as bigint: as a number they would be rounded already. */
const toBigInt = (raw: unknown): bigint | undefined => {
  if (typeof raw === 'bigint') return raw;
  return typeof raw === 'number' && Number.isSafeInteger(raw) ? BigInt(raw) : undefined;
};

/** Most values of most tables are such numbers: they are looked at once and not made again. */
const unpadded = /^(?:0|-?[1-9]\d*)$/;

/** ZEROFILL pads the server's text. */
const digits = (value: string): string | undefined => {
  if (unpadded.test(value)) return value;
  return /^-?\d+$/.test(value) ? value.replace(/^(-?)0+(?=\d)/, '$1') : undefined;
};

const integer = (signed: CanonicalType, unsigned: CanonicalType): TypeCodec => ({
  canonicalType: ({ isUnsigned }) => (isUnsigned ? unsigned : signed),
  fromSelect: digits,
  transcode: copyNumber,
  fromEvent: (raw) => toBigInt(raw)?.toString(),
  toLiteral: numberLiteral,
});

export const integerCodecs: TypeCodecs = {
  // Its display width of 1 makes it what BOOLEAN is short for, but it holds any number of a byte.
  tinyint: integer(int2, int2),
  smallint: integer(int2, int4),
  mediumint: integer(int4, int4),
  int: integer(int4, int8),
  bigint: {
    ...integer(int8, numeric20),
    // `bigint.unsigned.handling.mode=long` writes the same 64 bits as a signed number.
    fromEvent: (raw, { native }) => {
      const value = toBigInt(raw);
      if (value === undefined) return undefined;
      return (native?.isUnsigned === true ? BigInt.asUintN(64, value) : value).toString();
    },
  },
  year: {
    canonicalType: () => int2,
    fromSelect: digits,
    transcode: copyNumber,
    // The log has the years since 1900, and Debezium adds 1900 to the year 0000, too, which is 0; there is no year 1900.
    fromEvent: (raw) => {
      const year = toBigInt(raw);
      return year === 1900n ? '0' : year?.toString();
    },
    toLiteral: numberLiteral,
  },
};
