import { expect, test } from '@jest/globals';
import { bytesLiteral, numberLiteral, quoteLiteral, textLiteral } from '#core/databases/mysql/literals.ts';

test.each([
  [null, 'number', 'NULL'],
  ['-1.50', 'number', '-1.50'],
  ['it', 'text', "'it'"],
  ["it's", 'text', "'it''s'"],
  ['', 'text', "''"],
  // A backslash means different things under different SQL modes.
  ["\\' OR 1", 'text', "_utf8mb4 X'5c27204f522031'"],
  ['é\0', 'text', "_utf8mb4 X'c3a900'"],
  ['00ff', 'bytes', "X'00ff'"],
  ['', 'bytes', "X''"],
  ['0101', 'bits', "b'0101'"],
] as const)('%j as %s is %s', (value, form, literal) => {
  expect(quoteLiteral(value, form)).toBe(literal);
});

test.each([
  ['1; DROP TABLE x', 'number'],
  ['1e3', 'number'],
  ['', 'number'],
  ["00' OR", 'bytes'],
  ['0', 'bytes'],
  ["1'", 'bits'],
] as const)('%j as %s throws and does not show it', (value, form) => {
  expect(() => quoteLiteral(value, form)).toThrow(TypeError);
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
