import { documentedColumn, type TypeFamily } from './type-family.ts';
import type { ValueDecoder, ValueDecoders } from './value-decoder.ts';

const digits = /^-?\d+$/;

/** Integers beyond 2^53 have to come as bigint: as a number they would be rounded already. */
const integer: ValueDecoder = (raw) => {
  if (typeof raw === 'string') return digits.test(raw) ? raw : undefined;
  const isExact = typeof raw === 'bigint' || (typeof raw === 'number' && Number.isSafeInteger(raw));
  return isExact ? raw.toString() : undefined;
};

const decoders: ValueDecoders = { int2: integer, int4: integer, int8: integer };

export const integers: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('smallint', 'int2'),
    documentedColumn('integer', 'int4'),
    documentedColumn('bigint', 'int8'),
  ],
};
