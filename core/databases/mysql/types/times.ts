import { textLiteral } from '../literals.ts';
import type { Decoded, MysqlTypes, TypeFamily } from './mysql-type.ts';
import { fixedColumn, fractionOf } from './new-column.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

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

const types: MysqlTypes = {
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
    create: ({ first = 0 }) => fixedColumn(`time(${first})`, 6),
    fromEvent: fromMicros,
    toLiteral: (canonical) => `CAST(${textLiteral(canonical)} AS TIME(6))`,
  },
};

/**
 * MySQL's TIME goes to ±838:59:59 (MySQL manual, 13.2.3), so it has 24:00:00, and intervals of hours. MariaDB's goes to
 * 838:59:59.999999 (measured on 11.4).
 */
const time = /^-?(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const maxSeconds = 838 * 3_600 + 59 * 60 + 59;

const encoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  if (target.baseType !== 'time' || (type !== 'time' && type !== 'interval')) return undefined;
  const precision = target.precision ?? 0;
  if (type === 'time' && (source.precision ?? 6) > precision && !target.isPartial) return undefined;
  return {
    form: 'text',
    encode: (text) => {
      const [, hours, minutes, seconds, fraction = ''] = time.exec(text) ?? [];
      if (hours === undefined) return refuse('is no time of hours, minutes and seconds');
      const total = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
      if (total > maxSeconds || (total === maxSeconds && fraction !== '' && !target.isMariadb)) {
        return refuse('is beyond 838:59:59');
      }
      return fraction.length > precision ? refuse('has a longer fraction than its column') : text;
    },
  };
};

export const times: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    time: (column) => fixedColumn(`time(${fractionOf(column)})`, 6),
  },
  documented: [{ columnType: 'time(6)', fraction: 6 }],
};
