import { expect, test } from '@jest/globals';
import { matchesTable, patternOf, refuseTablePattern } from '#core/contracts/table-pattern.ts';

test.each<[string, string, string, boolean]>([
  ['public.*', 'public', 'orders', true],
  ['public.*', 'sales', 'orders', false],
  ['*.orders_*', 'sales', 'orders_2026', true],
  ['public.orders_????', 'public', 'orders_2026', true],
  ['public.orders_????', 'public', 'orders_26', false],
  ['public.*_a*_b', 'public', 'x_a_b_a_b', true],
  ['public.*_a*_b', 'public', 'x_a_b_c', false],
  ['public.Orders', 'public', 'orders', false],
  ['public.a.b', 'public', 'a.b', true],
  ['a\\.b.c', 'a.b', 'c', true],
  ['public.\\*', 'public', '*', true],
  ['public.\\*', 'public', 'x', false],
  ['public.?', 'public', '€', true],
  ['public.[ab]$', 'public', '[ab]$', true],
  ['public.[ab]$', 'public', 'a', false],
])('%s and %s.%s', (pattern, schema, table, matches) => {
  expect(matchesTable({ include: [pattern] }, { schema, table })).toBe(matches);
  expect(matchesTable({ include: ['*.*'], exclude: [pattern] }, { schema, table })).toBe(!matches);
});

test.each(['orders', '.orders', 'public.', 'public.a\\'])('%s is no pattern', (pattern) => {
  expect(refuseTablePattern(pattern)).toMatch(/schema|backslash/);
});

test('the pattern of a name matches this name and no other', () => {
  for (const table of ['a*b', 'a?b', 'a\\b', 'a.b', '*']) {
    const include = [patternOf({ schema: 's.x', table })];
    expect(matchesTable({ include }, { schema: 's.x', table })).toBe(true);
    expect(matchesTable({ include }, { schema: 's.x', table: 'aXb' })).toBe(false);
  }
});

test('no pattern takes long', () => {
  const pattern = `public.${'*a'.repeat(100)}b`;
  const before = performance.now();
  expect(matchesTable({ include: [pattern] }, { schema: 'public', table: 'a'.repeat(250) })).toBe(false);
  expect(performance.now() - before).toBeLessThan(1_000);
});
