import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const decimal = (precision: number, scale: number, type = `decimal(${precision},${scale})`) =>
  mysqlColumn(type, { precision, scale });

describe('a target column of every value', () => {
  const numeric = (precision: number, scale: number) => sourceColumn('numeric', { precision, scale });
  test.each([
    [numeric(10, 2), decimal(10, 2), true],
    [numeric(10, 2), decimal(12, 4), true],
    [numeric(10, 2), decimal(11, 4), false],
    [numeric(10, 2), decimal(10, 1), false],
    [sourceColumn('numeric'), decimal(65, 30), true],
    [sourceColumn('int4'), decimal(10, 0), true],
    [sourceColumn('int8'), decimal(18, 0), false],
    [sourceColumn('float8'), decimal(65, 30), false],
  ])('%#', (source, target, isHeld) => {
    expect(holdsEveryValue(source, target, false)).toBe(isHeld);
  });
});

describe('a value', () => {
  const encode = encoderFor(sourceColumn('numeric'), decimal(5, 2))?.encode;

  test.each(['0', '-999.99', '123.4', '000123.4500', '0.000'])('%s is as it is', (text) => {
    expect(encode?.(text)).toBe(text);
  });

  test.each([
    ['1.005', 'has a longer fraction than its column'],
    ['1000', 'has more digits than its column'],
    ['NaN', 'is no finite number'],
    ['-Infinity', 'is no finite number'],
    ['1e3', 'is no finite number'],
  ])('%s is refused', (text, refused) => {
    expect(encode?.(text)).toEqual({ refused });
  });

  test('below zero is refused by an unsigned column', () => {
    const unsigned = encoderFor(sourceColumn('numeric'), decimal(5, 2, 'decimal(5,2) unsigned'))?.encode;
    expect(unsigned?.('-1')).toEqual({ refused: 'is negative, but its column is unsigned' });
  });
});
