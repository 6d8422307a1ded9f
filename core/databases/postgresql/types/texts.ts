import type { ValueDecoder, ValueDecoders } from './value-decoder.ts';

/** Debezium passes these on as PostgreSQL wrote them; json keeps its blanks, its duplicate keys and its digits. */
const verbatim: ValueDecoder = (raw) => (typeof raw === 'string' ? raw : undefined);

export const textDecoders: ValueDecoders = {
  text: verbatim,
  varchar: verbatim,
  // With its padding, as in the log.
  bpchar: verbatim,
  char: verbatim,
  name: verbatim,
  json: verbatim,
  jsonb: verbatim,
  xml: verbatim,
  uuid: verbatim,
  inet: verbatim,
  cidr: verbatim,
  macaddr: verbatim,
  macaddr8: verbatim,
  tsvector: verbatim,
};
