import { toPostgresYear } from './dates.ts';
import type { ValueDecoders } from './value-decoder.ts';

/**
 * What pgjdbc makes of an infinite timestamp (PGStatement.DATE_POSITIVE_INFINITY and DATE_NEGATIVE_INFINITY, in
 * milliseconds). The negative one is before PostgreSQL's first timestamp (4714 BC). The positive one is an instant that a
 * timestamp can hold, 294247-01-10 04:00:25.2: this one instant is read as infinity. With a time zone both arrive
 * as words, and there is no such exception.
 */
const infinities: ReadonlyMap<string, string> = new Map([
  ['+294247-01-10T04:00:25.2Z', 'infinity'],
  ['-290308-12-21T19:59:27.6Z', '-infinity'],
]);

const isoTimestamp = /^([+-]?\d{4,})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;

export const timestampDecoders: ValueDecoders = {
  timestamp: (raw) =>
    typeof raw === 'string' ? (infinities.get(raw) ?? toPostgresTimestamp(raw, '')) : undefined,
  timestamptz: (raw) => {
    if (raw === 'infinity' || raw === '-infinity') return raw;
    return typeof raw === 'string' ? toPostgresTimestamp(raw, '+00') : undefined;
  },
};

const toPostgresTimestamp = (iso: string, zone: '' | '+00'): string | undefined => {
  const [, year, month, day, time, fraction = ''] = isoTimestamp.exec(iso) ?? [];
  if (year === undefined) return undefined;
  const { digits, era } = toPostgresYear(year);
  const significant = fraction.replace(/0+$/, '');
  return `${digits}-${month}-${day} ${time}${significant === '' ? '' : `.${significant}`}${zone}${era}`;
};
