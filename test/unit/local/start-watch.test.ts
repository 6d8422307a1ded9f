import { expect, test } from '@jest/globals';
import { longestStartMs, noteEveryMs, watchStart, workedMs } from '../../../local/start-watch.ts';
import { createManualClock } from '../../kit/manual-clock.ts';

const quietMs = 90_000;
const stepMs = 5_000;

/** Looks every 5 s at a process that does `work` before each look, until it is given up or the time is over. */
const watch = (work: { readonly logBytes?: number; readonly processorMs?: number }, forMs: number) => {
  const clock = createManualClock();
  const lines: string[] = [];
  const done = { logBytes: 0, processorMs: 0 };
  const look = () => ({ ...done });
  const givenUp = watchStart({
    name: 'Kafka',
    quietMs,
    look,
    say: (line) => {
      lines.push(line);
    },
    clock,
  });
  for (let waitedMs = stepMs; waitedMs <= forMs; waitedMs += stepMs) {
    clock.advance(stepMs);
    done.logBytes += work.logBytes ?? 0;
    done.processorMs += work.processorMs ?? 0;
    const reason = givenUp();
    if (reason !== undefined) return { reason, waitedMs, lines };
  }
  return { reason: undefined, waitedMs: forMs, lines };
};

test('waits on while the log grows, far beyond the quiet time, and says so every 15 s', () => {
  const { reason, lines } = watch({ logBytes: 80 }, 4 * quietMs);
  expect(reason).toBeUndefined();
  expect(lines).toHaveLength((4 * quietMs) / noteEveryMs);
  expect(lines[0]).toBe('Kafka is not ready after 15 s. It is still working, so the wait goes on.');
  expect(lines.at(-1)).toBe('Kafka is not ready after 360 s. It is still working, so the wait goes on.');
});

test('waits on while the process uses processor time, also when it writes nothing', () => {
  // A twelfth of a sign of work each 5 s: one every 60 s, which is less than the quiet time.
  expect(watch({ processorMs: workedMs / 12 }, 4 * quietMs).reason).toBeUndefined();
});

test('gives up a silent process after the quiet time, and says before that it will', () => {
  const { reason, waitedMs, lines } = watch({}, 4 * quietMs);
  expect(reason).toBe('was not ready after 95 s, and has done nothing for 90 s');
  expect(waitedMs).toBe(quietMs + stepMs);
  expect(lines[0]).toBe(
    'Kafka is not ready after 15 s, and has done nothing for 15 s. The wait ends if it does nothing for 90 s.',
  );
});

test('takes what an idle process uses for no sign of work', () => {
  expect(watch({ processorMs: workedMs / 20 }, 4 * quietMs).reason).toMatch(/has done nothing for 90 s$/);
});

test('gives up a process that works on without an end', () => {
  const { reason, waitedMs } = watch({ logBytes: 80 }, 2 * longestStartMs);
  expect(reason).toBe('was not ready after 905 s');
  expect(waitedMs).toBe(longestStartMs + stepMs);
});

test('says nothing about a start that ends soon', () => {
  expect(watch({ logBytes: 80 }, noteEveryMs - stepMs).lines).toEqual([]);
});
