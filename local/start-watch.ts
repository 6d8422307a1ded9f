import type { Clock } from '#core/ports/clock-and-log.ts';

/** What a process has done since it started. Both figures only grow while it lives. */
export interface WorkDone {
  readonly logBytes: number;
  readonly processorMs: number;
}

export interface StartWatchOptions {
  readonly name: string;
  /** A process that shows no sign of work for longer than this is given up. */
  readonly quietMs: number;
  readonly look: () => WorkDone;
  readonly say: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
}

/** A start that works on for longer than this is taken to be stuck in a loop. */
export const longestStartMs = 15 * 60_000;
/** A line of waiting appears this often: an idle machine starts each part sooner, so it sees none. */
export const noteEveryMs = 15_000;
/** Less processor time than this, since the last sign of work, is what an idle process uses to stay alive. */
export const workedMs = 1_000;

/**
 * Watches a start. On a busy machine a start takes long, so time alone does not end it: the wait goes on while the log grows
 * or the process uses processor time. Each call looks once; it returns why the start is given up, or undefined.
 */
export const watchStart = ({
  name,
  quietMs,
  look,
  say,
  clock,
}: StartWatchOptions): (() => string | undefined) => {
  const startedAtMs = clock.now().getTime();
  let worked = { atMs: startedAtMs, done: look() };
  let notedAtMs = startedAtMs;
  return () => {
    const nowMs = clock.now().getTime();
    const done = look();
    if (done.logBytes !== worked.done.logBytes || done.processorMs - worked.done.processorMs >= workedMs)
      worked = { atMs: nowMs, done };
    const waited = `not ready after ${inSeconds(nowMs - startedAtMs)}`;
    const idleMs = nowMs - worked.atMs;
    if (nowMs - startedAtMs > longestStartMs) return `was ${waited}`;
    if (idleMs > quietMs) return `was ${waited}, and has done nothing for ${quietMs / 1_000} s`;
    if (nowMs - notedAtMs >= noteEveryMs) {
      notedAtMs = nowMs;
      say(
        idleMs < noteEveryMs
          ? `${name} is ${waited}. It is still working, so the wait goes on.`
          : `${name} is ${waited}, and has done nothing for ${inSeconds(idleMs)}. The wait ends if it does nothing for ${inSeconds(quietMs)}.`,
      );
    }
    return undefined;
  };
};

const inSeconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
