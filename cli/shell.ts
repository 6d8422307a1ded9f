import { setTimeout as delay } from 'node:timers/promises';

/** A stream that text is written to; a terminal says so and how wide it is. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** What a command has of the outside: its streams, its environment, the clock, and the word to end. */
export interface Shell {
  readonly stdin: InputStream;
  /** For data. */
  readonly stdout: OutputStream;
  /** For messages. */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Throws when `signal` is aborted. */
  sleep(durationMs: number): Promise<void>;
}

export const processShell = (signal: AbortSignal): Shell => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal,
  now: () => new Date(),
  sleep: (durationMs) => delay(durationMs, undefined, { signal }),
});
