import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const ofDay = encoderFor(sourceColumn('time'), mysqlColumn('time(6)', { precision: 6 }))?.encode;
const span = encoderFor(sourceColumn('interval'), mysqlColumn('time(3)', { precision: 3 }))?.encode;

test.each(['00:00:00', '24:00:00', '23:59:59.999999'])('%s is a time of day', (text) => {
  expect(ofDay?.(text)).toBe(text);
});

test.each(['838:59:59', '-838:59:59', '100:00:00.5'])('the interval %s is a span of hours', (text) => {
  expect(span?.(text)).toBe(text);
});

test('MariaDB has the fraction of the last second, too', () => {
  const mariadb = mysqlColumn('time(3)', { precision: 3, isMariadb: true });
  const encode = encoderFor(mysqlColumn('time(3)', { baseType: 'interval' }), mariadb)?.encode;
  expect(encode?.('-838:59:59.999')).toBe('-838:59:59.999');
  expect(encode?.('839:00:00')).toEqual({ refused: 'is beyond 838:59:59' });
});

test.each([
  ['838:59:59.1', 'is beyond 838:59:59'],
  ['839:00:00', 'is beyond 838:59:59'],
  ['1 day', 'is no time of hours, minutes and seconds'],
  ['1 mon 01:00:00', 'is no time of hours, minutes and seconds'],
  ['00:00:00.0001', 'has a longer fraction than its column'],
])('the interval %s is refused', (text, refused) => {
  expect(span?.(text)).toEqual({ refused });
});

describe('a column with fewer fraction digits', () => {
  test('does not hold every time of day', () => {
    expect(holdsEveryValue(sourceColumn('time'), mysqlColumn('time(3)', { precision: 3 }), false)).toBe(
      false,
    );
    expect(
      holdsEveryValue(
        sourceColumn('time', { precision: 3 }),
        mysqlColumn('time(3)', { precision: 3 }),
        false,
      ),
    ).toBe(true);
  });
});
