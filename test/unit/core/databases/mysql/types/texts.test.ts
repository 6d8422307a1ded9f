import { expect, test } from '@jest/globals';
import { decoderFor, selectDecoderFor, validateColumn } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { column } from '../columns.ts';

test('characters keep their length, and CHAR loses its blanks', () => {
  expect(column('varchar', { maxLength: 20 }).type).toBe('character varying(20)');
  expect(column('char', { maxLength: 5 }).type).toBe('character varying(5)');
  expect(column('longtext', { maxLength: 4_294_967_295 }).type).toBe('text');
});

test("MariaDB's JSON is a text that is kept as it was written", () => {
  const json = column('longtext', { isCheckedJson: true });
  expect(json.type).toBe('json');
  expect(decoderFor(json)('{"b": 1,  "a":2}')).toBe('{"b": 1,  "a":2}');
});

test.each(['', 'a  ', 'é😀', "O'Neil \\ \n"])('text %p is the same in both', (text) => {
  const varchar = column('varchar', { charset: 'utf8mb4' });
  expect(decoderFor(varchar)(text)).toBe(text);
  expect(selectDecoderFor(varchar)(text)).toBe(text);
});

test('a character that Java could not read is refused where the character set has none like it', () => {
  expect(() => decoderFor(column('varchar', { charset: 'latin1' }))('a\ufffd')).toThrow(
    expect.objectContaining({ code: 'UndecodableEvent' }),
  );
  expect(decoderFor(column('varchar', { charset: 'utf8mb4' }))('a\ufffd')).toBe('a\ufffd');
});

test.each(['sjis', 'gbk', 'big5', 'greek', 'swe7', 'koi8u', 'cp932', 'ucs2', 'utf16', 'utf32'])(
  'a column of character set %s is refused, since some of its characters arrive as others',
  (charset) => {
    expect(validateColumn(column('text', { charset }))).toContain(charset);
  },
);

test.each(['utf8mb4', 'utf8mb3', 'latin1', 'latin2', 'cp1251', 'utf16le', 'ascii'])(
  'a column of character set %s is accepted',
  (charset) => {
    expect(validateColumn(column('varchar', { charset }))).toBeUndefined();
  },
);

test('a member with a question mark is refused where it may stand for a character of four bytes', () => {
  const member = (charset: string) =>
    validateColumn(column('enum', { columnType: "enum('a','é?')", charset }));
  expect(member('utf8mb4')).toContain('question mark');
  expect(member('utf8mb3')).toBeUndefined();
  expect(member('latin1')).toBeUndefined();
});

test("Debezium's backslash before the comma of a member is taken away again", () => {
  const letters = column('enum', { columnType: "enum('a','b,c')", charset: 'greek' });
  expect(validateColumn(letters)).toBeUndefined();
  expect(['a', 'b\\,c', ''].map(decoderFor(letters))).toEqual(['a', 'b,c', '']);
});

test('an enum of which a member has a backslash is refused', () => {
  expect(validateColumn(column('enum', { columnType: "enum('a\\\\b')" }))).toContain('backslash');
});

test('a key of an enum has no ranges: it is sorted by number and compared by text', () => {
  expect(mysqlTypeOf('enum')?.toLiteral).toBeUndefined();
  expect(mysqlTypeOf('set')?.toLiteral).toBeUndefined();
});
