import { describe, expect, test } from '@jest/globals';
import { encoderFor, holdsEveryValue } from '#core/databases/mysql/target/column-encoder.ts';
import { mysqlColumn, sourceColumn } from '../target-columns.ts';

const utf8mb4 = { charset: 'utf8mb4' };

describe('a target column of every value', () => {
  test.each([
    [sourceColumn('text'), mysqlColumn('longtext', utf8mb4), true],
    [sourceColumn('text'), mysqlColumn('text', utf8mb4), true],
    [sourceColumn('text'), mysqlColumn('varchar(80)', { ...utf8mb4, maxLength: 80 }), false],
    [
      sourceColumn('varchar', { maxLength: 80 }),
      mysqlColumn('varchar(80)', { ...utf8mb4, maxLength: 80 }),
      true,
    ],
    [
      sourceColumn('varchar', { maxLength: 81 }),
      mysqlColumn('varchar(80)', { ...utf8mb4, maxLength: 80 }),
      false,
    ],
    [sourceColumn('uuid'), mysqlColumn('char(36)', { charset: 'ascii', maxLength: 36 }), true],
    [sourceColumn('jsonb'), mysqlColumn('longtext', utf8mb4), true],
    [sourceColumn('int4', { isArray: true }), mysqlColumn('longtext', utf8mb4), true],
    [
      sourceColumn('int4', { isArray: true }),
      mysqlColumn('varchar(80)', { ...utf8mb4, maxLength: 80 }),
      false,
    ],
    [
      sourceColumn('mood', { typeKind: 'enum' }),
      mysqlColumn('varchar(63)', { ...utf8mb4, maxLength: 63 }),
      true,
    ],
    [sourceColumn('bytea'), mysqlColumn('longtext', utf8mb4), false],
    [mysqlColumn('tinytext'), mysqlColumn('tinytext', utf8mb4), true],
    [sourceColumn('text'), mysqlColumn('tinytext', utf8mb4), false],
  ])('%#', (source, target, isHeld) => {
    expect(holdsEveryValue(source, target, false)).toBe(isHeld);
  });

  test('may have a length in a key, where every type has one', () => {
    const short = mysqlColumn('varchar(80)', { ...utf8mb4, maxLength: 80 });
    expect(holdsEveryValue(sourceColumn('text'), short, true)).toBe(true);
  });
});

describe('a value', () => {
  const encodeTo = (target: Parameters<typeof encoderFor>[1], source = sourceColumn('text')) =>
    encoderFor(source, target)?.encode;

  test('is measured in characters for VARCHAR', () => {
    const encode = encodeTo(mysqlColumn('varchar(3)', { ...utf8mb4, maxLength: 3 }));
    expect(encode?.('😀😀😀')).toBe('😀😀😀');
    expect(encode?.('abcd')).toEqual({ refused: 'is longer than its column' });
    // MySQL would cut blanks without an error.
    expect(encode?.('abc ')).toEqual({ refused: 'is longer than its column' });
  });

  test('is measured in bytes for TEXT', () => {
    const encode = encodeTo(mysqlColumn('tinytext', utf8mb4));
    expect(encode?.('é'.repeat(127))).toBe('é'.repeat(127));
    expect(encode?.('é'.repeat(128))).toEqual({ refused: 'is longer than its column' });
  });

  test.each([
    ['latin1', 'é', 255],
    ['utf16', 'a', 127],
    ['utf16', '😀', 63],
    ['utf32', '😀', 63],
    ['utf8mb3', 'é', 127],
  ])('is measured in the bytes of %s: %s %d times', (charset, character, count) => {
    const encode = encodeTo(mysqlColumn('tinytext', { charset }));
    const longest = character.repeat(count);
    expect(encode?.(longest)).toBe(longest);
    expect(encode?.(`${longest}${character}`)).toEqual({ refused: 'is longer than its column' });
  });

  test('that ends with a blank is refused by CHAR, but for the padding of a char(n)', () => {
    const char = mysqlColumn('char(5)', { ...utf8mb4, maxLength: 5 });
    expect(encodeTo(char)?.('ab ')).toEqual({ refused: 'ends with a blank, which CHAR forgets' });
    expect(encodeTo(char, sourceColumn('bpchar', { maxLength: 5 }))?.('ab   ')).toBe('ab');
  });

  test.each([
    ['utf8mb4', '😀', true],
    ['utf8mb3', 'é', true],
    ['utf8mb3', '😀', false],
    ['latin1', 'é€', true],
    ['latin1', '\u0081', true],
    ['latin1', '\u0080', false],
    ['latin1', 'ł', false],
    ['ascii', 'a', true],
    ['ascii', 'é', false],
  ])('in %s may have %s: %s', (charset, text, isHeld) => {
    const encoded = encodeTo(mysqlColumn('longtext', { charset }))?.(text);
    expect(encoded).toEqual(isHeld ? text : { refused: `has a character that ${charset} lacks` });
  });

  test('with half of a surrogate pair is no text', () => {
    expect(encodeTo(mysqlColumn('longtext', utf8mb4))?.('\ud800')).toEqual({ refused: 'is no Unicode text' });
  });
});
