import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const encode = encoderFor(sourceColumn('date'), mysqlColumn('date'))?.encode;

test.each(['0001-01-01', '2024-02-29', '9999-12-31'])('%s is as it is', (text) => {
  expect(encode?.(text)).toBe(text);
});

test.each([
  ['10000-01-01', 'is not in the years 1 to 9999'],
  ['0044-03-15 BC', 'is not in the years 1 to 9999'],
  ['infinity', 'is infinite'],
  ['-infinity', 'is infinite'],
  ['0000-00-00', 'is a zero date'],
  ['2020-00-01', 'is a zero date'],
])('%s is refused', (text, refused) => {
  expect(encode?.(text)).toEqual({ refused });
});

describe('a timestamp', () => {
  test('is no date', () => {
    expect(holdsEveryValue(sourceColumn('timestamp'), mysqlColumn('date'), false)).toBe(false);
  });
});
