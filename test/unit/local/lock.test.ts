import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../../local/lock.ts';
import { identifyProcess } from '../../../local/processes.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
  file = join(folder, 'locks', 'stack.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('runs one action at a time and says once for whom it waits', async () => {
  const events: string[] = [];
  let release = (): void => undefined;
  const first = withLock(
    file,
    () => undefined,
    () =>
      new Promise<void>((resolve) => {
        events.push('first begins');
        release = () => {
          events.push('first ends');
          resolve();
        };
      }),
  );
  const second = withLock(
    file,
    (pid) => {
      events.push(`waiting for ${pid}`);
      release();
    },
    () => Promise.resolve(events.push('second')),
  );
  await Promise.all([first, second]);
  expect(events).toEqual(['first begins', `waiting for ${process.pid}`, 'first ends', 'second']);
  expect(existsSync(file)).toBe(false);
});

test('is free again after an action that failed', async () => {
  const failing = withLock(
    file,
    () => undefined,
    () => Promise.reject(new Error('no')),
  );
  await expect(failing).rejects.toThrow('no');
  expect(
    await withLock(
      file,
      () => undefined,
      () => Promise.resolve('yes'),
    ),
  ).toBe('yes');
});

test('takes the lock of a process that has ended', async () => {
  await withLock(
    file,
    () => undefined,
    () => Promise.resolve(),
  );
  writeFileSync(
    file,
    JSON.stringify({ pid: identifyProcess(process.pid)?.pid, startedAt: 'before the boot' }),
  );
  expect(
    await withLock(
      file,
      () => undefined,
      () => Promise.resolve('taken'),
    ),
  ).toBe('taken');
});
