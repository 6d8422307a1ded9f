import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { printLogs } from '../../../local/logs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-logs-'));
  mkdirSync(join(folder, 'tasks'));
  writeFileSync(join(folder, 'kafka.log'), '1\n2\n3\n');
  writeFileSync(join(folder, 'tasks', 'a.log'), 'x\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const print = async (name: string | undefined, lines = 2): Promise<string[]> => {
  const printed: string[] = [];
  await printLogs(folder, { name, lines, follow: false }, (line) => printed.push(line));
  return printed;
};

test('prints the last lines of every log, each after the name of its log', async () => {
  expect(await print(undefined)).toEqual(['kafka | 2', 'kafka | 3', 'tasks/a | x']);
});

test('prints the logs whose name begins as asked', async () => {
  expect(await print('tasks/')).toEqual(['tasks/a | x']);
});

test('names the logs there are when none is meant', async () => {
  await expect(print('nothing')).rejects.toThrow('No log begins with nothing. There are: kafka, tasks/a.');
});

test('follows logs, also one that begins later, and prints no line before its end', async () => {
  const printed: string[] = [];
  const done = new AbortController();
  const following = printLogs(
    folder,
    { name: undefined, lines: 0, follow: true, signal: done.signal },
    (line) => {
      printed.push(line);
      if (printed.length === 1) appendFileSync(join(folder, 'kafka.log'), 'r\n');
      if (printed.length === 2) done.abort();
    },
  );
  appendFileSync(join(folder, 'kafka.log'), '4');
  writeFileSync(join(folder, 'tasks', 'b.log'), 'new\n');
  await following;
  expect(printed).toEqual(['tasks/b | new', 'kafka | 4r']);
});
