import { zeroDateMark } from '../capture-settings.ts';
import { textLiteral } from '../literals.ts';
import { type Decoded, plainType, type TypeCodecs, zeroDate } from './type-codec.ts';

const form = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Years are four digits from 0001 to 9999: the canonical text is the same. */
export const decodeDate = (value: string): Decoded => {
  const [, year, month, day] = form.exec(value) ?? [];
  if (year === undefined) return undefined;
  return year === '0000' || month === '00' || day === '00' ? zeroDate : value;
};

export const dateCodecs: TypeCodecs = {
  date: {
    canonicalType: () => plainType('date'),
    fromSelect: decodeDate,
    // By MysqlTextConverter, as java.time writes it.
    fromEvent: (raw) => {
      if (raw === zeroDateMark) return zeroDate;
      return typeof raw === 'string' ? decodeDate(raw) : undefined;
    },
    toLiteral: textLiteral,
  },
};
