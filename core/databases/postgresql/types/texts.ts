import { documentedColumn, type TypeFamily } from './type-family.ts';
import { type ValueDecoders, verbatim } from './value-decoder.ts';

/** As PostgreSQL wrote them: json keeps its blanks, its duplicate keys and its digits, character(n) its padding. */
const decoders: ValueDecoders = {
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

export const texts: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('text', 'text'),
    documentedColumn('character varying(80)', 'varchar', { maxLength: 80 }),
    documentedColumn('character(8)', 'bpchar', { maxLength: 8 }),
    documentedColumn('"char"', 'char'),
    documentedColumn('name', 'name'),
    documentedColumn('json', 'json'),
    documentedColumn('jsonb', 'jsonb'),
    documentedColumn('jsonpath', 'jsonpath'),
    documentedColumn('xml', 'xml'),
    documentedColumn('tsvector', 'tsvector'),
    documentedColumn('tsquery', 'tsquery'),
  ],
};
