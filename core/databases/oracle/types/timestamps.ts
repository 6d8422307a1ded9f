import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { NativeColumn, OracleType, OracleTypes, TypeFamily } from './oracle-type.ts';

/**
 * Oracle's years go from -4712 to 9999. Those before 1 are refused in copies: LogMiner writes them under
 * `NLS_DATE_FORMAT='YYYY-…'` (Debezium 3.5, AbstractLogMinerStreamingChangeEventSource), so a captured one has lost its
 * sign, and the target would hold two different values for one.
 */
const selected = /^ ?(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/;
const local = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;
const zoned = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** PostgreSQL's fraction digits. */
const microsecondDigits = 6;

/** Undefined for a fraction that PostgreSQL would round. */
const toTimestampText = (
  date: string,
  time: string,
  fraction: string,
  zone: '' | '+00',
): string | undefined => {
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > microsecondDigits || date.startsWith('0000')) return undefined;
  return `${date} ${time}${significant === '' ? '' : `.${significant}`}${zone}`;
};

const fromText =
  (form: RegExp, zone: '' | '+00') =>
  (raw: unknown): string | undefined => {
    if (typeof raw !== 'string') return undefined;
    const [, date, time, fraction = ''] = form.exec(raw) ?? [];
    return date === undefined || time === undefined ? undefined : toTimestampText(date, time, fraction, zone);
  };

/** The instant in UTC: the offset has whole minutes, so seconds and their fraction stay as they are. */
const fromZonedEvent = (raw: unknown): string | undefined => {
  if (typeof raw !== 'string') return undefined;
  const [, date, time, fraction = '', offset] = zoned.exec(raw) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  const instant = new Date(`${date}T${time}${offset}`);
  if (Number.isNaN(instant.getTime())) return undefined;
  const iso = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(instant.toISOString());
  return iso?.[1] === undefined || iso[2] === undefined
    ? undefined
    : toTimestampText(iso[1], iso[2], fraction, '+00');
};

const refuseNanoseconds = (column: ColumnDescription): string | undefined =>
  (column.precision ?? 0) > microsecondDigits
    ? `type ${column.native?.type ?? column.type} has more than 6 fraction digits, which PostgreSQL would round`
    : undefined;

/** ALL_TAB_COLS.DATA_SCALE is the number of fraction digits. */
const fractionDigits = ({ scale }: NativeColumn): number => scale ?? microsecondDigits;

const secondsFormat = `'SYYYY-MM-DD HH24:MI:SS'`;
const fractionFormat = `'SYYYY-MM-DD HH24:MI:SS.FF9'`;

/** With a fraction, which the format asks for, and without a zone. */
const toTimestampBind = (text: string): string => {
  const [seconds = '', fraction = ''] = text.replace(/\+00$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
};

/**
 * A zone's name is lost in PostgreSQL's timestamptz as it is in UTC here; the instant is exact. A TIMESTAMP WITH TIME ZONE
 * cannot be in a primary key (SQL Language Reference, "constraint"), one WITH LOCAL TIME ZONE can.
 */
const zonedType = (suffix: string): OracleType => ({
  canonicalType: (column) => ({
    type: `timestamp(${fractionDigits(column)}) with time zone`,
    baseType: 'timestamptz',
    precision: fractionDigits(column),
  }),
  nativeType: (column) => `TIMESTAMP(${fractionDigits(column)}) ${suffix}`,
  refuse: refuseNanoseconds,
  select: (column) => `TO_CHAR(SYS_EXTRACT_UTC(${column}), ${fractionFormat})`,
  fromSelect: fromText(selected, '+00'),
  fromEvent: fromZonedEvent,
  key: {
    expression: (bind) => `FROM_TZ(TO_TIMESTAMP(${bind}, ${fractionFormat}), '+00:00')`,
    toBind: toTimestampBind,
  },
});

const types: OracleTypes = {
  /** With a time of day to the second. */
  date: {
    canonicalType: () => ({ type: 'timestamp(0) without time zone', baseType: 'timestamp', precision: 0 }),
    nativeType: () => 'DATE',
    select: (column) => `TO_CHAR(${column}, ${secondsFormat})`,
    fromSelect: fromText(selected, ''),
    fromEvent: fromText(local, ''),
    key: { expression: (bind) => `TO_DATE(${bind}, ${secondsFormat})`, toBind: (text) => text },
  },
  timestamp: {
    canonicalType: (column) => ({
      type: `timestamp(${fractionDigits(column)}) without time zone`,
      baseType: 'timestamp',
      precision: fractionDigits(column),
    }),
    nativeType: (column) => `TIMESTAMP(${fractionDigits(column)})`,
    refuse: refuseNanoseconds,
    select: (column) => `TO_CHAR(${column}, ${fractionFormat})`,
    fromSelect: fromText(selected, ''),
    fromEvent: fromText(local, ''),
    key: { expression: (bind) => `TO_TIMESTAMP(${bind}, ${fractionFormat})`, toBind: toTimestampBind },
  },
  'timestamp with time zone': zonedType('WITH TIME ZONE'),
  'timestamp with local time zone': zonedType('WITH LOCAL TIME ZONE'),
};

export const timestamps: TypeFamily = {
  types,
  documented: [
    { dataType: 'DATE', dataLength: 7 },
    { dataType: 'TIMESTAMP(6)', dataLength: 11, scale: 6 },
    { dataType: 'TIMESTAMP(6) WITH TIME ZONE', dataLength: 13, scale: 6 },
    { dataType: 'TIMESTAMP(6) WITH LOCAL TIME ZONE', dataLength: 11, scale: 6 },
    { dataType: 'TIMESTAMP(9)', dataLength: 11, scale: 9 },
  ],
};
