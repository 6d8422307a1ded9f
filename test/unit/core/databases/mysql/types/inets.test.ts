import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { bytes, column } from '../columns.ts';

test.each([
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000000000001', '::1'],
  ['00010000000000000000000000000000', '1::'],
  ['00000000000000000000000000010000', '::0.1.0.0'],
  ['00000000000000000000ffffc0000280', '::ffff:192.0.2.128'],
  ['20010db8000000000000ff0000428329', '2001:db8::ff00:42:8329'],
  ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
  ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
])('inet6 %s is %s in a copy and in an event', (hex, text) => {
  expect(selectDecoderFor(column('inet6'))(bytes(hex))).toBe(text);
  expect(decoderFor(column('inet6'))(hex)).toBe(text);
});

test('inet4 is its four bytes', () => {
  expect(selectDecoderFor(column('inet4'))(bytes('c0000280'))).toBe('192.0.2.128');
  expect(decoderFor(column('inet4'))('0a000000')).toBe('10.0.0.0');
});

test.each(['c0000280', 'C0000280000000000000000000000000', 7, null, '::1'])(
  '%p is no inet6 of an event',
  (raw) => {
    const decode = decoderFor(column('inet6'));
    if (raw === null) expect(decode(raw)).toBeNull();
    else expect(() => decode(raw)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
  },
);

test('every address is another text', () => {
  const word = fc.constantFrom(0, 0, 0, 1, 0xffff, 0xc000);
  const address = fc.array(word, { minLength: 8, maxLength: 8 });
  const textOf = (words: readonly number[]) =>
    decoderFor(column('inet6'))(words.map((part) => part.toString(16).padStart(4, '0')).join(''));
  fc.assert(
    fc.property(address, address, (one, other) => {
      expect(textOf(one) === textOf(other)).toBe(one.join() === other.join());
    }),
    { numRuns: 2_000 },
  );
});
