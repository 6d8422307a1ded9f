import { matching } from './value-decoder.ts';

/** `[1,10)`, `(,"2024-01-01 00:00:00"]`, `empty`: a bound that is not there is infinite. */
export const decodeRange = matching(/^(?:empty|[[(].*,.*[\])])$/s);

/** Ranges in braces, none to many, without those that are empty. */
export const decodeMultirange = matching(/^\{(?:[[(].*,.*[\])])?\}$/s);
