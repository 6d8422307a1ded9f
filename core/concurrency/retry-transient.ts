import { type MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';

export interface TransientRetryOptions {
  /** Waits before the second, third, ... attempt, in ms. When they are used up the last error is thrown. */
  readonly delaysMs: readonly number[];
  readonly clock: Clock;
  /** Ends a wait at once; the signal's reason is then thrown. */
  readonly signal?: AbortSignal;
  /** Called before each wait. `attempt` counts the failed attempts from 1. */
  readonly onRetry?: (error: MillraceError, attempt: number, delayMs: number) => void;
}

/**
 * Repeats `action` while it fails with an error that its policy calls transient. The waits are cut short by the
 * signal, so that a task that is told to stop need not sit out half a minute.
 */
export const retryTransient = async <T>(
  action: () => Promise<T>,
  options: TransientRetryOptions,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (cause) {
      const error = toMillraceError(cause);
      const delayMs = options.delaysMs[attempt - 1];
      if (!error.isTransient || delayMs === undefined || options.signal?.aborted) throw error;
      options.onRetry?.(error, attempt, delayMs);
      await options.clock.sleep(delayMs, options.signal);
    }
  }
};
