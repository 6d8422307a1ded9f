import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxShortText, shortText } from '#core/apply/short-texts.ts';

test('gives the text of the bytes, whichever texts were read before', () => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: maxShortText });
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      for (const each of [...texts, ...texts]) {
        expect(shortText(Buffer.from(`<${each}>`), 1, 1 + each.length)).toBe(each);
      }
    }),
    { verbose: true },
  );
});
