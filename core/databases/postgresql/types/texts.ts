import { type ValueDecoders, verbatim } from './value-decoder.ts';

/** As PostgreSQL wrote them: json keeps its blanks, its duplicate keys and its digits, character(n) its padding. */
export const textDecoders: ValueDecoders = {
  text: verbatim,
  varchar: verbatim,
  bpchar: verbatim,
  char: verbatim,
  name: verbatim,
  refcursor: verbatim,
  json: verbatim,
  jsonb: verbatim,
  jsonpath: verbatim,
  xml: verbatim,
  tsvector: verbatim,
  tsquery: verbatim,
};
