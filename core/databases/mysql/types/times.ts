import { textLiteral } from '../literals.ts';
import type { Decoded, TypeCodecs } from './type-codec.ts';

/** A span of at most 838:59:59 to either side, which is PostgreSQL's interval rather than its time of day. */
const form = /^(-?)(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

const microsPerSecond = 1_000_000;
/** 838:59:59.999999 is 3.0 * 10^12 µs, so numbers are exact. */
const microsPerHour = 3_600 * microsPerSecond;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const fromMicros = (raw: unknown): Decoded => {
  if (typeof raw !== 'number' || !Number.isSafeInteger(raw)) return undefined;
  const micros = Math.abs(raw);
  const hours = Math.floor(micros / microsPerHour);
  const seconds = Math.floor((micros % microsPerHour) / microsPerSecond);
  const fraction = String(micros % microsPerSecond)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return (
    `${raw < 0 ? '-' : ''}${twoDigits(hours)}:${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}` +
    (fraction === '' ? '' : `.${fraction}`)
  );
};

export const timeCodecs: TypeCodecs = {
  time: {
    canonicalType: ({ fraction = 0 }) => ({
      type: `interval(${fraction})`,
      baseType: 'interval',
      precision: fraction,
    }),
    fromSelect: (value) => {
      const [, sign = '', hours, minutes, seconds, fraction = ''] = form.exec(value) ?? [];
      if (hours === undefined) return undefined;
      const significant = fraction.replace(/0+$/, '');
      return `${sign}${hours}:${minutes}:${seconds}${significant === '' ? '' : `.${significant}`}`;
    },
    fromEvent: fromMicros,
    toLiteral: (canonical) => `CAST(${textLiteral(canonical)} AS TIME(6))`,
  },
};
