import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const timestamp = String.raw`\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?`;

/** With a time zone: in UTC, since all our sessions are (core/databases/postgresql/session.ts). */
const decoders: ValueDecoders = {
  timestamp: matching(new RegExp(`^(?:${timestamp}(?: BC)?|-?infinity)$`)),
  timestamptz: matching(new RegExp(`^(?:${timestamp}\\+00(?: BC)?|-?infinity)$`)),
};

export const timestamps: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('timestamp without time zone', 'timestamp'),
    documentedColumn('timestamp(3) with time zone', 'timestamptz', { precision: 3 }),
  ],
};
