import type { ValueDecoders } from './value-decoder.ts';

/** Names of Debezium's SpecialValueDecimal, as decimal.handling.mode=string writes them. */
const special: ReadonlyMap<string, string> = new Map([
  ['NAN', 'NaN'],
  ['POSITIVE_INFINITY', 'Infinity'],
  ['NEGATIVE_INFINITY', '-Infinity'],
]);

/** Digits with the scale of the value; trailing zeros are part of it. */
const plain = /^-?\d+(\.\d+)?$/;

/** Debezium takes a negative scale, numeric(5,-2), for one of 2046 and adds as many zeros. */
const surplusZeros = /\.0+$/;

export const numericDecoders: ValueDecoders = {
  numeric: (raw, column) => {
    if (typeof raw !== 'string') return undefined;
    if (!plain.test(raw)) return special.get(raw);
    if (column.scale === undefined || column.scale >= 0) return raw;
    const whole = raw.replace(surplusZeros, '');
    return whole.includes('.') ? undefined : whole;
  },
};
