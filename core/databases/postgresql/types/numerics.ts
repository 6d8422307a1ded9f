import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

/** Digits with the scale of the value; trailing zeros are part of it. Infinity exists since PostgreSQL 14. */
const decoders: ValueDecoders = {
  numeric: matching(/^(?:-?\d+(?:\.\d+)?|NaN|-?Infinity)$/),
};

export const numerics: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('numeric', 'numeric'),
    documentedColumn('numeric(12,2)', 'numeric', { precision: 12, scale: 2 }),
  ],
};
