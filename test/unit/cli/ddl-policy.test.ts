import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeApi, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

const [{ source: orders } = { source: { schema: '', table: '' } }] = replicationAnswer().tables;
const path = '/replications/3/schema-policy';
const policy = {
  preset: 'safe',
  kinds: { truncate: 'ask' },
  tables: [{ source: orders, preset: 'strict', kinds: { 'drop-column': 'auto' } }],
  actions: {},
};

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /replications', { body: { replications: [replicationAnswer()], next_cursor: null } });
  api.on('GET /replications/3', { body: replicationAnswer() });
  api.on(`GET ${path}`, { body: policy });
  api.on(`PUT ${path}`, { body: policy });
});
afterEach(() => api.close());

const sent = async (...args: readonly string[]): Promise<unknown> => {
  const { exitCode, stderr } = await runCli(['ddl', 'policy', '3', ...args], { env });
  expect([exitCode, stderr]).toEqual([0, '']);
  return api.requests.find(({ method }) => method === 'PUT')?.body;
};

test('a kind of change is chosen in addition to the others', async () => {
  expect(await sent('--set', 'drop-column=auto')).toEqual({
    preset: 'safe',
    kinds: { truncate: 'ask', 'drop-column': 'auto' },
    tables: policy.tables,
  });
});

test('--clear forgets the kinds of all tables, before others are chosen', async () => {
  expect(await sent('--clear', '--set', 'drop-column=auto')).toMatchObject({
    preset: 'safe',
    kinds: { 'drop-column': 'auto' },
    tables: policy.tables,
  });
});

test('--clear forgets what a table has of its own', async () => {
  expect(await sent('--clear', '--table', orders.table)).toMatchObject({
    kinds: { truncate: 'ask' },
    tables: [],
  });
});

test('a table alone is no choice', async () => {
  const { exitCode, stderr } = await runCli(['ddl', 'policy', '3', '--table', orders.table], { env });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--table goes with --preset, --set or --clear.');
});
