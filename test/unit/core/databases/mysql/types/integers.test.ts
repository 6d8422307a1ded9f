import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { column } from '../columns.ts';

test('integers have the type of PostgreSQL that holds all of theirs', () => {
  const typeOf = (dataType: string, isUnsigned = false) => column(dataType, { isUnsigned }).type;
  expect(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'].map((type) => typeOf(type))).toEqual([
    'smallint',
    'smallint',
    'integer',
    'integer',
    'bigint',
    'smallint',
  ]);
  expect(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'].map((type) => typeOf(type, true))).toEqual([
    'smallint',
    'integer',
    'integer',
    'bigint',
    'numeric(20,0)',
  ]);
});

test.each([
  ['18446744073709551615', -1],
  ['9223372036854775808', -9223372036854775808n],
  ['9223372036854775807', 9223372036854775807n],
  ['9007199254740993', 9007199254740993n],
  ['0', 0],
])('unsigned bigint %s arrives as the signed number of the same bits', (text, raw) => {
  const unsigned = column('bigint', { isUnsigned: true });
  expect(decoderFor(unsigned)(raw)).toBe(text);
  expect(selectDecoderFor(unsigned)(text)).toBe(text);
});

test('a signed bigint keeps its sign', () => {
  expect(decoderFor(column('bigint'))(-1)).toBe('-1');
});

test('the zeros of ZEROFILL are no part of the number', () => {
  const read = selectDecoderFor(column('int', { isUnsigned: true }));
  expect(['00000042', '00000000', '7'].map(read)).toEqual(['42', '0', '7']);
});

test('the year 0000 arrives as 1900, which no YEAR can be', () => {
  const year = column('year');
  expect([1900, 1901, 2155].map(decoderFor(year))).toEqual(['0', '1901', '2155']);
  expect(['0000', '1901', '2155'].map(selectDecoderFor(year))).toEqual(['0', '1901', '2155']);
});

test.each(['text', 1.5, 2 ** 53, true, {}])('an integer column refuses %p', (raw) => {
  expect(() => decoderFor(column('int'))(raw)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
});

test.each([
  ['tinyint', '255'],
  ['smallint', '65535'],
  ['mediumint', '16777215'],
  ['int', '4294967295'],
])('unsigned %s is read from the bits of a signed number, too', (type, text) => {
  expect(decoderFor(column(type, { isUnsigned: true }))(-1)).toBe(text);
  expect(decoderFor(column(type, { isUnsigned: true }))(Number(text))).toBe(text);
  expect(decoderFor(column(type))(-1)).toBe('-1');
});
