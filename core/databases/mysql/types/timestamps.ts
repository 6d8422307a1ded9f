import { isZeroDate } from '../../../canonical/zero-date.ts';
import { textLiteral } from '../literals.ts';
import { decodeDate } from './dates.ts';
import { copyDateTime, copyInstant } from './transcode.ts';
import type { CanonicalType, Decoded, TypeCodecs } from './type-codec.ts';

/** The server writes all declared fraction digits, java.time no second that is zero and its fraction in threes. */
const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z?)$/;

const decode = (value: string, zone: '' | '+00'): Decoded => {
  const [, date = '', minutes, seconds = '00', fraction = ''] = form.exec(value) ?? [];
  if (minutes === undefined) return undefined;
  const day = decodeDate(date);
  if (day === undefined) return undefined;
  const significant = fraction.replace(/0+$/, '');
  const local = `${day} ${minutes}:${seconds}${significant === '' ? '' : `.${significant}`}`;
  // It is at no time in any zone.
  return isZeroDate(day) ? local : `${local}${zone}`;
};

const canonicalType = (baseType: 'timestamp' | 'timestamptz', precision: number): CanonicalType => ({
  type: `timestamp(${precision}) ${baseType === 'timestamp' ? 'without' : 'with'} time zone`,
  baseType,
  precision,
});

/** No TIMESTAMP can be at this moment, which is how the log has a zero date; with as many digits as are declared. */
const epoch = /^1970-01-01T00:00:00(?:\.0+)?Z$/;
/** A TIMESTAMP has only this one (MySQL manual, 13.2.2). */
const zeroTimestamp = '0000-00-00 00:00:00';

export const timestampCodecs: TypeCodecs = {
  datetime: {
    canonicalType: ({ fraction = 0 }) => canonicalType('timestamp', fraction),
    fromSelect: (value) => decode(value, ''),
    transcode: copyDateTime,
    // By MysqlTextConverter, as java.time writes it, and zero dates as BinlogDates does.
    fromEvent: (raw) => (typeof raw === 'string' && !raw.endsWith('Z') ? decode(raw, '') : undefined),
    toLiteral: textLiteral,
  },
  timestamp: {
    canonicalType: ({ fraction = 0 }) => canonicalType('timestamptz', fraction),
    // The session's time zone is UTC.
    fromSelect: (value) => decode(value, '+00'),
    transcode: copyInstant,
    fromEvent: (raw) => {
      if (typeof raw !== 'string' || !raw.endsWith('Z')) return undefined;
      return epoch.test(raw) ? zeroTimestamp : decode(raw, '+00');
    },
    toLiteral: (canonical) => textLiteral(canonical.replace('+00', '')),
  },
};
