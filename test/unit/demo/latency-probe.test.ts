import { describe, expect, test } from '@jest/globals';
import { latencyFigures } from '../../../demo/latency-probe.ts';

describe('latencyFigures', () => {
  test('takes the nearest rank, whatever the order of the samples', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(latencyFigures(samples)).toEqual({ p50: 50, p95: 95, p99: 99 });
  });

  test('few samples give their largest as p99', () => {
    expect(latencyFigures([3.4, 900.2, 7])).toEqual({ p50: 7, p95: 900, p99: 900 });
  });

  test('without samples there is no figure', () => {
    expect(latencyFigures([])).toEqual({ p50: Number.NaN, p95: Number.NaN, p99: Number.NaN });
  });
});
