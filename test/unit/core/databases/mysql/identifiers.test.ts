import { expect, test } from '@jest/globals';
import { quoteIdentifier, quoteTable } from '#core/databases/mysql/identifiers.ts';
import { bytesLiteral, numberLiteral, textLiteral } from '#core/databases/mysql/literals.ts';

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

test('a text becomes digits, which no mode of the server reads as anything else', () => {
  expect(textLiteral("é'\\")).toBe("_utf8mb4 X'c3a9275c'");
});

test.each(['1 OR 1=1', '', '1;', '0x10'])('%p is no number', (text) => {
  expect(() => numberLiteral(text)).toThrow(TypeError);
});

test('bytes that are none are refused', () => {
  expect(bytesLiteral('00FF')).toBe("X'00FF'");
  expect(() => bytesLiteral("0' OR '1")).toThrow(TypeError);
});
