import { textLiteral } from '../literals.ts';
import { type MysqlTypes, matching, plainType, type TypeFamily } from './mysql-type.ts';
import { asciiColumn } from './new-column.ts';
import { type EncoderChoice, scalarType, verbatim } from './value-encoder.ts';

const types: MysqlTypes = {
  /** MariaDB 10.7 and newer. */
  uuid: {
    canonicalType: () => plainType('uuid'),
    fromSelect: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    // By MysqlTextConverter: the 32 digits alone.
    fromEvent: (raw) => {
      const [, ...parts] =
        typeof raw === 'string' ? (/^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(raw) ?? []) : [];
      return parts.length === 0 ? undefined : parts.join('-');
    },
    toLiteral: textLiteral,
  },
};

/** MariaDB's UUID (from 10.7) writes lower-case digits, as PostgreSQL does. */
const encoder: EncoderChoice = (source, target) =>
  target.baseType === 'uuid' && scalarType(source) === 'uuid'
    ? { form: 'text', encode: verbatim }
    : undefined;

export const uuids: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    uuid: () => asciiColumn('char(36)', 36),
  },
  documented: [{ columnType: 'uuid' }],
};
