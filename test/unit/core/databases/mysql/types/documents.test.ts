import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

const json = column('json');

test.each([
  ['{"a": 2, "b": [1, true, null]}', '{"a":2,"b":[1,true,null]}', '{"a":2,"b":[1,true,null]}'],
  ['1e100', BigInt(1e100).toString(), '1e+100'],
  ['0.00001', '0.000010000000000000000818030539140313095458623138256371021270751953125', '0.00001'],
  ['1.10', '1.10', '1.1'],
  ['12345678901234567890.1234567890', '12345678901234567890.1234567890', '12345678901234567890.123456789'],
  ['18446744073709551615', '18446744073709551615', '18446744073709551615'],
  ['-0.0', '-0.0', '-0'],
  ['"a\\u0000 \\"\\\\ é😀"', '"a\\u0000 \\"\\\\ é😀"', '"a\\u0000 \\"\\\\ é😀"'],
  ['"blanks  in  texts: {, }"', '"blanks  in  texts: {, }"', '"blanks  in  texts: {, }"'],
])('%s of the server and %s of Debezium are both %s', (selected, raw, text) => {
  expect(selectDecoderFor(json)(selected)).toBe(text);
  expect(decoderFor(json)(raw)).toBe(text);
});

test('the canonical text means the same, whatever the document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = selectDecoderFor(json)(JSON.stringify(value, undefined, 1));
      expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify(value)));
      expect(decoderFor(json)(JSON.stringify(value))).toBe(text);
    }),
  );
});

test.each(['', '{"a": nope}', 'a'])('%p is no document', (raw) => {
  expect(() => decoderFor(json)(raw)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
});
