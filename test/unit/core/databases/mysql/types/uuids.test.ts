import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

test('the digits of the converter get the hyphens of the server', () => {
  const uuid = '123e4567-e89b-12d3-a456-426614174000';
  expect(decoderFor(column('uuid'))(uuid.replaceAll('-', ''))).toBe(uuid);
  expect(selectDecoderFor(column('uuid'))(uuid)).toBe(uuid);
});

test.each(['00123e45-67e8-9b12-d3a4-564266141740', '123e', 7])(
  "%p, as Debezium's own form, is refused",
  (raw) => {
    expect(() => decoderFor(column('uuid'))(raw)).toThrow(
      expect.objectContaining({ code: 'UndecodableEvent' }),
    );
  },
);
