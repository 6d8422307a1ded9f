import { expect, test } from '@jest/globals';
import { floats } from '#core/databases/oracle/types/floats.ts';
import { columnOf } from '../column-samples.ts';

const { types: floatTypes } = floats;

const { binary_float: single, binary_double: double } = floatTypes;

test.each([
  [0.1, '0.1', '0.1'],
  [Math.fround(0.1), '0.1', '0.10000000149011612'],
  [3.4028235e38, '3.4028235e+38', '3.4028235e+38'],
  [-0, '-0', '-0'],
  [1e20, '1e+20', '1e+20'],
])('%s is %s as BINARY_FLOAT and %s as BINARY_DOUBLE, copied and captured', (value, float4, float8) => {
  for (const read of ['fromSelect', 'fromEvent'] as const) {
    expect(single?.[read](value, columnOf('BINARY_FLOAT'))).toBe(float4);
    expect(double?.[read](value, columnOf('BINARY_DOUBLE'))).toBe(float8);
  }
});

test.each(['NaN', 'Infinity', '-Infinity'])(
  '%s comes as a number of the driver and as a text of JSON',
  (text) => {
    expect(double?.fromSelect(Number(text), columnOf('BINARY_DOUBLE'))).toBe(text);
    expect(double?.fromEvent(text, columnOf('BINARY_DOUBLE'))).toBe(text);
  },
);

test.each(['1.5E+000', 'Nan', 'Inf', null, true])('%j is no binary float', (raw) => {
  expect(single?.fromEvent(raw, columnOf('BINARY_FLOAT'))).toBeUndefined();
});

test('a key is compared as the same kind of number', () => {
  const column = columnOf('BINARY_DOUBLE');
  expect(double?.key?.expression(':1', column)).toBe('TO_BINARY_DOUBLE(:1)');
  expect(double?.key?.toBind('-Infinity', column)).toBe('-INF');
});
