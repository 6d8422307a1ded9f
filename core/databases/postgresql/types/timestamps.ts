import { matching, type ValueDecoders } from './value-decoder.ts';

const timestamp = String.raw`\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?`;

/** With a time zone: in UTC, since all our sessions are (core/databases/postgresql/session.ts). */
export const timestampDecoders: ValueDecoders = {
  timestamp: matching(new RegExp(`^(?:${timestamp}(?: BC)?|-?infinity)$`)),
  timestamptz: matching(new RegExp(`^(?:${timestamp}\\+00(?: BC)?|-?infinity)$`)),
};
