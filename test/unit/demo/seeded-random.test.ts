import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../demo/seeded-random.ts';

const draw = (seed: number, stream?: number): readonly number[] => {
  const random = stream === undefined ? seededRandom(seed) : seededRandom(seed).fork(stream);
  return Array.from({ length: 1_000 }, () => random.next());
};

describe('seededRandom', () => {
  test('a seed repeats its sequence, and another seed has another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('forks of one seed differ from it and from each other', () => {
    const sequences = [draw(9), draw(9, 0), draw(9, 1)].map((sequence) => sequence.slice(0, 5).join());
    expect(new Set(sequences).size).toBe(3);
    expect(draw(9, 1)).toEqual(draw(9, 1));
  });

  test('numbers lie in [0, 1) and are spread', () => {
    const numbers = draw(20131);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    // The mean of 1,000 uniform numbers has a deviation of 0.0091; five of those.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.046);
  });

  test('integers include both bounds', () => {
    const random = seededRandom(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(4, 6)));
    expect([...seen].sort()).toEqual([4, 5, 6]);
  });

  test('pick takes each item sooner or later', () => {
    const random = seededRandom(8);
    const seen = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])));
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });
});
