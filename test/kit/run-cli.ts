import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll } from '@jest/globals';
import { run } from '../../cli/program.ts';

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped into it. Nobody sits at a terminal. */
  readonly stdin?: string;
  /** What a person types at a terminal, after each question. */
  readonly typed?: readonly string[];
  /** Whether its outputs are a terminal. */
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  /** How long the clock says that a sleep takes; no time passes. */
  readonly onSleep?: (durationMs: number) => void;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder for the configuration. It is removed when the suite that asked for it ends. */
export const temporaryConfigHome = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-test-'));
  folders.push(folder);
  return folder;
};

const collect = (isTerminal: boolean) => {
  const stream = Object.assign(new PassThrough(), { isTTY: isTerminal, columns: 120 });
  const parts: string[] = [];
  stream.on('data', (part: Buffer) => parts.push(part.toString()));
  return { stream, text: () => parts.join('') };
};

/** Runs one command line in this process, with streams and a clock of its own. */
export const runCli = async (
  args: readonly string[],
  { env = {}, stdin, typed, isTerminal = false, signal, onSleep }: CliRunOptions = {},
): Promise<CliRun> => {
  const [stdout, stderr] = [collect(isTerminal), collect(isTerminal)];
  const input = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  if (typed === undefined) input.end(stdin ?? '');
  const answers = [...(typed ?? [])];
  // Each question gets the next line once it stands there.
  stderr.stream.on('data', (part: Buffer) => {
    if (/[:?] $/.test(part.toString())) setImmediate(() => input.write(`${answers.shift() ?? ''}\r`));
  });
  let nowMs = Date.parse('2026-01-02T03:04:05Z');
  const ending = signal ?? new AbortController().signal;
  const exitCode = await run(args, {
    stdin: input,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { TERM: 'xterm', ...env },
    signal: ending,
    now: () => new Date(nowMs),
    sleep: async (durationMs) => {
      nowMs += durationMs;
      onSleep?.(durationMs);
      await new Promise((resolve) => setImmediate(resolve));
      ending.throwIfAborted();
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
};
