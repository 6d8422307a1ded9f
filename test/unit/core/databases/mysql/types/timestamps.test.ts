import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { column } from '../columns.ts';

test.each([
  ['2020-02-29 23:59:59', '2020-02-29T23:59:59', '2020-02-29 23:59:59'],
  ['2020-02-29 10:00:00.000000', '2020-02-29T10:00', '2020-02-29 10:00:00'],
  ['2020-01-01 00:00:00.100000', '2020-01-01T00:00:00.100', '2020-01-01 00:00:00.1'],
  ['0001-01-01 00:00:00.000001', '0001-01-01T00:00:00.000001', '0001-01-01 00:00:00.000001'],
])('datetime %s and %s are both %s', (selected, raw, text) => {
  const datetime = column('datetime', { fraction: 6 });
  expect(datetime.type).toBe('timestamp(6) without time zone');
  expect(selectDecoderFor(datetime)(selected)).toBe(text);
  expect(decoderFor(datetime)(raw)).toBe(text);
});

test.each([
  ['2038-01-19 03:14:07', '2038-01-19T03:14:07Z', '2038-01-19 03:14:07+00'],
  ['1970-01-01 00:00:01', '1970-01-01T00:00:01Z', '1970-01-01 00:00:01+00'],
  ['2020-02-29 23:59:59.120000', '2020-02-29T23:59:59.12Z', '2020-02-29 23:59:59.12+00'],
])('timestamp %s and %s are both %s', (selected, raw, text) => {
  const timestamp = column('timestamp', { fraction: 6 });
  expect(timestamp.type).toBe('timestamp(6) with time zone');
  expect(selectDecoderFor(timestamp)(selected)).toBe(text);
  expect(decoderFor(timestamp)(raw)).toBe(text);
});

test('a zero timestamp arrives as the epoch, which no timestamp can be', () => {
  const timestamp = column('timestamp', { fraction: 6 });
  expect(decoderFor(timestamp)('1970-01-01T00:00:00Z')).toBe('0000-00-00 00:00:00');
  expect(decoderFor(timestamp)('1970-01-01T00:00:00.000000Z')).toBe('0000-00-00 00:00:00');
  expect(decoderFor(timestamp)('1970-01-01T00:00:00.000001Z')).toBe('1970-01-01 00:00:00.000001+00');
  expect(selectDecoderFor(timestamp)('0000-00-00 00:00:00.000000')).toBe('0000-00-00 00:00:00');
});

test('a zero datetime keeps its own text', () => {
  expect(selectDecoderFor(column('datetime', { fraction: 6 }))('2020-00-01 10:00:00.500000')).toBe(
    '2020-00-01 10:00:00.5',
  );
  expect(decoderFor(column('datetime', { fraction: 6 }))('2020-00-01T10:00:00.500000')).toBe(
    '2020-00-01 10:00:00.5',
  );
  expect(decoderFor(column('datetime'))('0000-00-00T00:00:00')).toBe('0000-00-00 00:00:00');
});

test('a datetime with a zone and a timestamp without one are refused', () => {
  expect(() => decoderFor(column('datetime'))('2020-01-01T00:00:00Z')).toThrow();
  expect(() => decoderFor(column('timestamp'))('2020-01-01T00:00:00')).toThrow();
});

test('a timestamp in a key is compared in the time zone of the session, which is UTC', () => {
  const literal = mysqlTypeOf('timestamp')?.toLiteral?.('2020-01-01 00:00:00+00', column('timestamp'));
  expect(literal).toBe(`_utf8mb4 X'${Buffer.from('2020-01-01 00:00:00').toString('hex')}'`);
});
