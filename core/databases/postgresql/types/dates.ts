import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

/** Years have at least four digits and up to seven; those before 1 AD count backwards. */
const decoders: ValueDecoders = {
  date: matching(/^(?:\d{4,7}-\d\d-\d\d(?: BC)?|-?infinity)$/),
};

export const dates: TypeFamily = {
  decoders,
  documented: [documentedColumn('date', 'date')],
};
