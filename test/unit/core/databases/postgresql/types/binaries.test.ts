import { expect, test } from '@jest/globals';
import { binaryDecoders } from '#core/databases/postgresql/types/binaries.ts';
import { columnOf } from '../column-samples.ts';

const bytea = (raw: unknown) => binaryDecoders.bytea?.(raw, columnOf('bytea', 'bytea'));
const bits = (raw: unknown) => binaryDecoders.varbit?.(raw, columnOf('bit varying', 'varbit'));

test.each([
  ['', '\\x'],
  ['00ff', '\\x00ff'],
])('the bytes %j are %s', (raw, text) => {
  expect(bytea(raw)).toBe(text);
});

test.each(['0', 'AAEC', '0G', '\\x00', 0])('%j are no bytes in hex', (raw) => {
  expect(bytea(raw)).toBeUndefined();
});

test.each(['', '0', '0001', '01'])('the bits %j keep their leading zeros', (raw) => {
  expect(bits(raw)).toBe(raw);
});

test.each(['Awg=', true, '012'])('%j are no bits', (raw) => {
  expect(bits(raw)).toBeUndefined();
});
