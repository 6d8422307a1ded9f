import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type DetachedProcess,
  findMarkedProcesses,
  identifyProcess,
  isRunning,
  startDetached,
  stopProcess,
  waitUntilReady,
} from '../../../local/processes.ts';

let folder: string;
const started: DetachedProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-processes-'));
});

afterEach(async () => {
  for (const { identity } of started.splice(0))
    await stopProcess(identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
  rmSync(folder, { recursive: true, force: true });
});

const start = async (script: string, more: object = {}): Promise<DetachedProcess> => {
  const process_ = await startDetached({
    command: process.execPath,
    args: ['-e', script],
    logFile: join(folder, 'log'),
    ...more,
  });
  started.push(process_);
  return process_;
};

const output = (): string => readFileSync(join(folder, 'log'), 'utf8');
const untilOutput = async (text: string): Promise<void> => {
  while (!output().includes(text)) await sleep(20);
};

const forever = 'setInterval(() => {}, 1000);';

test('identifies this process, and no process by a pid that nobody has', () => {
  expect(identifyProcess(process.pid)?.startedAt).toMatch(/\S/);
  expect(identifyProcess(2 ** 22 + 1)).toBeUndefined();
});

test('does not take another process with the same pid for the recorded one', async () => {
  const { identity } = await start(forever);
  const impostor = { pid: identity.pid, startedAt: 'another time' };
  expect(isRunning(impostor)).toBe(false);
  await stopProcess(impostor);
  expect(isRunning(identity)).toBe(true);
});

test('records a process and writes both of its streams to its log', async () => {
  const recordFile = join(folder, 'records', 'part.json');
  const { identity } = await start(`console.log('out'); console.error('err'); ${forever}`, { recordFile });
  await untilOutput('err');
  expect(output()).toContain('out');
  expect(JSON.parse(readFileSync(recordFile, 'utf8'))).toEqual(identity);
});

test('stops a process politely, and by force when it does not listen', async () => {
  const polite = await start(
    `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); console.log('ready'); ${forever}`,
  );
  await untilOutput('ready');
  await stopProcess(polite.identity);
  expect(output()).toContain('bye');
  expect(isRunning(polite.identity)).toBe(false);

  const deaf = await start(`process.on('SIGTERM', () => {}); console.log('deaf'); ${forever}`);
  await untilOutput('deaf');
  await stopProcess(deaf.identity, [
    { signal: 'SIGTERM', waitMs: 100 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ]);
  expect(isRunning(deaf.identity)).toBe(false);
});

test('ends the children of a process that has already died', async () => {
  const parent = await start(
    `const child = require('child_process').spawn(process.execPath, ['-e', '${forever}']); console.log('child ' + child.pid + '.'); ${forever}`,
  );
  await untilOutput('.');
  const child = identifyProcess(Number(/child (\d+)/.exec(output())?.[1]));
  process.kill(parent.identity.pid, 'SIGKILL');
  while (isRunning(parent.identity)) await sleep(20);
  expect(child !== undefined && isRunning(child)).toBe(true);
  await stopProcess(parent.identity);
  while (child !== undefined && isRunning(child)) await sleep(20);
  expect(findMarkedProcesses(folder)).toEqual([]);
});

test('finds processes of any parent by their marker', async () => {
  const { identity } = await start(forever, { env: { ...process.env, MILLRACE_LOCAL_STACK: folder } });
  expect(findMarkedProcesses(folder)).toEqual(process.platform === 'linux' ? [identity] : []);
});

test('quotes the log of a process that ends before it is ready', async () => {
  const failing = await start("console.error('no room left'); process.exit(4)");
  const waiting = waitUntilReady('The part', failing, 10_000, () => Promise.resolve(false));
  await expect(waiting).rejects.toMatchObject({
    code: 'LocalStackFailed',
    message: expect.stringMatching(/^The part exited with code 4\. .*\nno room left$/),
  });
});

const ticking = "let n = 0; setInterval(() => console.log('tick ' + (n += 1)), 20);";

test('waits for a process that works on, however long one look takes', async () => {
  const busy = await start(ticking);
  await untilOutput('tick 1');
  await waitUntilReady('The part', busy, 1_000, () => Promise.resolve(output().includes('tick 120')));
  expect(isRunning(busy.identity)).toBe(true);
});

test('kills a process that is not ready in time, or that nobody waits for any more', async () => {
  const slow = await start(forever);
  await expect(waitUntilReady('The part', slow, 10, () => Promise.resolve(false))).rejects.toThrow(
    /^The part was not ready after \d+ s, and has done nothing for 0.01 s/,
  );
  expect(isRunning(slow.identity)).toBe(false);

  const interrupted = new AbortController();
  const unwanted = await start(forever, { signal: interrupted.signal });
  interrupted.abort(new Error('interrupted'));
  await expect(waitUntilReady('The part', unwanted, 10_000, () => Promise.resolve(false))).rejects.toThrow(
    'interrupted',
  );
  expect(isRunning(unwanted.identity)).toBe(false);
  await expect(start(forever, { signal: interrupted.signal })).rejects.toThrow('interrupted');
});

test('says which command there is not', async () => {
  await expect(
    startDetached({ command: '/no/such', args: [], logFile: join(folder, 'log') }),
  ).rejects.toMatchObject({
    code: 'LocalStackFailed',
    message: expect.stringContaining('/no/such could not be started'),
  });
});
