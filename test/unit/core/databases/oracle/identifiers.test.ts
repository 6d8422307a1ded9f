import { expect, test } from '@jest/globals';
import { quoteIdentifier, quoteLiteral, quoteTable } from '#core/databases/oracle/identifiers.ts';

test('names keep their case and whatever else they hold', () => {
  expect(quoteTable({ schema: 'SHOP', table: 'Order; DROP --' })).toBe('"SHOP"."Order; DROP --"');
});

test.each(['', 'a"b', 'a\0b'])('%j cannot be an identifier of Oracle', (name) => {
  expect(() => quoteIdentifier(name)).toThrow(TypeError);
});

test('a quote in a literal is doubled', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(() => quoteLiteral('\0')).toThrow(TypeError);
});
