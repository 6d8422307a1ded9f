import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { identifyProcess } from '../../../local/processes.ts';
import {
  isPartName,
  plannedParts,
  readStackState,
  recordFile,
  runningPart,
  runningTasks,
  type StackState,
  taskRecordsFolder,
  writeStackState,
} from '../../../local/stack-state.ts';
import { type StateFolder, stateFolder } from '../../../local/state-folder.ts';

let root: string;
let folder: StateFolder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-state-'));
  folder = stateFolder(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const database = { host: '127.0.0.1', port: 1, user: 'u', password: 'p', database: 'd' };
const state: StackState = {
  kafka: { brokers: '127.0.0.1:2' },
  connect: { url: 'http://127.0.0.1:3' },
  emulator: { url: 'http://127.0.0.1:4', region: 'us-east-1', accountId: '000000000000' },
  source: database,
  target: database,
  outputs: { StateTableName: 't' },
};

const write = (file: string, content: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

test('reads back what was written, and nothing where nothing runs', () => {
  expect(readStackState(folder)).toBeUndefined();
  writeStackState(folder, state);
  expect(readStackState(folder)).toEqual(state);
});

test('takes a state of another version for none', () => {
  write(join(folder.run, 'stack.json'), '{"kafka":{"brokers":"127.0.0.1:2"}}');
  expect(readStackState(folder)).toBeUndefined();
});

test('counts a part or task as running only while its own process lives', () => {
  const own = identifyProcess(process.pid);
  write(recordFile(folder, 'kafka'), JSON.stringify(own));
  write(recordFile(folder, 'connect'), JSON.stringify({ ...own, startedAt: 'before the boot' }));
  write(join(taskRecordsFolder(folder), 'task-1.json'), JSON.stringify(own));
  write(join(taskRecordsFolder(folder), 'task-2.json'), JSON.stringify({ ...own, startedAt: 'before' }));
  expect(runningPart(folder, 'kafka')).toEqual(own);
  expect(runningPart(folder, 'connect')).toBeUndefined();
  expect(runningPart(folder, 'source')).toBeUndefined();
  expect(runningTasks(folder)).toEqual([{ name: 'task-1', identity: own }]);
});

test('knows the names of parts', () => {
  expect(['kafka', 'mariadb', 'consumer', ''].map(isPartName)).toEqual([true, true, false, false]);
});

test('plans an optional part only where it was asked for', () => {
  expect(plannedParts(undefined)).not.toContain('mariadb');
  expect(plannedParts({})).not.toContain('mariadb');
  expect(plannedParts({ with: ['mariadb'] })).toEqual([...plannedParts({}), 'mariadb']);
});

test('keeps the address of an optional part', () => {
  writeStackState(folder, { ...state, mariadb: database });
  expect(readStackState(folder)?.mariadb).toEqual(database);
});
