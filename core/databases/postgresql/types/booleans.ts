import type { ValueDecoders } from './value-decoder.ts';

export const booleanDecoders: ValueDecoders = {
  bool: (raw) => (typeof raw === 'boolean' ? (raw ? 't' : 'f') : undefined),
};
