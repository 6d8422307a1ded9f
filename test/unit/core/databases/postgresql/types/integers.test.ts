import { expect, test } from '@jest/globals';
import { integers } from '#core/databases/postgresql/types/integers.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: integerDecoders } = integers;

const column = columnOf('bigint', 'int8');

test.each([
  [0, '0'],
  [-32768, '-32768'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [9223372036854775807n, '9223372036854775807'],
  [-9223372036854775808n, '-9223372036854775808'],
  // Below a domain.
  ['9223372036854775807', '9223372036854775807'],
])('%s is %s', (raw, text) => {
  expect(integerDecoders.int8?.(raw, column)).toBe(text);
});

test.each([2 ** 53, -(2 ** 60), 1.5, Number.NaN, '1.5', '', true])(
  '%j may be rounded already, or is no integer',
  (raw) => {
    expect(integerDecoders.int8?.(raw, column)).toBeUndefined();
  },
);

test('every integer type is decoded alike', () => {
  expect(Object.keys(integerDecoders)).toEqual(['int2', 'int4', 'int8']);
});
