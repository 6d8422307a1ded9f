import type { CanonicalType, OracleTypes, TypeFamily } from './oracle-type.ts';

/** What TO_CHAR writes: `+02-06`, and `-01 02:03:04.560000`; the first number has the digits of the declared precision. */
const selectedMonths = /^([+-])(\d+)-(\d+)$/;
const selectedDays = /^([+-])(\d+) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;

/** Debezium writes every field, each with its own sign: `P0Y0M-1DT-2H-3M-4.56S`. */
const captured = /^P(-?\d+)Y(-?\d+)M(-?\d+)DT(-?\d+)H(-?\d+)M(-?)(\d+)(?:\.(\d{1,9}))?S$/;

const microsecondDigits = 6;
const microsPerSecond = 1_000_000n;
const microsPerMinute = 60n * microsPerSecond;
const microsPerHour = 60n * microsPerMinute;

/** Undefined for digits that PostgreSQL would round. */
const toMicros = (seconds: string, fraction: string): bigint | undefined => {
  const significant = fraction.replace(/0+$/, '');
  return significant.length > microsecondDigits
    ? undefined
    : BigInt(seconds) * microsPerSecond + BigInt(significant.padEnd(microsecondDigits, '0'));
};

/**
 * PostgreSQL's IntervalStyle=postgres (datetime.c, EncodeInterval): fields that are zero are left out, unless all are; a
 * field after a negative one shows its plus sign. An interval of Oracle has one sign for all its fields.
 */
const toIntervalText = (months: number, days: number, micros: bigint): string => {
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
  const fraction = (micros % microsPerSecond).toString().padStart(microsecondDigits, '0').replace(/0+$/, '');
  return (
    `${twoDigits(micros / microsPerHour)}:${twoDigits((micros % microsPerHour) / microsPerMinute)}:` +
    `${twoDigits((micros % microsPerMinute) / microsPerSecond)}${fraction === '' ? '' : `.${fraction}`}`
  );
};

const fromEvent = (raw: unknown): string | undefined => {
  if (typeof raw !== 'string') return undefined;
  const [, years, months, days, hours = '', minutes = '', sign, seconds, fraction = ''] =
    captured.exec(raw) ?? [];
  const secondMicros = seconds === undefined ? undefined : toMicros(seconds, fraction);
  if (years === undefined || months === undefined || secondMicros === undefined) return undefined;
  const micros =
    BigInt(hours) * microsPerHour +
    BigInt(minutes) * microsPerMinute +
    (sign === '-' ? -secondMicros : secondMicros);
  return toIntervalText(12 * Number(years) + Number(months), Number(days), micros);
};

const fromSelectedMonths = (raw: unknown): string | undefined => {
  if (typeof raw !== 'string') return undefined;
  const [, sign, years, months] = selectedMonths.exec(raw) ?? [];
  if (years === undefined || months === undefined) return undefined;
  const total = 12 * Number(years) + Number(months);
  return toIntervalText(sign === '-' ? -total : total, 0, 0n);
};

const fromSelectedDays = (raw: unknown): string | undefined => {
  if (typeof raw !== 'string') return undefined;
  const [, sign, days, hours = '', minutes = '', seconds, fraction = ''] = selectedDays.exec(raw) ?? [];
  const secondMicros = seconds === undefined ? undefined : toMicros(seconds, fraction);
  if (days === undefined || secondMicros === undefined) return undefined;
  const micros = BigInt(hours) * microsPerHour + BigInt(minutes) * microsPerMinute + secondMicros;
  const direction = sign === '-' ? -1 : 1;
  return toIntervalText(0, direction * Number(days), BigInt(direction) * micros);
};

const interval: CanonicalType = { type: 'interval', baseType: 'interval' };

const types: OracleTypes = {
  'interval year to month': {
    canonicalType: () => interval,
    nativeType: ({ precision }) => `INTERVAL YEAR(${precision ?? 2}) TO MONTH`,
    select: (column) => `TO_CHAR(${column})`,
    fromSelect: fromSelectedMonths,
    fromEvent,
  },
  /**
   * Debezium (3.5, OracleValueConverters.convertOracleIntervalDaySecond) takes any fraction for microseconds, so that
   * of 4.123456789 seconds it makes 127.456789: more than 6 fraction digits are refused.
   */
  'interval day to second': {
    canonicalType: ({ scale }) => ({ ...interval, precision: scale ?? microsecondDigits }),
    nativeType: ({ precision, scale }) =>
      `INTERVAL DAY(${precision ?? 2}) TO SECOND(${scale ?? microsecondDigits})`,
    refuse: (column) =>
      (column.precision ?? 0) > microsecondDigits
        ? `type ${column.native?.type ?? column.type} has more than 6 fraction digits, which Debezium reads as another number`
        : undefined,
    select: (column) => `TO_CHAR(${column})`,
    fromSelect: fromSelectedDays,
    fromEvent,
  },
};

export const intervals: TypeFamily = {
  types,
  documented: [
    { dataType: 'INTERVAL YEAR(2) TO MONTH', dataLength: 5, precision: 2, scale: 0 },
    { dataType: 'INTERVAL DAY(2) TO SECOND(6)', dataLength: 11, precision: 2, scale: 6 },
  ],
};
