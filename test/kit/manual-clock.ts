import type { Clock } from '#core/ports/clock-and-log.ts';

export interface ManualClock extends Clock {
  /** Waits that were asked for, in ms, in order. */
  readonly sleeps: readonly number[];
  advance(ms: number): void;
}

/** Time that passes only when something waits for it, or is told to. A wait ends at once. */
export const createManualClock = (start = '2026-03-01T12:00:00.000Z'): ManualClock => {
  let nowMs = Date.parse(start);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(nowMs),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
};
