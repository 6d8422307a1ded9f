import type { ValueDecoder, ValueDecoders } from './value-decoder.ts';

/** Whole bytes in lower or upper case. */
const hexBytes = /^(?:[0-9a-fA-F]{2})*$/;

/** Types without a form of Debezium's own (include.unknown.datatypes): the bytes of PostgreSQL's text, in hex. */
const bytesOfText: ValueDecoder = (raw) =>
  typeof raw === 'string' && hexBytes.test(raw) ? Buffer.from(raw, 'hex').toString('utf8') : undefined;

export const unknownTypeDecoders: ValueDecoders = {
  tsquery: bytesOfText,
  pg_lsn: bytesOfText,
  jsonpath: bytesOfText,
  xid8: bytesOfText,
};
