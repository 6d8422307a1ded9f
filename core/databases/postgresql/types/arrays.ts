import { matching } from './value-decoder.ts';

/** By PostgresTextConverter: PostgreSQL's own text, with dimensions and bounds, `[0:1]={1,NULL}`. */
export const decodeArray = matching(/^(?:\[[-\d:[\]]+\]=)?\{.*\}$/s);
