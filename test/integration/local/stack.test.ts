import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { killPart, restartPart } from '../../../local/parts.ts';
import { findMarkedProcesses } from '../../../local/processes.ts';
import { resetStack, runningParts, startStack, stopStack } from '../../../local/stack.ts';
import { readPorts, readStackState, requiredParts, runningPart } from '../../../local/stack-state.ts';
import { projectRoot, type StateFolder, stateFolder } from '../../../local/state-folder.ts';

/** From cached downloads the servers start in 10 s; the first start on a slow line takes minutes. */
const startTimeoutMs = 600_000;

let root: string;
let folder: StateFolder;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-stack-'));
  folder = stateFolder(root);
});

afterAll(async () => {
  await resetStack(folder);
  rmSync(root, { recursive: true, force: true });
}, 60_000);

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const openPorts = async (): Promise<readonly number[]> => {
  const ports = Object.values(readPorts(folder) ?? {}).filter((port) => port !== undefined);
  const open = await Promise.all(ports.map(accepts));
  return ports.filter((_port, index) => open[index]);
};

const querySource = async (sql: string): Promise<readonly unknown[]> => {
  const client = new pg.Client(readStackState(folder)?.source);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const queryMariadb = async (sql: string): Promise<unknown> => {
  const connection = await mysql.createConnection({ ...readStackState(folder)?.mariadb });
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
};

test(
  'starts every part, and a second start finds it running',
  async () => {
    const first = await startStack({ folder, deploy: false });
    expect(first.started).toBe(true);
    expect(runningParts(folder)).toEqual(requiredParts);
    // One for each part, one more of Kafka for its controller, and one of Connect for its metrics; the engine has a socket.
    expect((await openPorts()).length).toBe(8);
    const plugins = await fetch(`${first.state.connect.url}/connector-plugins`);
    expect(JSON.stringify(await plugins.json())).toContain('PostgresConnector');

    const second = await startStack({ folder, deploy: false });
    expect(second).toMatchObject({ started: false, state: first.state });
  },
  startTimeoutMs,
);

test('brings a killed and a restarted part back with its data', async () => {
  await querySource('CREATE TABLE kept AS SELECT 42 AS answer');
  await killPart('source', folder);
  expect(runningPart(folder, 'source')).toBeUndefined();
  await restartPart('source', folder);
  expect(await querySource('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  const before = runningPart(folder, 'connect');
  await restartPart('connect', folder);
  expect(runningPart(folder, 'connect')?.pid).not.toBe(before?.pid);
}, 120_000);

test(
  'adds MariaDB when it is asked for, and a part that was killed comes back with its data',
  async () => {
    const others = requiredParts.map((part) => runningPart(folder, part)?.pid);
    const { state, started } = await startStack({ folder, deploy: false, with: ['mariadb'] });
    expect(started).toBe(true);
    expect(requiredParts.map((part) => runningPart(folder, part)?.pid)).toEqual(others);
    expect(readStackState(folder)).toEqual(state);
    expect(await queryMariadb('SELECT @@log_bin AS log_bin')).toEqual([{ log_bin: 1 }]);
    await queryMariadb('CREATE TABLE kept AS SELECT 42 AS answer');

    await killPart('mariadb', folder);
    await restartPart('mariadb', folder);
    expect(await queryMariadb('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(await startStack({ folder, deploy: false })).toMatchObject({ started: false, state });
  },
  startTimeoutMs,
);

test('starts the parts again that have ended, and keeps the others', async () => {
  const pids = () => new Map(requiredParts.map((part) => [part, runningPart(folder, part)?.pid]));
  const before = pids();
  const dead = ['connect', 'engine', 'emulator'] as const;
  await Promise.all(dead.map((part) => killPart(part, folder)));
  const state = readStackState(folder);
  expect(await startStack({ folder, deploy: false })).toMatchObject({ started: true, state });
  expect(runningParts(folder)).toEqual(expect.arrayContaining([...requiredParts]));
  const after = pids();
  expect(requiredParts.filter((part) => after.get(part) !== before.get(part))).toEqual([...dead]);
  const plugins = await fetch(`${state?.connect.url}/connector-plugins`);
  expect(plugins.ok).toBe(true);
  expect(await startStack({ folder, deploy: false })).toMatchObject({ started: false, state });
}, 300_000);

test('starts everything again when a part has ended whose port another program has taken since', async () => {
  const before = { ports: readPorts(folder), kafka: runningPart(folder, 'kafka')?.pid };
  await killPart('target', folder);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(before.ports?.target, '127.0.0.1', resolve));
  try {
    const { started, state } = await startStack({ folder, deploy: false, with: ['mariadb'] });
    expect(started).toBe(true);
    expect(state.target.port).not.toBe(before.ports?.target);
    expect(runningPart(folder, 'kafka')?.pid).not.toBe(before.kafka);
    expect(await querySource('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  } finally {
    other.close();
  }
}, 600_000);

test('leaves nothing running after a stop, although parts were killed and a process escaped', async () => {
  // As a consumer whose engine was killed: no parent, no group that we started, nothing but the marker.
  const escaped = spawn('sleep', ['600'], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, MILLRACE_LOCAL_STACK: folder.root },
  });
  escaped.unref();
  await Promise.all([killPart('engine', folder), killPart('kafka', folder)]);
  await stopStack(folder);
  expect(runningParts(folder)).toEqual([]);
  expect(findMarkedProcesses(folder.root)).toEqual([]);
  expect(await openPorts()).toEqual([]);
  expect(readStackState(folder)).toBeUndefined();
}, 120_000);

test(
  'leaves nothing running when a start is interrupted, and starts again with the data and ports of before',
  async () => {
    const ports = readPorts(folder);
    const interrupted = new AbortController();
    const start = startStack({ folder, deploy: false, signal: interrupted.signal });
    while (runningParts(folder).length < 3) await sleep(50);
    interrupted.abort(new Error('interrupted'));
    await expect(start).rejects.toThrow('interrupted');
    expect(findMarkedProcesses(folder.root)).toEqual([]);
    expect(await openPorts()).toEqual([]);

    await startStack({ folder, deploy: false });
    expect(readPorts(folder)).toEqual(ports);
    expect(await querySource('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await stopStack(folder);
  },
  startTimeoutMs,
);

test('shows the state of every part on the command line', async () => {
  const child = spawn(process.execPath, [join(projectRoot, 'local', 'main.ts'), 'status'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  await new Promise((resolve) => child.once('close', resolve));
  for (const part of requiredParts) expect(output).toContain(part);
});
