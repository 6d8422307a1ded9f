import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '#core/errors/millrace-error.ts';

export interface LogOptions {
  /** The beginning of a log's name: `connect`, or `tasks/` for all ECS tasks. All logs when left out. */
  readonly name?: string | undefined;
  readonly lines: number;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Enough for the last few hundred lines of any of our logs. */
const tailBytes = 256 * 1024;
const pollMs = 300;

/** Prints the end of the logs, each line after its log's name, and what is added from then on. */
export const printLogs = async (
  folder: string,
  options: LogOptions,
  print: (line: string) => void,
): Promise<void> => {
  const offsets = new Map<string, number>();
  const first = findLogs(folder, options.name);
  if (first.length === 0 && !options.follow) {
    const known = findLogs(folder, undefined).map((file) => nameOf(folder, file));
    throw new MillraceError(
      'NotFound',
      known.length === 0
        ? 'There are no logs yet.'
        : `No log begins with ${options.name}. There are: ${known.join(', ')}.`,
    );
  }
  for (const file of first) {
    const size = statSync(file).size;
    const text = readFrom(file, Math.max(0, size - tailBytes), size);
    offsets.set(file, text.end);
    const last = text.lines.slice(Math.max(0, text.lines.length - options.lines));
    for (const line of last) print(`${nameOf(folder, file)} | ${line}`);
  }
  while (options.follow && options.signal?.aborted !== true) {
    await sleep(pollMs);
    for (const file of findLogs(folder, options.name)) {
      const text = readFrom(file, offsets.get(file) ?? 0, statSync(file).size);
      offsets.set(file, text.end);
      for (const line of text.lines) print(`${nameOf(folder, file)} | ${line}`);
    }
  }
};

const nameOf = (folder: string, file: string): string => relative(folder, file).replace(/\.log$/, '');

const findLogs = (folder: string, name: string | undefined): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.log') && path.startsWith(name ?? ''))
        .sort()
        .map((path) => join(folder, path))
    : [];

/** Whole lines between two offsets, and where the first line that is not yet whole begins. */
const readFrom = (file: string, start: number, end: number): { lines: readonly string[]; end: number } => {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer, 0, buffer.length, start);
  } finally {
    closeSync(descriptor);
  }
  const last = buffer.lastIndexOf(0x0a);
  return {
    lines: last < 0 ? [] : buffer.subarray(0, last).toString('utf8').split('\n'),
    end: start + last + 1,
  };
};
