import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const nine = mysqlColumn('bit(9)', { maxLength: 9 });

test('bits of the same length are as they are', () => {
  const encoder = encoderFor(sourceColumn('bit', { maxLength: 9 }), nine);
  expect(encoder?.form).toBe('bits');
  expect(encoder?.encode('100000001')).toBe('100000001');
  expect(encoder?.encode('1')).toEqual({ refused: 'has not as many bits as its column' });
});

describe('other lengths', () => {
  test.each([
    ['bit', 8],
    ['varbit', 9],
  ])('%s(%s) does not fit', (type, maxLength) => {
    expect(holdsEveryValue(sourceColumn(type, { maxLength }), nine, false)).toBe(false);
  });
});
