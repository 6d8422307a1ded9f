/**
 * How long a start waits after its predecessors crashed: 1, 2, 4, 8, 16, then 30 s. ECS's own scheduler backs off;
 * the emulator's does not and would start hundreds of processes in a few seconds.
 */
const longestDelayMs = 30_000;
const firstDelayMs = 1_000;
/** A container that ran for a minute was well started: the next crash counts from the beginning. */
const stableMs = 60_000;

interface History {
  readonly crashes: number;
  readonly endedAt: number;
}

/** Keeps count of crashes by the identity of what is started; `now` is in milliseconds. */
export const createRestartDelays = () => {
  const histories = new Map<string, History>();
  return {
    /** Milliseconds to wait, from `now`, before the next start. */
    delayMs: (key: string, now: number): number => {
      const history = histories.get(key);
      if (history === undefined) return 0;
      const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (history.crashes - 1));
      return Math.max(0, history.endedAt + delay - now);
    },
    recordEnd: (
      key: string,
      end: { readonly exitCode: number; readonly ranMs: number; readonly now: number },
    ): void => {
      if (end.exitCode === 0) {
        histories.delete(key);
        return;
      }
      const before = end.ranMs >= stableMs ? 0 : (histories.get(key)?.crashes ?? 0);
      histories.set(key, { crashes: before + 1, endedAt: end.now });
    },
  };
};
export type RestartDelays = ReturnType<typeof createRestartDelays>;
