import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { floatDecoders } from '#core/databases/postgresql/types/floats.ts';
import { columnOf } from '../column-samples.ts';

const float4 = (raw: unknown) => floatDecoders.float4?.(raw, columnOf('real', 'float4'));
const float8 = (raw: unknown) => floatDecoders.float8?.(raw, columnOf('double precision', 'float8'));

describe('float8', () => {
  // Each text is PostgreSQL 18's output of that value.
  test.each([
    [0, '0'],
    [-0, '-0'],
    [5, '5'],
    [-4.35, '-4.35'],
    [100, '100'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [123456789012345, '123456789012345'],
    [1e14, '100000000000000'],
    [1e15, '1e+15'],
    [1.2345678901234568e17, '1.2345678901234568e+17'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [4.9e-324, '5e-324'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['-Infinity', '-Infinity'],
  ])('%p is %s', (raw, text) => {
    expect(float8(raw)).toBe(text);
  });

  test('every finite number reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Number(float8(value)), value)).toBe(true);
      }),
    );
  });
});

describe('float4', () => {
  test.each([
    [1.1, '1.1'],
    [123456, '123456'],
    [1234567, '1.234567e+06'],
    [9.9999999e14, '1e+15'],
    [1.4e-45, '1e-45'],
    [3.4028235e38, '3.4028235e+38'],
    [16777216, '1.6777216e+07'],
    [-0, '-0'],
    ['NaN', 'NaN'],
  ])('%p is %s', (raw, text) => {
    expect(float4(raw)).toBe(text);
  });

  test('every finite number reads back as itself', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Math.fround(Number(float4(value))), value)).toBe(true);
      }),
    );
  });
});

test.each(['1.5', '1e-45', '-0', '1.234567e+06'])('%j, from below a domain, is passed on as it is', (raw) => {
  expect(float4(raw)).toBe(raw);
  expect(float8(raw)).toBe(raw);
});

test.each(['1,5', 'nan', '.5', '1e5', 1n, Number.POSITIVE_INFINITY, true])(
  '%p is not what capture writes',
  (raw) => {
    expect(float4(raw)).toBeUndefined();
    expect(float8(raw)).toBeUndefined();
  },
);
