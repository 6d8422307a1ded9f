import type { ValueDecoders } from './value-decoder.ts';

/**
 * Debezium writes every field, each with its own sign: `P1Y-2M3DT-4H5M-6.789S`. An infinite interval (PostgreSQL 17)
 * is the exception: pgjdbc reads it as zero, so no event shows it. Copies have it right, and arrays too.
 */
const iso = /^P(-?\d+)Y(-?\d+)M(-?\d+)DT(-?\d+)H(-?\d+)M(-?)(\d+)(?:\.(\d{1,6}))?S$/;

const microsPerSecond = 1_000_000n;
const microsPerMinute = 60n * microsPerSecond;
const microsPerHour = 60n * microsPerMinute;

export const intervalDecoders: ValueDecoders = {
  interval: (raw) => {
    if (typeof raw !== 'string') return undefined;
    const [, years, months, days, hours, minutes, sign, seconds, fraction = ''] = iso.exec(raw) ?? [];
    if (years === undefined || months === undefined || days === undefined || seconds === undefined)
      return undefined;
    const secondMicros = BigInt(seconds) * microsPerSecond + BigInt(fraction.padEnd(6, '0'));
    const micros =
      BigInt(hours ?? 0) * microsPerHour +
      BigInt(minutes ?? 0) * microsPerMinute +
      (sign === '-' ? -secondMicros : secondMicros);
    return toPostgresInterval(12 * Number(years) + Number(months), Number(days), micros);
  },
};

/**
 * IntervalStyle=postgres (datetime.c, EncodeInterval): fields that are zero are left out, unless all are; a field after a
 * negative one shows its plus sign.
 */
const toPostgresInterval = (months: number, days: number, micros: bigint): string => {
  const parts: string[] = [];
  let isAfterNegative = false;
  const add = (value: number, unit: string): void => {
    if (value === 0) return;
    parts.push(`${isAfterNegative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`);
    isAfterNegative = value < 0;
  };
  add(Math.trunc(months / 12), 'year');
  add(months % 12, 'mon');
  add(days, 'day');
  if (micros !== 0n || parts.length === 0) {
    const sign = micros < 0n ? '-' : isAfterNegative ? '+' : '';
    parts.push(`${sign}${toClock(micros < 0n ? -micros : micros)}`);
  }
  return parts.join(' ');
};

const toClock = (micros: bigint): string => {
  const twoDigits = (value: bigint) => value.toString().padStart(2, '0');
  const fraction = (micros % microsPerSecond).toString().padStart(6, '0').replace(/0+$/, '');
  return (
    `${twoDigits(micros / microsPerHour)}:${twoDigits((micros % microsPerHour) / microsPerMinute)}:` +
    `${twoDigits((micros % microsPerMinute) / microsPerSecond)}${fraction === '' ? '' : `.${fraction}`}`
  );
};
