import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

/** IntervalStyle=postgres: `-1 years -2 mons +3 days -04:05:06.789`; infinite ones exist since PostgreSQL 17. */
const units = String.raw`[+-]?\d+ (?:year|mon|day)s?`;
const clock = String.raw`[+-]?\d{2,}:\d\d:\d\d(?:\.\d{1,6})?`;

const decoders: ValueDecoders = {
  interval: matching(new RegExp(`^(?:${clock}|${units}(?: ${units})*(?: ${clock})?|-?infinity)$`)),
};

export const intervals: TypeFamily = {
  decoders,
  documented: [documentedColumn('interval', 'interval')],
};
