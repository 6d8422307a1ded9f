import { numberLiteral } from '../literals.ts';
import type { MysqlTypes, TypeFamily } from './mysql-type.ts';
import { fixedColumn, varcharColumn } from './new-column.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** The most bits that one BIT column has (MySQL manual, 13.1.5). */
const maxBits = 64;

/** The last `length` bits of bytes in the order of their weight. */
const toBits = (bytes: Iterable<number>, length: number): string | undefined => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const surplus = bits.length - length;
  return surplus >= 0 && !bits.slice(0, surplus).includes('1') ? bits.slice(surplus) : undefined;
};

const types: MysqlTypes = {
  bit: {
    canonicalType: ({ precision = 1 }) => ({
      type: `bit(${precision})`,
      baseType: 'bit',
      maxLength: precision,
    }),
    isBinary: true,
    fromSelect: (value, { maxLength = 1 }) => toBits(Buffer.from(value, 'latin1'), maxLength),
    // BIT(1) arrives as a boolean, longer ones as bytes in base 64, the lowest byte first.
    fromEvent: (raw, { maxLength = 1 }) => {
      if (typeof raw === 'boolean') return maxLength === 1 ? String(Number(raw)) : undefined;
      return typeof raw === 'string' ? toBits(Buffer.from(raw, 'base64').reverse(), maxLength) : undefined;
    },
    create: ({ first = 1 }) => fixedColumn(`bit(${first})`, Math.ceil(first / 8)),
    // As a number: of MariaDB's bit and hexadecimal literals some are compared as texts.
    toLiteral: (canonical) => numberLiteral(BigInt(`0b${canonical}`).toString()),
  },
};

/** Both columns need the same length: MySQL puts a shorter value to the right, and PostgreSQL's bits count from the left. */
const encoder: EncoderChoice = (source, target) => {
  if (target.baseType !== 'bit' || scalarType(source) !== 'bit') return undefined;
  const length = target.maxLength ?? 1;
  if ((source.maxLength ?? 1) !== length) return undefined;
  return {
    form: 'bits',
    encode: (text) =>
      text.length === length && /^[01]*$/.test(text) ? text : refuse('has not as many bits as its column'),
  };
};

export const bits: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    bit: ({ maxLength = 1 }) =>
      maxLength <= maxBits
        ? fixedColumn(`bit(${maxLength})`, Math.ceil(maxLength / 8))
        : varcharColumn(maxLength),
  },
  documented: [
    { columnType: 'bit(1)', precision: 1 },
    { columnType: 'bit(12)', precision: 12 },
  ],
};
