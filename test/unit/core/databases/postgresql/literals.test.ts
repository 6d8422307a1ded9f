import { expect, test } from '@jest/globals';
import { quoteLiteral } from '#core/databases/postgresql/literals.ts';

test.each([
  ['abc', "'abc'"],
  ['', "''"],
  ["it's", "'it''s'"],
  ["'; DROP TABLE users; --", "'''; DROP TABLE users; --'"],
  [String.raw`\'; DROP TABLE users; --`, String.raw` E'\\''; DROP TABLE users; --'`],
  ['a\nb', "'a\nb'"],
])('quotes %j', (text, quoted) => {
  expect(quoteLiteral(text)).toBe(quoted);
});

test('refuses a NUL character, which no text of PostgreSQL has', () => {
  expect(() => quoteLiteral('a\0b')).toThrow(TypeError);
});
