import type { ValueDecoders } from './value-decoder.ts';

export const booleanDecoders: ValueDecoders = {
  bool: (raw) => {
    if (typeof raw === 'boolean') return raw ? 't' : 'f';
    return raw === 't' || raw === 'f' ? raw : undefined;
  },
};
