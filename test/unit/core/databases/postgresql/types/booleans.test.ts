import { expect, test } from '@jest/globals';
import { booleanDecoders } from '#core/databases/postgresql/types/booleans.ts';
import { columnOf } from '../column-samples.ts';

const column = columnOf('boolean', 'bool');

test.each([
  [true, 't'],
  [false, 'f'],
])('%s is %s', (raw, text) => {
  expect(booleanDecoders.bool?.(raw, column)).toBe(text);
});

test.each(['true', 1, 0, 't', {}])('%j is not what Debezium writes', (raw) => {
  expect(booleanDecoders.bool?.(raw, column)).toBeUndefined();
});
