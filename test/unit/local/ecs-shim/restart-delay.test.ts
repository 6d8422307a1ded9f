import { expect, test } from '@jest/globals';
import { createRestartDelays } from '../../../../local/ecs-shim/restart-delay.ts';

const crash = { exitCode: 1, ranMs: 10, now: 0 };

test('starts at once what has not crashed', () => {
  expect(createRestartDelays().delayMs('a', 0)).toBe(0);
});

test('doubles the delay with each crash, up to half a minute', () => {
  const delays = createRestartDelays();
  const seen = Array.from({ length: 7 }, () => {
    delays.recordEnd('a', crash);
    return delays.delayMs('a', 0) / 1000;
  });
  expect(seen).toEqual([1, 2, 4, 8, 16, 30, 30]);
});

test('counts the time that has passed since the crash', () => {
  const delays = createRestartDelays();
  delays.recordEnd('a', crash);
  expect(delays.delayMs('a', 400)).toBe(600);
  expect(delays.delayMs('a', 5_000)).toBe(0);
});

test('forgets crashes after a good end, and counts again after a minute of work', () => {
  const delays = createRestartDelays();
  for (let round = 0; round < 4; round += 1) delays.recordEnd('a', crash);
  delays.recordEnd('a', { exitCode: 137, ranMs: 60_000, now: 0 });
  expect(delays.delayMs('a', 0)).toBe(1_000);
  delays.recordEnd('a', { exitCode: 0, ranMs: 10, now: 0 });
  expect(delays.delayMs('a', 0)).toBe(0);
});

test('never delays one task for the crash of another', () => {
  const delays = createRestartDelays();
  delays.recordEnd('a', crash);
  expect(delays.delayMs('b', 0)).toBe(0);
});
