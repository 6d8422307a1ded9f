import { expect, test } from '@jest/globals';
import { describePace, paceOf } from '#core/copy/copy-progress.ts';

test('pace counts from when this process began, also for a resumed table', () => {
  const pace = paceOf({ chunks: 11, doneBefore: 5, startedAtMs: 1_000, doneNow: 2, rowsNow: 100_000 }, 3_000);
  expect(pace).toEqual({ chunksDone: 7, chunks: 11, rowsPerSecond: 50_000, secondsLeft: 4 });
  expect(describePace(pace)).toBe('7 of 11 chunks, 50,000 rows/s, 4 s left');
});

test('before the first chunk nobody knows how long it takes', () => {
  const pace = paceOf({ chunks: 4, doneBefore: 0, startedAtMs: 0, doneNow: 0, rowsNow: 0 }, 500);
  expect(describePace(pace)).toBe('0 of 4 chunks, 0 rows/s');
});
