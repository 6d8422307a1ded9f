import { expect, test } from '@jest/globals';
import { isGtidSubset, parseGtidSet, parseMariadbGtids } from '#core/databases/mysql/source/gtid-sets.ts';

const a = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const b = '4c9e3dfc-9d25-11e9-8d2e-0242ac1cfd7e';

test.each([
  ['', '', true],
  ['', `${a}:1-5`, true],
  [`${a}:1-5`, '', false],
  [`${a}:2-4`, `${a}:1-5`, true],
  [`${a}:1-6`, `${a}:1-5`, false],
  [`${a}:3-8`, `${a}:1-5:6-10`, true],
  [`${a}:3-8`, `${a}:1-5:7-10`, false],
  [`${a}:1-2,${b}:1`, `${a}:1-5`, false],
  [`${a}:1-2,\n${b}:1`, `${b}:1-3,${a}:1-5`, true],
  [a.toUpperCase().concat(':7'), `${a}:1-9`, true],
  [`${a}:tag:1-2`, `${a}:1-9`, false],
  [`${a}:tag:1-2`, `${a}:1-9:tag:1-3`, true],
])('%s in %s: %p', (part, whole, expected) => {
  expect(isGtidSubset(part, whole)).toBe(expected);
});

test('what is no set is refused', () => {
  expect(() => parseGtidSet('hello')).toThrow(TypeError);
});

test('a position of MariaDB has one sequence for each domain', () => {
  expect(parseMariadbGtids('0-1-42,7-3-9')).toEqual(
    new Map([
      ['0', 42n],
      ['7', 9n],
    ]),
  );
  expect(() => parseMariadbGtids('0-1')).toThrow(TypeError);
});
