import type { Clock } from '#core/ports/clock-and-log.ts';

export interface VirtualClock extends Clock {
  /** Calls in the outside world take no virtual time: the clock stands while one is under way. */
  track<Arguments extends readonly unknown[], T>(
    call: (...values: Arguments) => Promise<T>,
  ): (...values: Arguments) => Promise<T>;
  /** From now on no time passes. */
  stop(): void;
}

/** Rounds of the event loop in which everything that can go on without time has gone on. */
const quietRounds = 3;

/**
 * A clock whose time passes only when everybody waits for it: it then jumps to the next moment that someone waits for. So
 * concurrent work meets in the same way on a slow machine as on a fast one.
 */
export const createVirtualClock = (startsAt = '2026-03-01T12:00:00.000Z'): VirtualClock => {
  let nowMs = Date.parse(startsAt);
  let callsUnderWay = 0;
  let isStopped = false;
  let isTurning = false;
  const sleepers: { readonly wakeAtMs: number; readonly wake: () => void }[] = [];

  const turn = (quiet: number): void => {
    if (isStopped || sleepers.length === 0) {
      isTurning = false;
      return;
    }
    isTurning = true;
    if (callsUnderWay > 0 || quiet < quietRounds) {
      setImmediate(() => turn(callsUnderWay > 0 ? 0 : quiet + 1));
      return;
    }
    sleepers.sort((a, b) => a.wakeAtMs - b.wakeAtMs);
    const next = sleepers.shift();
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.wakeAtMs);
    next.wake();
    setImmediate(() => turn(0));
  };

  return {
    now: () => new Date(nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { wakeAtMs: nowMs + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          reject(signal.reason);
        });
        if (!isTurning) setImmediate(() => turn(0));
        isTurning = true;
      }),
    track:
      (call) =>
      async (...values) => {
        callsUnderWay += 1;
        try {
          return await call(...values);
        } finally {
          callsUnderWay -= 1;
        }
      },
    stop: () => {
      isStopped = true;
    },
  };
};
