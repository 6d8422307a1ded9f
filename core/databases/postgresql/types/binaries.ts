import { documentedColumn, type TypeFamily } from './type-family.ts';
import { matching, type ValueDecoders } from './value-decoder.ts';

const hex = /^\\x[0-9a-f]*$/;

const decoders: ValueDecoders = {
  bytea: (raw) => (typeof raw === 'string' && raw.length % 2 === 0 && hex.test(raw) ? raw : undefined),
  bit: matching(/^[01]*$/),
  varbit: matching(/^[01]*$/),
};

export const binaries: TypeFamily = {
  decoders,
  documented: [
    documentedColumn('bytea', 'bytea'),
    documentedColumn('bit(8)', 'bit', { maxLength: 8 }),
    documentedColumn('bit varying(64)', 'varbit', { maxLength: 64 }),
  ],
};
