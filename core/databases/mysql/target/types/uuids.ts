import { type EncoderChoice, scalarType, verbatim } from './value-encoder.ts';

/** MariaDB's UUID (from 10.7) writes lower-case digits, as PostgreSQL does. */
export const uuidEncoder: EncoderChoice = (source, target) =>
  target.baseType === 'uuid' && scalarType(source) === 'uuid'
    ? { form: 'text', encode: verbatim }
    : undefined;

/** MariaDB's INET4 and INET6, which have no PostgreSQL type of the same values: from a column of the same kind only. */
export const inetEncoder: EncoderChoice = (source, target) =>
  (target.baseType === 'inet4' || target.baseType === 'inet6') && source.native?.baseType === target.baseType
    ? { form: 'text', encode: verbatim }
    : undefined;
