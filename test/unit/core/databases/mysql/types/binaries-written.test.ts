import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

test('bytes are hexadecimal digits, none and NUL among them', () => {
  const encoder = encoderFor(sourceColumn('bytea'), mysqlColumn('longblob'));
  expect(encoder?.form).toBe('bytes');
  expect([encoder?.encode('\\x'), encoder?.encode('\\x00ff')]).toEqual(['', '00ff']);
  expect(encoder?.encode('\\xf')).toEqual({ refused: 'is no byte string' });
});

test('a fixed length is neither padded nor cut', () => {
  const encode = encoderFor(sourceColumn('bytea'), mysqlColumn('binary(2)', { maxLength: 2 }))?.encode;
  expect(encode?.('\\x0001')).toBe('0001');
  expect(encode?.('\\x00')).toEqual({ refused: 'is shorter than its column, which would pad it' });
  expect(encode?.('\\x000102')).toEqual({ refused: 'is longer than its column' });
});

describe('a target column of every value', () => {
  test.each([
    ['longblob', true],
    ['blob', true],
    ['varbinary(20)', false],
    ['longtext', false],
  ])('%s: %s', (target, isHeld) => {
    expect(holdsEveryValue(sourceColumn('bytea'), mysqlColumn(target, { maxLength: 20 }), false)).toBe(
      isHeld,
    );
  });
});

test('a geometry gets the form of the server from its extended well-known binary', () => {
  const point = mysqlColumn('point', { type: 'bytea', baseType: 'bytea' });
  const encode = encoderFor(point, mysqlColumn('point'))?.encode;
  const coordinates = '000000000000f03f0000000000000040';
  expect(encode?.(`\\x0101000000${coordinates}`)).toBe(`000000000101000000${coordinates}`);
  expect(encode?.(`\\x0101000020e6100000${coordinates}`)).toBe(`e61000000101000000${coordinates}`);
  expect(encode?.('\\x00')).toEqual({ refused: 'is no geometry' });
  expect(encoderFor(sourceColumn('bytea'), mysqlColumn('point'))).toBeUndefined();
});
