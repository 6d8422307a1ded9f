import { expect, test } from '@jest/globals';
import { booleans } from '#core/databases/postgresql/types/booleans.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: booleanDecoders } = booleans;

const decode = (raw: unknown) => booleanDecoders.bool?.(raw, columnOf('boolean', 'bool'));

test.each([
  [true, 't'],
  [false, 'f'],
  ['t', 't'],
  ['f', 'f'],
])('%j is %s', (raw, text) => {
  expect(decode(raw)).toBe(text);
});

test.each(['true', 1, 0, '', {}])('%j is not what capture writes', (raw) => {
  expect(decode(raw)).toBeUndefined();
});
