import { expect, test } from '@jest/globals';
import type { HealthPoint } from '#core/contracts/health-record.ts';
import { rollUpHistory } from '#core/status/roll-up-history.ts';

const point = (minute: number, change: Partial<HealthPoint> = {}): HealthPoint => ({
  at: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
  overall: 'healthy',
  ...change,
});

test('a step has the health of its worst minute, and the last known of each figure', () => {
  const steps = rollUpHistory(
    [
      point(0, { applyLagMs: 100, appliedEvents: 5, inserts: 5 }),
      point(1, { overall: 'failed', hop: 'target', condition: 'consumer-retrying', retainedBytes: 9 }),
      point(2, { overall: 'degraded', hop: 'kafka', condition: 'target-behind', appliedEvents: 8 }),
    ],
    5,
  );
  expect(steps).toEqual([
    {
      at: point(2).at,
      overall: 'failed',
      hop: 'target',
      condition: 'consumer-retrying',
      applyLagMs: 100,
      applyLagP50Ms: 100,
      applyLagP99Ms: 100,
      appliedEvents: 8,
      inserts: 5,
      retainedBytes: 9,
      minutes: 3,
      faultyMinutes: 2,
    },
  ]);
});

test('a healthy minute has no cause, whatever the one before it had', () => {
  const [, second] = rollUpHistory(
    [point(0, { overall: 'failed', hop: 'target', condition: 'consumer-ended' }), point(1)],
    1,
  );
  expect(second).toEqual({ ...point(1), minutes: 1, faultyMinutes: 0 });
});

test('percentiles are values that were measured, over the minutes in which they were known', () => {
  const [step] = rollUpHistory(
    [...Array.from({ length: 99 }, (_, index) => point(index % 60, { captureLagMs: 99 - index })), point(59)],
    60,
  );
  expect(step).toMatchObject({ captureLagP50Ms: 50, captureLagP99Ms: 99, minutes: 100 });
  expect(step).not.toHaveProperty('applyLagP50Ms');
});

test('steps begin at multiples of their length, and one that nothing is known of is missing', () => {
  const steps = rollUpHistory([point(4), point(5), point(9), point(20)], 5);
  expect(steps.map(({ at, minutes }) => [at, minutes])).toEqual([
    [point(4).at, 1],
    [point(9).at, 2],
    [point(20).at, 1],
  ]);
});
