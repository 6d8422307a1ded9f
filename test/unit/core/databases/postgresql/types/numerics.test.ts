import { expect, test } from '@jest/globals';
import { numericDecoders } from '#core/databases/postgresql/types/numerics.ts';
import { columnOf } from '../column-samples.ts';

const decode = (raw: unknown, scale?: number) =>
  numericDecoders.numeric?.(
    raw,
    columnOf('numeric', 'numeric', scale === undefined ? {} : { precision: 5, scale }),
  );

test.each(['0', '1.50', '-0.0000000001', '9'.repeat(300), `0.${'0'.repeat(500)}1`])(
  '%s keeps every digit and its scale',
  (raw) => {
    expect(decode(raw)).toBe(raw);
  },
);

test.each([
  ['NAN', 'NaN'],
  ['POSITIVE_INFINITY', 'Infinity'],
  ['NEGATIVE_INFINITY', '-Infinity'],
])('%s is %s', (raw, text) => {
  expect(decode(raw)).toBe(text);
});

test('the zeros that Debezium adds for a negative scale are taken away, and nothing else is', () => {
  expect(decode(`12300.${'0'.repeat(2046)}`, -2)).toBe('12300');
  expect(decode('100', -2)).toBe('100');
  expect(decode('12300.5', -2)).toBeUndefined();
});

test.each([1.5, 'constructor', '1e10', '', '1.', '.5', '+1', 'NaN', ' 1', '1,5'])(
  '%j is not what Debezium writes',
  (raw) => {
    expect(decode(raw)).toBeUndefined();
  },
);
