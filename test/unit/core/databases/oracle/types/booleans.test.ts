import { expect, test } from '@jest/globals';
import { booleanTypes } from '#core/databases/oracle/types/booleans.ts';
import { columnOf } from '../column-samples.ts';

const { boolean } = booleanTypes;

test('a BOOLEAN is copied by a CASE and captured as JSON has it', () => {
  const column = columnOf('BOOLEAN');
  expect(column).toMatchObject({ type: 'boolean', baseType: 'bool' });
  expect(boolean?.select('"B"')).toBe(`CASE WHEN "B" THEN 't' WHEN NOT "B" THEN 'f' END`);
  expect(boolean?.fromSelect('t', column)).toBe('t');
  expect(boolean?.fromEvent(false, column)).toBe('f');
  expect(boolean?.fromEvent(1, column)).toBeUndefined();
});
