import { textLiteral } from '../literals.ts';
import { matching, plainType, type TypeCodecs } from './type-codec.ts';

export const uuidCodecs: TypeCodecs = {
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
