import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const datetime = mysqlColumn('datetime(6)', { precision: 6 });
const local = encoderFor(sourceColumn('timestamp'), datetime)?.encode;
const instant = encoderFor(sourceColumn('timestamptz'), datetime)?.encode;

test('a timestamp is as it is, one with a time zone is in UTC', () => {
  expect(local?.('2024-02-29 01:02:03.123456')).toBe('2024-02-29 01:02:03.123456');
  expect(instant?.('2024-02-29 01:02:03.5+00')).toBe('2024-02-29 01:02:03.5');
});

test.each([
  ['10000-01-01 00:00:00', 'is not in the years 1 to 9999'],
  ['0001-12-31 23:59:59 BC', 'is not in the years 1 to 9999'],
  ['infinity', 'is infinite'],
])('%s is refused', (text, refused) => {
  expect(local?.(text)).toEqual({ refused });
});

test('an instant without its zone is none', () => {
  expect(instant?.('2024-02-29 01:02:03')).toMatchObject({ refused: expect.any(String) });
});

test('TIMESTAMP ends in 2038', () => {
  const encode = encoderFor(
    sourceColumn('timestamptz'),
    mysqlColumn('timestamp(6)', { precision: 6 }),
  )?.encode;
  expect(encode?.('1970-01-01 00:00:01+00')).toBe('1970-01-01 00:00:01');
  expect(encode?.('2038-01-19 03:14:07.999999+00')).toBe('2038-01-19 03:14:07.999999');
  const refused = 'is not between 1970 and 2038, as TIMESTAMP has it';
  expect(encode?.('1970-01-01 00:00:00+00')).toEqual({ refused });
  expect(encode?.('2038-01-19 03:14:08+00')).toEqual({ refused });
});

test('MariaDB itself knows which of its own instants it has', () => {
  const source = mysqlColumn('timestamp(6)', { baseType: 'timestamptz', precision: 6 });
  const encodeTo = (isMariadb: boolean) =>
    encoderFor(source, mysqlColumn('timestamp(6)', { precision: 6, ...(isMariadb && { isMariadb }) }))
      ?.encode;
  for (const local of ['1970-01-01 00:00:00.000001', '2106-02-07 06:28:15']) {
    expect(encodeTo(true)?.(`${local}+00`)).toBe(local);
    expect(encodeTo(false)?.(`${local}+00`)).toMatchObject({ refused: expect.any(String) });
  }
  expect(encodeTo(true)?.('0000-00-00 00:00:00')).toEqual({ refused: 'is a zero date' });
});

test('surplus digits are refused, since MySQL would round them', () => {
  const encode = encoderFor(sourceColumn('timestamp'), mysqlColumn('datetime(3)', { precision: 3 }))?.encode;
  expect(encode?.('2024-02-29 01:02:03.1235')).toEqual({ refused: 'has a longer fraction than its column' });
});

describe('a column with fewer fraction digits', () => {
  test('does not hold every timestamp', () => {
    expect(holdsEveryValue(sourceColumn('timestamp'), mysqlColumn('datetime'), false)).toBe(false);
    expect(holdsEveryValue(sourceColumn('timestamp', { precision: 0 }), mysqlColumn('datetime'), false)).toBe(
      true,
    );
  });
});
