import { matching, type ValueDecoders } from './value-decoder.ts';

/** Years have at least four digits and up to seven; those before 1 AD count backwards. */
export const dateDecoders: ValueDecoders = {
  date: matching(/^(?:\d{4,7}-\d\d-\d\d(?: BC)?|-?infinity)$/),
};
