import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createEngineApi, type EngineApi } from '../../../../local/ecs-shim/engine-api.ts';
import { createRestartDelays } from '../../../../local/ecs-shim/restart-delay.ts';

let folder: string;
let socketPath: string;
let engine: EngineApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-engine-'));
  socketPath = join(folder, 'engine.sock');
  engine = createEngineApi(
    { worker: { command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], cwd: folder } },
    {
      environment: { BASE: 'base' },
      logsFolder: folder,
      recordsFolder: folder,
      delays: createRestartDelays(),
    },
  );
  await new Promise<void>((resolve) => engine.server.listen(socketPath, resolve));
});

afterEach(async () => {
  await engine.stopAll(0);
  engine.server.closeAllConnections();
  await new Promise((resolve) => engine.server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly bytes: Buffer;
  readonly body: Record<string, never>;
}

const call = (method: string, path: string, body?: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path: `/v1.44${path}` }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({ status: response.statusCode, bytes, body: isJson ? JSON.parse(bytes.toString()) : {} });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const create = async (script?: string, more: object = {}): Promise<string> => {
  const { body } = await call('POST', '/containers/create?name=task', {
    Image: 'worker:1',
    ...(script === undefined ? {} : { Cmd: [process.execPath, '-e', script] }),
    ...more,
  });
  return body.Id ?? '';
};

const stateOf = async (id: string): Promise<Record<string, unknown>> =>
  (await call('GET', `/containers/${id}/json`)).body.State ?? {};

test('runs a container to its end, and reports its exit code and output', async () => {
  const id = await create('console.log("out"); console.error("err"); process.exit(3)');
  expect(await stateOf(id)).toMatchObject({ Status: 'created', Running: false });
  await call('POST', `/containers/${id}/start`);
  expect((await call('POST', `/containers/${id}/wait`)).body).toEqual({ StatusCode: 3 });
  expect(await stateOf(id)).toMatchObject({ Status: 'exited', ExitCode: 3 });
  const logs = (await call('GET', `/containers/${id}/logs?stdout=1&stderr=1&tail=all`)).bytes.toString(
    'latin1',
  );
  expect(logs).toContain('\u0001\0\0\0\0\0\0\u0004out\n');
  expect(logs).toContain('\u0002\0\0\0\0\0\0\u0004err\n');
  expect(readFileSync(join(folder, 'task.log'), 'utf8').split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('gives a process the region of its task, its own variables, and this host for the container host', async () => {
  const id = await create(
    'const { BASE, URL, AWS_REGION, PWD } = process.env; console.log([BASE, URL, AWS_REGION, PWD])',
    {
      Env: ['URL=http://host.docker.internal:1/?a=b'],
      Labels: { 'com.amazonaws.ecs.task-arn': 'arn:aws:ecs:eu-west-1:000000000000:task/c/1' },
    },
  );
  await call('POST', `/containers/${id}/start`);
  await call('POST', `/containers/${id}/wait`);
  expect(readFileSync(join(folder, 'task.log'), 'utf8')).toBe(
    "[ 'base', 'http://127.0.0.1:1/?a=b', 'eu-west-1', undefined ]\n",
  );
});

test('stops a container with SIGTERM', async () => {
  const id = await create(
    'process.on("SIGTERM", () => process.exit(0)); console.log("ready"); setInterval(() => {}, 1000)',
  );
  await call('POST', `/containers/${id}/start`);
  while (!readFileSync(join(folder, 'task.log'), 'utf8').includes('ready')) await sleep(20);
  expect((await call('POST', `/containers/${id}/stop?t=10`)).status).toBe(204);
  expect(await stateOf(id)).toMatchObject({ Status: 'exited', ExitCode: 0 });
});

test('kills what does not heed SIGTERM, with the exit code of SIGKILL', async () => {
  const id = await create(
    'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)',
  );
  await call('POST', `/containers/${id}/start`);
  while (!readFileSync(join(folder, 'task.log'), 'utf8').includes('ready')) await sleep(20);
  await call('POST', `/containers/${id}/stop?t=0`);
  expect(await stateOf(id)).toMatchObject({ Status: 'exited', ExitCode: 137 });
});

test('records the process of a container while it lives', async () => {
  const id = await create();
  await call('POST', `/containers/${id}/start`);
  const { Pid } = await stateOf(id);
  expect(JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8'))).toMatchObject({ pid: Pid });
  await call('POST', `/containers/${id}/kill?signal=SIGKILL`);
  await call('POST', `/containers/${id}/wait`);
  expect(readdirSync(folder)).not.toContain('task.json');
});

test('delays a start after a crash, and ends a container that is stopped while it waits', async () => {
  const first = await create('process.exit(1)');
  await call('POST', `/containers/${first}/start`);
  await call('POST', `/containers/${first}/wait`);
  const second = await create('process.exit(1)');
  await call('POST', `/containers/${second}/start`);
  expect(await stateOf(second)).toMatchObject({ Status: 'running', Pid: 0 });
  await call('POST', `/containers/${second}/stop?t=1`);
  expect(await stateOf(second)).toMatchObject({ Status: 'exited', ExitCode: 143 });
});

test('ends with 127 when there is no such command', async () => {
  const id = await create(undefined, { Cmd: ['/no/such/command'] });
  await call('POST', `/containers/${id}/start`);
  expect((await call('POST', `/containers/${id}/wait`)).body).toEqual({ StatusCode: 127 });
});

test('refuses an unknown image, and says which there are', async () => {
  const created = await call('POST', '/containers/create', { Image: 'other:2' });
  const pulled = await call('POST', '/images/create?fromImage=other&tag=2');
  for (const { status, body } of [created, pulled]) {
    expect(status).toBe(404);
    expect(body.message).toContain('The local stack runs only these, each as a process: worker.');
  }
});

test('lists running containers, or all, by label', async () => {
  const id = await create(undefined, { Labels: { ministack: 'ecs' } });
  const list = async (query: string): Promise<string[]> =>
    JSON.parse((await call('GET', `/containers/json?${query}`)).bytes.toString()).map(
      (container: { Id: string }) => container.Id,
    );
  const filter = (label: string): string =>
    `filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`;
  expect(await list('')).toEqual([]);
  expect(await list(`all=1&${filter('ministack=ecs')}`)).toEqual([id]);
  expect(await list(`all=1&${filter('ministack')}`)).toEqual([id]);
  expect(await list(`all=1&${filter('ministack=rds')}`)).toEqual([]);
});

test('removes a running container only by force', async () => {
  const id = await create();
  await call('POST', `/containers/${id}/start`);
  expect((await call('DELETE', `/containers/${id}`)).status).toBe(409);
  expect((await call('DELETE', `/containers/${id}?force=1`)).status).toBe(204);
  expect((await call('GET', `/containers/${id}/json`)).status).toBe(404);
});

test('names a call that it does not know', async () => {
  const { status, body } = await call('POST', '/networks/create');
  expect([status, body.message]).toEqual([
    404,
    "The local stack's Docker engine has no POST /networks/create.",
  ]);
});
