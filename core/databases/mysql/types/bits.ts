import { numberLiteral } from '../literals.ts';
import type { TypeCodecs } from './type-codec.ts';

/** The last `length` bits of bytes in the order of their weight. */
const toBits = (bytes: Iterable<number>, length: number): string | undefined => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const surplus = bits.length - length;
  return surplus >= 0 && !bits.slice(0, surplus).includes('1') ? bits.slice(surplus) : undefined;
};

export const bitCodecs: TypeCodecs = {
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
    // As a number: of MariaDB's bit and hexadecimal literals some are compared as texts.
    toLiteral: (canonical) => numberLiteral(BigInt(`0b${canonical}`).toString()),
  },
};
