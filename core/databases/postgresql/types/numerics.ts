import { matching, type ValueDecoders } from './value-decoder.ts';

/** Digits with the scale of the value; trailing zeros are part of it. Infinity exists since PostgreSQL 14. */
export const numericDecoders: ValueDecoders = {
  numeric: matching(/^(?:-?\d+(?:\.\d+)?|NaN|-?Infinity)$/),
};
