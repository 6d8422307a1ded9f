import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

const decimal = column('decimal', { precision: 65, scale: 30 });

test('a decimal is a numeric of the same precision and scale', () => {
  expect(decimal).toMatchObject({ type: 'numeric(65,30)', baseType: 'numeric', precision: 65, scale: 30 });
});

test.each(['0', '1.50', '-0.000000000000000000000000000001', '12345678901234567890123456789012345.5'])(
  '%s keeps all its digits',
  (text) => {
    expect(decoderFor(decimal)(text)).toBe(text);
    expect(selectDecoderFor(decimal)(text)).toBe(text);
  },
);

test('the zeros of ZEROFILL are no part of the number', () => {
  expect(['000001.50', '000000.00', '-0.10'].map(selectDecoderFor(decimal))).toEqual([
    '1.50',
    '0.00',
    '-0.10',
  ]);
});

test.each([1.5, '1e5', 'AQ==', ''])('%p is refused: a number would be rounded already', (raw) => {
  expect(() => decoderFor(decimal)(raw)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
});
