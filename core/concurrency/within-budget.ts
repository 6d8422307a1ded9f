import type { Clock } from '../ports/clock-and-log.ts';

/** Undefined when `action` takes longer than `budgetMs`; it then goes on, unless the process ends. */
export const withinBudget = async <T>(
  budgetMs: number,
  clock: Clock,
  action: () => Promise<T>,
  onExpiry: () => void = () => undefined,
): Promise<T | undefined> => {
  const expired = new AbortController();
  const budget = clock.sleep(budgetMs, expired.signal).then(
    () => {
      onExpiry();
      return undefined;
    },
    () => undefined,
  );
  const running = action();
  try {
    return await Promise.race([running, budget]);
  } finally {
    expired.abort(new Error('The action has ended.'));
    // One that fails after its budget ends nobody's process.
    running.catch(() => undefined);
  }
};
