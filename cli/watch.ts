import { ApiProblem, ApiUnreachable } from './api/call.ts';
import type { Cli } from './cli.ts';
import { CliError, exitCodes } from './cli-error.ts';
import { formatDuration } from './output/format-values.ts';
import { createLive } from './output/live.ts';
import { asciiControls, formatData, type Render } from './output/output.ts';

/** How often a command that watches asks. */
export const defaultIntervalMs = 2_000;

/** An API that does not answer is asked again for so long before a command that waits gives up. */
const patienceMs = 60_000;

/** Whether asking again may help. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiUnreachable || (error instanceof ApiProblem && error.isTransient);

/** Asks again while the API does not answer, for a minute, with a message. */
export const patiently = async <T>({ shell, out }: Cli, ask: () => Promise<T>): Promise<T> => {
  const since = shell.now().getTime();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || shell.now().getTime() - since > patienceMs) throw error;
      out.say(`${(error as Error).message} Asking again.`);
      await shell.sleep(defaultIntervalMs);
    }
  }
};

/** Prints what `ask` returns, again and again until Ctrl-C. */
export const watch = async <T>(
  cli: Cli,
  {
    intervalMs,
    ask,
    render,
  }: { readonly intervalMs: number; readonly ask: () => Promise<T>; readonly render: Render<T> },
): Promise<never> => {
  const { shell, out } = cli;
  if (out.format !== 'text') {
    for (;;) {
      const data = await patiently(cli, ask);
      // One document a line, or a stream of documents.
      out.line(
        out.format === 'json'
          ? asciiControls(JSON.stringify(data))
          : `---\n${formatData(data, 'yaml', render, out.paint).join('\n')}`,
      );
      await shell.sleep(intervalMs);
    }
  }
  const live = createLive(shell.stdout);
  try {
    for (;;) {
      live.show(formatData(await patiently(cli, ask), 'text', render, out.paint));
      await shell.sleep(intervalMs);
    }
  } finally {
    live.end();
  }
};

/** What is seen of something that is being waited for. */
export interface Sight<T> {
  readonly data: T;
  readonly isReached: boolean;
  /** Lines for the person who waits. */
  readonly progress: readonly string[];
}

/**
 * Waits until `look` says that it is reached, and shows how far it is. `look` throws when it cannot be reached any more.
 * Throws with exit code 5 when the time is over; what was asked for goes on.
 */
export const waitUntil = async <T>(
  cli: Cli,
  what: string,
  deadlineMs: number,
  look: () => Promise<Sight<T>>,
): Promise<T> => {
  const { shell } = cli;
  const live = createLive(shell.stderr);
  const deadline = shell.now().getTime() + deadlineMs;
  try {
    for (;;) {
      const { data, isReached, progress } = await patiently(cli, look);
      if (progress.length > 0) live.show(progress);
      if (isReached) return data;
      const leftMs = deadline - shell.now().getTime();
      if (leftMs <= 0) {
        throw new CliError(`${what} was not reached within ${formatDuration(deadlineMs)}.`, {
          advice: 'It goes on by itself: watch it with "millrace status NAME --watch", or wait longer.',
          exitCode: exitCodes.timedOut,
        });
      }
      await shell.sleep(Math.min(defaultIntervalMs, leftMs));
    }
  } finally {
    live.end();
  }
};
