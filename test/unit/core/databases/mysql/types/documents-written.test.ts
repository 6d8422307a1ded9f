import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const json = mysqlColumn('json');

describe('a JSON column', () => {
  const encode = encoderFor(mysqlColumn('json', { type: 'json', baseType: 'json' }), json)?.encode;

  test.each([
    '{"a":1}',
    '[18446744073709551615,-9223372036854775808,0]',
    '[0.1,1e+100,5e-324,-2e-7,1.7976931348623157e+308,100000000000000000000]',
    '["12345678901234567890.123456789","\\"-0",-1]',
  ])('takes %s, as it comes from one', (text) => {
    expect(encode?.(text)).toBe(text);
  });

  test('writes a zero below zero so that it is read as a double', () => {
    expect(encode?.('{"-0":[-0,"-0"]}')).toBe('{"-0":[-0.0,"-0"]}');
  });

  test.each(['[12345678901234567890.123456789]', '{"a":18446744073709551617}', '[0.1000000000000000000001]'])(
    'refuses %s, of which a number would be rounded',
    (text) => {
      expect(encode?.(text)).toEqual({ refused: expect.stringContaining('more digits') });
    },
  );

  test.each(['json', 'jsonb', 'text'])('would rewrite %s', (type) => {
    expect(holdsEveryValue(sourceColumn(type), json, false)).toBe(false);
  });
});
