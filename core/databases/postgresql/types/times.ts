import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const time = String.raw`\d\d:\d\d:\d\d(?:\.\d{1,6})?`;

/** A day's end may be 24:00:00. A zone has minutes and seconds only when it needs them. */
const decoders: ValueDecoders = {
  time: matching(new RegExp(`^${time}$`)),
  timetz: matching(new RegExp(`^${time}[+-]\\d\\d(?::\\d\\d){0,2}$`)),
};

export const times: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('time without time zone', 'time'),
    documentedColumn('time with time zone', 'timetz'),
  ],
};
