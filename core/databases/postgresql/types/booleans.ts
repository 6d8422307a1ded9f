import { documentedColumn, type TypeFamily } from './type-family.ts';
import type { ValueDecoders } from './value-decoder.ts';

const decoders: ValueDecoders = {
  bool: (raw) => {
    if (typeof raw === 'boolean') return raw ? 't' : 'f';
    return raw === 't' || raw === 'f' ? raw : undefined;
  },
};

export const booleans: TypeFamily = {
  decoders,
  documented: [documentedColumn('boolean', 'bool')],
};
