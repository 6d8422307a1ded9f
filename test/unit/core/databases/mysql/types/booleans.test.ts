import { expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const encoder = encoderFor(sourceColumn('bool'), mysqlColumn('tinyint(1)'));

test('a boolean is 1 or 0', () => {
  expect(encoder?.form).toBe('number');
  expect([encoder?.encode('t'), encoder?.encode('f')]).toEqual(['1', '0']);
});

test('a single bit holds it, too', () => {
  const bit = encoderFor(sourceColumn('bool'), mysqlColumn('bit(1)', { maxLength: 1 }));
  expect(bit?.form).toBe('bits');
  expect(bit?.encode('t')).toBe('1');
});

test('what is no boolean is refused', () => {
  expect(encoder?.encode('true')).toEqual({ refused: 'is no boolean' });
});

test.each(['bit(2)', 'decimal(1,0)'])('%s is not for it', (type) => {
  expect(holdsEveryValue(sourceColumn('bool'), mysqlColumn(type, { maxLength: 2 }), false)).toBe(false);
});
