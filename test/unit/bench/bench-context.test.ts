import { describe, expect, test } from '@jest/globals';
import { compareRates, inTurns, median } from '../../../bench/bench-context.ts';

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  test('of nothing there is none', () => {
    expect(median([])).toBeNaN();
  });
});

describe('compareRates', () => {
  test('the ratio is the median of the ratios of each pair', () => {
    const compared = compareRates([
      { ours: 100, peers: 50 },
      { ours: 400, peers: 100 },
      { ours: 90, peers: 30 },
    ]);
    expect(compared).toEqual({ rowsPerSecond: 100, peerRowsPerSecond: 50, ratio: 3 });
  });
});

describe('inTurns', () => {
  test('warms both up, measures them in turns, and leaves the warm-up out', async () => {
    const order: string[] = [];
    const next = (name: string) => async () => {
      order.push(name);
      return order.length;
    };
    const rounds = await inTurns(2, { ours: next('ours'), peers: next('peers') }, () => undefined);
    expect(order).toEqual(['ours', 'peers', 'ours', 'peers', 'ours', 'peers']);
    expect(rounds).toEqual([
      { ours: 3, peers: 4 },
      { ours: 5, peers: 6 },
    ]);
  });
});
