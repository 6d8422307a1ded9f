import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeApi, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

const before = replicationAnswer({
  new_tables: {
    ...{ include: ['sales.*'], exclude: ['sales.tmp_*'] },
    found: [
      {
        ...{ source: { schema: 'sales', table: 'bookings' }, state: 'refused' },
        ...{ message: 'It has no key.', since: '2026-03-01T12:00:00.000Z' },
      },
    ],
  },
});

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /replications', { body: { replications: [before], next_cursor: null } });
  api.on('GET /replications/3', { body: before });
  api.on('PATCH /replications/3', { body: before });
});
afterEach(() => api.close());

const run = (...args: readonly string[]) => runCli(['new-tables', '3', ...args], { env });
const sent = () => api.requests.find(({ method }) => method === 'PATCH')?.body;

test('it shows the patterns, and each table that cannot be added with the reason', async () => {
  const { exitCode, stdout } = await run();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/include +sales\.\*/);
  expect(stdout).toMatch(/sales\.bookings +refused .*It has no key\./);
  expect(sent()).toBeUndefined();
});

test('what is not given stays', async () => {
  await run('--exclude', 'sales.a', '--exclude', 'sales.b', '--reason', 'CHG-7');
  expect(sent()).toEqual({
    new_tables: { include: ['sales.*'], exclude: ['sales.a', 'sales.b'] },
    reason: 'CHG-7',
  });
});

test('--clear-exclude leaves none out, or only those that are given with it', async () => {
  await run('--clear-exclude');
  expect(sent()).toEqual({ new_tables: { include: ['sales.*'], exclude: [] } });
});

test('--off ends it, and goes alone', async () => {
  expect((await run('--off', '--include', 'a.b')).exitCode).toBe(2);
  expect(sent()).toBeUndefined();
  await run('--off');
  expect(sent()).toEqual({ new_tables: null });
});
