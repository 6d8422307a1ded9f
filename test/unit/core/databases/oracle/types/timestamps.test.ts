import { expect, test } from '@jest/globals';
import { validateColumn } from '#core/databases/oracle/types/column-types.ts';
import { timestamps } from '#core/databases/oracle/types/timestamps.ts';
import { columnOf } from '../column-samples.ts';

const { types: timestampTypes } = timestamps;

const date = timestampTypes.date;
const timestamp = timestampTypes.timestamp;
const zoned = timestampTypes['timestamp with time zone'];
const localZoned = timestampTypes['timestamp with local time zone'];

test.each([
  ['DATE', null, 'timestamp(0) without time zone', 'DATE'],
  ['TIMESTAMP(6)', 6, 'timestamp(6) without time zone', 'TIMESTAMP(6)'],
  ['TIMESTAMP(0)', 0, 'timestamp(0) without time zone', 'TIMESTAMP(0)'],
  ['TIMESTAMP(3) WITH TIME ZONE', 3, 'timestamp(3) with time zone', 'TIMESTAMP(3) WITH TIME ZONE'],
  [
    'TIMESTAMP(6) WITH LOCAL TIME ZONE',
    6,
    'timestamp(6) with time zone',
    'TIMESTAMP(6) WITH LOCAL TIME ZONE',
  ],
])('%s is %s', (dataType, scale, canonical, native) => {
  expect(columnOf(dataType, { scale })).toMatchObject({ type: canonical, native: { type: native } });
});

/** What TO_CHAR gives under SYYYY, which puts a blank before a year after Christ. */
test('what a copy reads is the canonical text without its padding', () => {
  expect(date?.fromSelect(' 2024-02-29 12:34:56', columnOf('DATE'))).toBe('2024-02-29 12:34:56');
  expect(timestamp?.fromSelect(' 2024-02-29 12:34:56.120000000', columnOf('TIMESTAMP(6)'))).toBe(
    '2024-02-29 12:34:56.12',
  );
  expect(timestamp?.fromSelect(' 9999-12-31 23:59:59.000000000', columnOf('TIMESTAMP(6)'))).toBe(
    '9999-12-31 23:59:59',
  );
  expect(zoned?.fromSelect(' 2024-02-29 10:34:56.123456000', columnOf('DATE'))).toBe(
    '2024-02-29 10:34:56.123456+00',
  );
});

/** Recorded from Debezium's OracleValueConverters 3.5 with time.precision.mode=isostring. */
test.each([
  ['2024-02-29T12:34:56Z', '2024-02-29 12:34:56'],
  ['2024-02-29T12:34:56.123456Z', '2024-02-29 12:34:56.123456'],
  ['2024-02-29T12:34:56.1Z', '2024-02-29 12:34:56.1'],
  ['1500-02-28T12:00:00.5Z', '1500-02-28 12:00:00.5'],
  ['0044-03-15T00:00:00Z', '0044-03-15 00:00:00'],
])('a captured %s is %s', (raw, canonical) => {
  expect(timestamp?.fromEvent(raw, columnOf('TIMESTAMP(6)', { scale: 6 }))).toBe(canonical);
  expect(date?.fromEvent(raw, columnOf('DATE'))).toBe(canonical);
});

test.each([
  ['2024-02-29T12:34:56.123456+02:00', '2024-02-29 10:34:56.123456+00'],
  ['2024-02-29T12:34:56.123456-05:30', '2024-02-29 18:04:56.123456+00'],
  ['2024-02-29T12:34:56.000000Z', '2024-02-29 12:34:56+00'],
  ['2024-02-29T12:34:56.120000+02:00', '2024-02-29 10:34:56.12+00'],
  ['2024-01-01T00:30:00+02:00', '2023-12-31 22:30:00+00'],
  ['2024-02-29T12:34:56+02:00', '2024-02-29 10:34:56+00'],
])('a captured %s is the instant %s', (raw, canonical) => {
  expect(zoned?.fromEvent(raw, columnOf('TIMESTAMP(6) WITH TIME ZONE', { scale: 6 }))).toBe(canonical);
  expect(localZoned?.fromEvent(raw, columnOf('TIMESTAMP(6) WITH LOCAL TIME ZONE', { scale: 6 }))).toBe(
    canonical,
  );
});

test.each([
  "TO_TIMESTAMP('2024-02-29 12:34:56.123456')",
  '2024-02-29 12:34:56.123456',
  '2024-02-30T12:34:56+25:00',
  '9999-12-31T23:59:59-01:00',
  1_700_000_000_000,
])('%j is no instant', (raw) => {
  expect(localZoned?.fromEvent(raw, columnOf('TIMESTAMP(6) WITH LOCAL TIME ZONE'))).toBeUndefined();
});

test('a year before 1 is not copied, since the log would not show its sign', () => {
  expect(date?.fromSelect('-0044-03-15 00:00:00', columnOf('DATE'))).toBeUndefined();
  expect(date?.fromSelect(' 0000-03-15 00:00:00', columnOf('DATE'))).toBeUndefined();
});

test('nanoseconds are refused, by the type and by the value', () => {
  expect(validateColumn(columnOf('TIMESTAMP(9)', { scale: 9 }))).toBe(
    'type TIMESTAMP(9) has more than 6 fraction digits, which PostgreSQL would round',
  );
  expect(validateColumn(columnOf('TIMESTAMP(9) WITH TIME ZONE', { scale: 9 }))).toMatch(/more than 6/);
  expect(validateColumn(columnOf('TIMESTAMP(6)', { scale: 6 }))).toBeUndefined();
  expect(timestamp?.fromEvent('2024-02-29T12:34:56.123456789Z', columnOf('TIMESTAMP(9)'))).toBeUndefined();
});

test('a key bound always has the fraction that its format asks for', () => {
  const column = columnOf('TIMESTAMP(6)', { scale: 6 });
  expect(timestamp?.key?.toBind('2024-02-29 12:34:56', column)).toBe('2024-02-29 12:34:56.000000000');
  expect(localZoned?.key?.toBind('2024-02-29 12:34:56.5+00', column)).toBe('2024-02-29 12:34:56.500000000');
  expect(localZoned?.key?.expression(':1', column)).toBe(
    "FROM_TZ(TO_TIMESTAMP(:1, 'SYYYY-MM-DD HH24:MI:SS.FF9'), '+00:00')",
  );
  expect(date?.key?.toBind('2024-02-29 12:34:56', column)).toBe('2024-02-29 12:34:56');
});
