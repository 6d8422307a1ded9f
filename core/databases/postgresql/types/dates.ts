import type { ValueDecoders } from './value-decoder.ts';

/**
 * What Debezium makes of infinite dates: pgjdbc's sentinel, cut to days of 32 bits. Both are before the first date that
 * PostgreSQL has (4714-11-24 BC), so they mean nothing else.
 */
const infinities: ReadonlyMap<string, string> = new Map([
  ['-5877611-06-21Z', 'infinity'],
  ['-5877611-06-22Z', '-infinity'],
]);

const isoDate = /^([+-]?\d{4,})-(\d\d)-(\d\d)Z$/;

export const dateDecoders: ValueDecoders = {
  date: (raw) => {
    if (typeof raw !== 'string') return undefined;
    const infinity = infinities.get(raw);
    if (infinity !== undefined) return infinity;
    const [, year, month, day] = isoDate.exec(raw) ?? [];
    if (year === undefined) return undefined;
    const { digits, era } = toPostgresYear(year);
    return `${digits}-${month}-${day}${era}`;
  },
};

/** ISO 8601 has a year 0, which is 1 BC, and signs years of more than four digits; PostgreSQL has neither. */
export const toPostgresYear = (isoYear: string): { readonly digits: string; readonly era: '' | ' BC' } => {
  const year = Number(isoYear);
  const isBeforeChrist = year <= 0;
  return {
    digits: String(isBeforeChrist ? 1 - year : year).padStart(4, '0'),
    era: isBeforeChrist ? ' BC' : '',
  };
};
