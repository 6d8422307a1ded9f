import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../demo/seeded-random.ts';
import { faults } from '../../faults/random/fault-list.ts';
import { planFaults } from '../../faults/random/plan.ts';

const planOf = (seed: number) => planFaults(seededRandom(seed), { lengthMs: 10 * 60_000, pairs: 2, faults });

describe('the plan of a run', () => {
  test('follows from the seed', () => {
    expect(planOf(3)).toEqual(planOf(3));
    expect(planOf(3)).not.toEqual(planOf(4));
  });

  test('has faults of every kind in an hour, for every pair, each as long as it may last', () => {
    const plan = planFaults(seededRandom(1), { lengthMs: 60 * 60_000, pairs: 3, faults });
    expect(new Set(plan.map(({ fault }) => fault))).toEqual(new Set(faults.map(({ name }) => name)));
    expect(new Set(plan.map(({ pair }) => pair))).toEqual(new Set([0, 1, 2]));
    for (const { fault, lastsMs } of plan) {
      const [from, to] = faults.find(({ name }) => name === fault)?.lasts ?? [0, -1];
      expect(lastsMs).toBeGreaterThanOrEqual(from);
      expect(lastsMs).toBeLessThanOrEqual(to);
    }
  });

  test('has some that overlap', () => {
    const plan = planOf(5);
    expect(
      plan.some(({ atMs, lastsMs }, index) => (plan[index + 1]?.atMs ?? Infinity) < atMs + lastsMs),
    ).toBe(true);
  });
});
