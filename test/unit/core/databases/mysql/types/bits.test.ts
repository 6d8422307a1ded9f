import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { bytes, column } from '../columns.ts';

test.each([
  // Declared length, the server's bytes, Debezium's value, the canonical text.
  [1, '00', false, '0'],
  [1, '01', true, '1'],
  [8, '05', 'BQ==', '00000101'],
  [10, '0201', 'AQI=', '1000000001'],
  [64, '8000000000000001', 'AQAAAAAAAIA=', `1${'0'.repeat(62)}1`],
])('bit(%i) of bytes %s arrives as %p', (precision, hex, raw, text) => {
  const bit = column('bit', { precision });
  expect(bit).toMatchObject({ type: `bit(${precision})`, maxLength: precision });
  expect(selectDecoderFor(bit)(bytes(hex))).toBe(text);
  expect(decoderFor(bit)(raw)).toBe(text);
});

test('more bits than the column has are refused', () => {
  expect(() => decoderFor(column('bit', { precision: 3 }))('CA==')).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
});

test('a bit string in a key is compared as the number that it is', () => {
  expect(mysqlTypeOf('bit')?.toLiteral?.('1000000001', column('bit', { precision: 10 }))).toBe('513');
});
