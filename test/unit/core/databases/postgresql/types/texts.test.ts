import { expect, test } from '@jest/globals';
import { texts } from '#core/databases/postgresql/types/texts.ts';
import { columnOf } from '../column-samples.ts';

const { decoders: textDecoders } = texts;

test.each(['', 'NULL', '{"a" : 1,  "a":2}', 'ab   ', '😀\n\\', '10.0.0.1/8'])(
  '%j is passed on as it is',
  (raw) => {
    for (const [type, decode] of Object.entries(textDecoders))
      expect(decode(raw, columnOf(type, type))).toBe(raw);
  },
);

test.each([1, true, {}, ['a']])('%j is not what capture writes', (raw) => {
  expect(textDecoders.text?.(raw, columnOf('text', 'text'))).toBeUndefined();
});
