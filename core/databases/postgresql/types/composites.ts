import { matching } from './value-decoder.ts';

/** Its fields in brackets, `(1,"a, b",)`, where NULL is nothing at all. */
export const decodeComposite = matching(/^\(.*\)$/s);
