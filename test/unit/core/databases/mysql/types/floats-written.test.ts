import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const double = encoderFor(sourceColumn('float8'), mysqlColumn('double'));
const single = encoderFor(sourceColumn('float4'), mysqlColumn('float'));

test.each(['0.1', '-0', '5e-324', '1.7976931348623157e+308', '1e+15'])('a double %s is as it is', (text) => {
  expect(double?.form).toBe('text');
  expect(double?.encode(text)).toBe(text);
});

test('a float is written by the digits of its double, the largest one would be out of range otherwise', () => {
  expect(single?.encode('3.4028235e+38')).toBe('3.4028234663852886e+38');
  expect(single?.encode('0.1')).toBe('0.10000000149011612');
  expect(single?.encode('-0')).toBe('-0');
});

test.each(['NaN', 'Infinity', '-Infinity'])('%s is refused', (text) => {
  expect(double?.encode(text)).toEqual({ refused: 'is no finite number' });
  expect(single?.encode(text)).toEqual({ refused: 'is no finite number' });
});

describe('a target column of every value', () => {
  test.each([
    ['float4', 'float', true],
    ['float4', 'double', true],
    ['float8', 'float', false],
    ['float4', 'float(7,4)', false],
    ['numeric', 'double', false],
  ])('%s in %s: %s', (source, target, isHeld) => {
    expect(holdsEveryValue(sourceColumn(source), mysqlColumn(target), false)).toBe(isHeld);
  });
});
