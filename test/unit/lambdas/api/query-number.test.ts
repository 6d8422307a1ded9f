import { expect, test } from '@jest/globals';
import { queryNumber } from '../../../../lambdas/api/query-number.ts';

test.each([
  [0, 20],
  [1, 7],
  [1, 1_000],
  [1, 1_440],
  [0, 86_399],
] as const)('a number of a query from %d to %d is each of them in one form, and nothing else', (min, max) => {
  const schema = queryNumber(min, max);
  const refused = Array.from({ length: max * 2 + 11 }, (_, value) => value).filter(
    (value) => schema.safeParse(String(value)).success !== (value >= min && value <= max),
  );
  expect(refused).toEqual([]);
  expect(schema.parse(String(max))).toBe(max);
  for (const text of ['', '-1', '01', '1.0', ' 1', '1e1', `${max}0`, `${max}\n`, '١'])
    expect(schema.safeParse(text).success).toBe(false);
});
