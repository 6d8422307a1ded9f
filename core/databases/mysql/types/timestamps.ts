import { isZeroDate } from '../../../canonical/zero-date.ts';
import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { textLiteral } from '../literals.ts';
import { decodeDate, refuseDate } from './dates.ts';
import type { CanonicalType, Decoded, MysqlTypes, TypeFamily } from './mysql-type.ts';
import { fixedColumn, fractionOf, type NewColumn } from './new-column.ts';
import { copyDateTime, copyInstant } from './transcode.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const newDateTime = (column: ColumnDescription): NewColumn =>
  fixedColumn(`datetime(${fractionOf(column)})`, 8);

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

const types: MysqlTypes = {
  datetime: {
    canonicalType: ({ fraction = 0 }) => canonicalType('timestamp', fraction),
    fromSelect: (value) => decode(value, ''),
    transcode: copyDateTime,
    create: ({ first = 0 }) => fixedColumn(`datetime(${first})`, 8),
    // By MysqlTextConverter, as java.time writes it, and zero dates as BinlogDates does.
    fromEvent: (raw) => (typeof raw === 'string' && !raw.endsWith('Z') ? decode(raw, '') : undefined),
    toLiteral: textLiteral,
  },
  timestamp: {
    canonicalType: ({ fraction = 0 }) => canonicalType('timestamptz', fraction),
    // The session's time zone is UTC.
    fromSelect: (value) => decode(value, '+00'),
    transcode: copyInstant,
    // Without a default of its own it would be set by itself, on some servers.
    create: ({ first = 0 }, { notNull }) => ({
      ...fixedColumn(`timestamp(${first})`, 7),
      ...(notNull ? { suffix: `DEFAULT '1970-01-01 00:00:01'` } : {}),
    }),
    fromEvent: (raw) => {
      if (typeof raw !== 'string' || !raw.endsWith('Z')) return undefined;
      return epoch.test(raw) ? zeroTimestamp : decode(raw, '+00');
    },
    toLiteral: (canonical) => textLiteral(canonical.replace('+00', '')),
  },
};

const timestamp = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/;

/**
 * 1970-01-01 00:00:01 to 2038-01-19 03:14:07 (MySQL manual, 13.2.2); texts of one length are ordered as the times are.
 * MariaDB's begins a microsecond after the epoch (measured on 11.4), and from 11.5 on it goes to 2106 on most machines
 * (MariaDB manual, TIMESTAMP): there, what comes from a TIMESTAMP is left to the server, which refuses what it lacks.
 */
const firstInstant = '1970-01-01 00:00:01';
const lastInstant = '2038-01-19 03:14:07';

/** As PostgreSQL writes it when the time zone is UTC. */
const utc = '+00';

/**
 * DATETIME holds either kind of timestamp; one with a time zone is a time in UTC there. TIMESTAMP is read and written in
 * UTC by our sessions. MySQL rounds surplus digits of a fraction without an error, so they are counted here.
 */
const encoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  const isInstant = target.baseType === 'timestamp';
  if (!isInstant && target.baseType !== 'datetime') return undefined;
  if (type !== 'timestamp' && type !== 'timestamptz') return undefined;
  const precision = target.precision ?? 0;
  if ((source.precision ?? 6) > precision && !target.isPartial) return undefined;
  const isLimited = isInstant && !(target.isMariadb && source.native?.baseType === 'timestamp');
  const zone = type === 'timestamptz' ? utc : '';
  return {
    form: 'text',
    encode: (text): Encoded => {
      const local = zone !== '' && text.endsWith(zone) ? text.slice(0, -zone.length) : text;
      const [, seconds, fraction = ''] = timestamp.exec(local) ?? [];
      if (seconds === undefined || (zone !== '' && local === text) || isZeroDate(text))
        return refuseDate(text);
      if (isLimited && (seconds < firstInstant || seconds > lastInstant)) {
        return refuse('is not between 1970 and 2038, as TIMESTAMP has it');
      }
      return fraction.length > precision ? refuse('has a longer fraction than its column') : local;
    },
  };
};

export const timestamps: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    timestamp: newDateTime,
    timestamptz: newDateTime,
  },
  documented: [
    { columnType: 'datetime(6)', fraction: 6 },
    { columnType: 'timestamp', fraction: 0 },
  ],
};
