import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#core/ports/clock-and-log.ts';

/** The machine's time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node rejects with its own AbortError; the port promises the reason that the caller gave.
      if (signal?.aborted) throw signal.reason;
      throw error;
    }
  },
};
