import { matching } from './value-decoder.ts';

/** With dimensions and bounds where they are not the usual ones: `[0:1]={1,NULL}`. */
export const decodeArray = matching(/^(?:\[[-\d:[\]]+\]=)?\{.*\}$/s);
