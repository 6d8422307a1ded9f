import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const encode = encoderFor(
  mysqlColumn('year(4)', { type: 'smallint', baseType: 'int2' }),
  mysqlColumn('year(4)'),
)?.encode;

test.each(['1901', '2155'])('%s is a year', (text) => {
  expect(encode?.(text)).toBe(text);
});

test('the year 0 has four digits, since MySQL takes the text of one for 2000', () => {
  expect(encode?.('0')).toBe('0000');
});

test.each(['1', '1900', '2156', '-5'])('%s is none', (text) => {
  expect(encode?.(text)).toEqual({ refused: 'is no year of MySQL' });
});

describe('other integers', () => {
  test('do not fit', () => {
    expect(holdsEveryValue(sourceColumn('int8'), mysqlColumn('year(4)'), false)).toBe(false);
  });
});
