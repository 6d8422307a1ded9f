import { expect, test } from '@jest/globals';
import { quoteIdentifier, quoteTable } from '#core/databases/mysql/identifiers.ts';

test.each([
  ['orders', '`orders`'],
  ['a`b', '`a``b`'],
  ['`; DROP TABLE x; --', '```; DROP TABLE x; --`'],
  ['it\'s "x" \\', '`it\'s "x" \\`'],
])('the name %s is quoted', (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted);
});

test('a table is named with its database', () => {
  expect(quoteTable({ schema: 'shop', table: 'a`b' })).toBe('`shop`.`a``b`');
});

test('a name with a NUL is refused', () => {
  expect(() => quoteIdentifier('a\0')).toThrow(TypeError);
});
