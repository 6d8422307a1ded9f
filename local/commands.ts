import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { MillraceError } from '#core/errors/millrace-error.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The command and what it started are killed when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => unknown;
}

/** How much of a failed command's output its error quotes: a stack trace of CDK or Maven with its message. */
const quotedLines = 20;

/** Runs a command to its end, with its output in a file. Throws `LocalStackFailed` with the end of that output. */
export const runLogged = async (
  command: string,
  args: readonly string[],
  logFile: string,
  { cwd, env, signal, onLine }: CommandOptions,
): Promise<void> => {
  signal?.throwIfAborted();
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const tail: string[] = [];
  const child = spawn(command, [...args], {
    cwd,
    env: env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // In a group of its own, so that all of it can be killed.
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // ESRCH: it has just ended.
    }
  };
  signal?.addEventListener('abort', kill, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine?.(line);
      tail.push(line);
      if (tail.length > quotedLines) tail.shift();
    });
  }
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, ending) =>
      resolve(code === 0 ? undefined : `ended with ${ending ?? `code ${code}`}`),
    );
  });
  signal?.removeEventListener('abort', kill);
  await new Promise((resolve) => log.end(resolve));
  signal?.throwIfAborted();
  if (failure !== undefined) {
    throw new MillraceError(
      'LocalStackFailed',
      `${command} ${failure}. The end of its log ${logFile}:\n${tail.join('\n')}`,
      { facts: { logFile } },
    );
  }
};
