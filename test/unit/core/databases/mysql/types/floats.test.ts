import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { column } from '../columns.ts';

test.each([
  // The server's text of the FLOAT as a DOUBLE, Debezium's number, the canonical text.
  ['1.100000023841858', 1.1, '1.1'],
  ['16777216', 16777216, '1.6777216e+07'],
  ['3.4028234663852886e38', 3.4028235e38, '3.4028235e+38'],
  ['-0', -0, '-0'],
  // FLOAT(7,3) arrives as a double.
  ['1234.5670166015625', 1234.5670166015625, '1234.567'],
])('float %s and %p are both %s', (selected, raw, text) => {
  const float = column('float');
  expect(selectDecoderFor(float)(selected)).toBe(text);
  expect(decoderFor(float)(raw)).toBe(text);
});

test.each([
  ['0.1', '0.1'],
  ['1.7976931348623157e308', '1.7976931348623157e+308'],
  ['5e-324', '5e-324'],
  ['-0', '-0'],
])('double %s is %s', (value, text) => {
  const double = column('double');
  expect(selectDecoderFor(double)(value)).toBe(text);
  expect(decoderFor(double)(Number(value))).toBe(text);
});

test('a float in a key is compared with the very double that it is', () => {
  expect(mysqlTypeOf('float')?.toLiteral?.('1.1', column('float'))).toBe('1.100000023841858');
  expect(mysqlTypeOf('double')?.toLiteral?.('1e+22', column('double'))).toBe('1e+22');
});

test('an empty text is no number', () => {
  expect(() => selectDecoderFor(column('double'))('')).toThrow(
    expect.objectContaining({ code: 'ValueRejected' }),
  );
});
