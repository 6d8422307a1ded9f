import { describe, expect, test } from '@jest/globals';
import { quoteIdentifier, quoteTable } from '#core/databases/postgresql/identifiers.ts';

describe('quoteIdentifier', () => {
  test.each([
    ['users', '"users"'],
    ['Order Items', '"Order Items"'],
    ['a"b', '"a""b"'],
    ['x"; DROP TABLE users; --', '"x""; DROP TABLE users; --"'],
  ])('quotes %s', (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  test('refuses a NUL character, which PostgreSQL cannot hold', () => {
    expect(() => quoteIdentifier('a\0b')).toThrow(TypeError);
  });

  test('a table is quoted part by part', () => {
    expect(quoteTable({ schema: 'S.1', table: 't' })).toBe('"S.1"."t"');
  });
});
