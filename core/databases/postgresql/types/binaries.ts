import { matching, type ValueDecoders } from './value-decoder.ts';

const hex = /^\\x[0-9a-f]*$/;

export const binaryDecoders: ValueDecoders = {
  bytea: (raw) => (typeof raw === 'string' && raw.length % 2 === 0 && hex.test(raw) ? raw : undefined),
  bit: matching(/^[01]*$/),
  varbit: matching(/^[01]*$/),
};
