import { type EncoderChoice, verbatim } from './value-encoder.ts';

/**
 * MySQL's JSON orders keys, drops repeated ones and reads numbers as doubles (MySQL manual, 13.5), so it holds only what
 * comes from a column of the same kind.
 */
export const documentEncoder: EncoderChoice = (source, target) =>
  target.baseType === 'json' && source.native?.baseType === 'json'
    ? { form: 'text', encode: verbatim }
    : undefined;
