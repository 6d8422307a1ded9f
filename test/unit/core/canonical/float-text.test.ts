import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { float4Text, float8Text } from '#core/canonical/float-text.ts';

test.each([
  [0, '0'],
  [-0, '-0'],
  [0.1, '0.1'],
  [-1.5, '-1.5'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [123456789012345, '123456789012345'],
  [1e15, '1e+15'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [5e-324, '5e-324'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [2071677889022629.2, '2.0716778890226292e+15'],
  // JavaScript writes 18014398509481990, which lies half-way to the double before.
  [18014398509481992, '1.8014398509481992e+16'],
])('%s is %s as a double', (value, text) => {
  expect(float8Text(value)).toBe(text);
});

test.each([
  [0.1, '0.1'],
  [123456, '123456'],
  [1e6, '1e+06'],
  [3.4028235e38, '3.4028235e+38'],
  [1e-45, '1e-45'],
  // 9.940634e+07 lies half-way between two single-precision numbers.
  [99406336, '9.9406336e+07'],
  // So nearly half-way that a double cannot tell.
  [1.5474250491067253e26, '1.5474251e+26'],
  // 1862980.25 lies half-way between two texts of eight digits.
  [1862980.25, '1.8629802e+06'],
])('%s is %s in single precision', (value, text) => {
  expect(float4Text(value)).toBe(text);
});

test('a text reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(Number(float8Text(value))).toBe(value);
    }),
  );
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(Math.fround(Number(float4Text(value)))).toBe(value);
    }),
  );
});
