import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { bytes, column } from '../columns.ts';

test.each(['', '00ff', '61000000', '5c275c78'])('bytes %s are the same in both', (hex) => {
  const blob = column('varbinary');
  expect(blob.type).toBe('bytea');
  expect(selectDecoderFor(blob)(bytes(hex))).toBe(`\\x${hex}`);
  expect(decoderFor(blob)(hex)).toBe(`\\x${hex}`);
});

test.each(['0', 'zz', 'AP8=', 7])('%p is no hexadecimal text of bytes', (raw) => {
  expect(() => decoderFor(column('blob'))(raw)).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
});

test('bytes in a key are compared as bytes', () => {
  expect(mysqlTypeOf('binary')?.toLiteral?.('\\x00ff', column('binary'))).toBe("X'00ff'");
});
