import { expect, test } from '@jest/globals';
import { arrayLiteral } from '#core/databases/postgresql/target/array-literal.ts';

test.each([
  [[], '{}'],
  [['1', null, 'NULL'], '{"1",NULL,"NULL"}'],
  [['', ' ', 'a,b', '{x}'], '{""," ","a,b","{x}"}'],
  [['say "hi"', 'back\\slash', '\\x00ff'], '{"say \\"hi\\"","back\\\\slash","\\\\x00ff"}'],
  [['line\nbreak', 'ä€😀'], '{"line\nbreak","ä€😀"}'],
])('%j becomes %s', (values, literal) => {
  expect(arrayLiteral(values)).toBe(literal);
});
