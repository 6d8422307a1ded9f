import { expect, test } from '@jest/globals';
import { riseOf } from '#test/faults/random/growth.ts';

const grow = (perSample: number): readonly number[] =>
  Array.from({ length: 300 }, (_none, index) => 200 + index * perSample + (index % 15) * 6);

test('garbage that comes and goes is no rise, and a leak is', () => {
  expect(riseOf(grow(0))).toBeLessThan(5);
  expect(riseOf(grow(0.5))).toBeGreaterThan(60);
});

test('what the beginning takes, and a single peak, are no rise', () => {
  const warmedUp = grow(0).map((mib, index) => (index < 30 ? mib - 100 : index === 290 ? mib + 300 : mib));
  expect(riseOf(warmedUp)).toBeLessThan(5);
});
