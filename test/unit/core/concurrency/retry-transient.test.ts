import { expect, test } from '@jest/globals';
import { retryTransient } from '#core/concurrency/retry-transient.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';

const transient = new MillraceError('DatabaseTimeout', 'slow');
const persistent = new MillraceError('PermissionDenied', 'no');

const failing = (failures: readonly unknown[]) => {
  const left = [...failures];
  return async (): Promise<string> => {
    const failure = left.shift();
    if (failure !== undefined) throw failure;
    return 'done';
  };
};

test('a transient failure is repeated after each delay in turn', async () => {
  const clock = createManualClock();
  const result = await retryTransient(failing([transient, transient]), { delaysMs: [10, 20, 40], clock });
  expect(result).toBe('done');
  expect(clock.sleeps).toEqual([10, 20]);
});

test('the last error is thrown when the delays are used up', async () => {
  const clock = createManualClock();
  const attempt = retryTransient(failing([transient, transient, transient]), { delaysMs: [10, 20], clock });
  await expect(attempt).rejects.toBe(transient);
});

test.each([
  ['a persistent error', persistent],
  ['an error of unknown kind', new Error('what')],
])('%s is thrown at once', async (_name, error) => {
  const clock = createManualClock();
  await expect(retryTransient(failing([error]), { delaysMs: [10], clock })).rejects.toThrow(error.message);
  expect(clock.sleeps).toEqual([]);
});

test('a signal ends the retries', async () => {
  const ending = new AbortController();
  const attempt = retryTransient(failing([transient]), {
    delaysMs: [10],
    clock: createManualClock(),
    signal: ending.signal,
    onRetry: () => ending.abort(persistent),
  });
  await expect(attempt).rejects.toBe(persistent);
});
