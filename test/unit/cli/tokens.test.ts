import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';

let api: FakeApi;
let env: Record<string, string>;

const token = {
  ...{
    token_id: 7,
    name: 'deployer',
    role: 'operator',
    client_id: 2,
    created_by: 'anna',
    last_used_at: null,
  },
  ...{ created_at: '2026-01-01T00:00:00.000Z', expires_at: null },
};
const clients = [
  { client_id: 1, name: 'Other', created_at: '2026-01-01T00:00:00.000Z' },
  { client_id: 2, name: 'Acme', created_at: '2026-01-01T00:00:00.000Z' },
];

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /clients', { body: { clients, next_cursor: null } });
  api.on('GET /tokens', { body: { tokens: [token], next_cursor: null } });
  api.on('GET /databases', { body: { databases: [], next_cursor: null } });
});
afterEach(() => api.close());

const cli = (...args: readonly string[]) => runCli(args, { env });

describe('tokens', () => {
  test('ls names their clients', async () => {
    expect((await cli('tokens', 'ls')).stdout.split('\n')[1]).toBe(
      ' 7  deployer  operator  Acme    never    never',
    );
  });

  test('one that is made is printed once, with what was asked for', async () => {
    api.on('POST /tokens', { status: 201, body: { ...token, token: 'the-text' } });
    const args = ['--role', 'operator', '--of', 'Acme', '--expires-in', '90d'];
    const { exitCode, stdout } = await cli('tokens', 'create', 'deployer', ...args);
    expect([exitCode, stdout]).toEqual([0, 'the-text\n']);
    expect(api.bodiesOf('POST /tokens')).toEqual([
      { name: 'deployer', role: 'operator', client_id: 2, expires_at: '2026-04-02T03:04:05.000Z' },
    ]);
  });

  test('one that is kept in a profile is not printed', async () => {
    api.on('POST /tokens', { status: 201, body: { ...token, token: 'the-text' } });
    const { stdout, stderr } = await cli(
      ...['tokens', 'create', 'deployer', '--role', 'viewer', '--all-clients', '--save-as', 'viewer'],
    );
    expect(stdout + stderr).not.toContain('the-text');
    expect(api.bodiesOf('POST /tokens')).toEqual([{ name: 'deployer', role: 'viewer', client_id: null }]);
    expect((await cli('profile', 'ls')).stdout).toContain('* ');
  });

  test('revoke takes the confirmation by name', async () => {
    api.on('DELETE /tokens/7', { body: token });
    expect((await cli('tokens', 'revoke', '7')).exitCode).toBe(2);
    expect((await cli('tokens', 'revoke', '7', '--confirm', 'deployer')).exitCode).toBe(0);
    expect(api.bodiesOf('DELETE /tokens/7')).toHaveLength(1);
  });
});

describe('--client', () => {
  const asked = () =>
    api.requests.filter(({ path }) => path.startsWith('/databases')).map(({ path }) => path);

  test.each([
    ['Acme', 'client_id=2'],
    ['1', 'client_id=1'],
  ])('%s is sent as %s', async (client, sent) => {
    expect((await cli('databases', 'ls', '--client', client)).exitCode).toBe(0);
    expect(asked()).toEqual([expect.stringContaining(sent)]);
  });

  test('a login keeps it', async () => {
    const me = { name: 'ops', role: 'admin', client_id: null, token_id: null };
    api.on('GET /me', { body: me });
    await runCli(['login', '--client', 'Acme', '--url', api.url, '--token-stdin'], {
      env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME ?? '' },
      stdin: 't',
    });
    await runCli(['databases', 'ls'], { env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME ?? '' } });
    expect(asked()).toEqual([expect.stringContaining('client_id=2')]);
  });

  test('without one nothing is sent', async () => {
    await cli('databases', 'ls');
    expect(asked()).toEqual([expect.not.stringContaining('client_id')]);
  });
});

describe('the quotas of a client', () => {
  const none = { used: 0, limit: null, is_own: false };
  const quotas = {
    client_id: 2,
    ...{
      databases: { used: 2, limit: 100, is_own: false },
      replications: { used: 1, limit: 7, is_own: true },
    },
    ...{ tables: { used: 12_345, limit: null, is_own: false }, tokens: none, alert_rules: none },
  };

  test('are shown, with where each is from', async () => {
    api.on('GET /clients/2/quotas', { body: quotas });
    const { exitCode, stdout } = await cli('clients', 'quotas', 'Acme');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/databases +2 +100 +the environment\n/);
    expect(stdout).toMatch(/replications +1 +7 +this client\n/);
    expect(stdout).toMatch(/tables +12,345 +none +the environment\n/);
  });

  test('one is changed, and the others that it has of its own stay', async () => {
    api.on('GET /clients/2/quotas', { body: quotas });
    api.on('PUT /clients/2/quotas', { body: quotas });
    expect((await cli('clients', 'quotas', 'Acme', '--alert-rules', '5')).exitCode).toBe(0);
    expect((await cli('clients', 'quotas', 'Acme', '--replications', 'default')).exitCode).toBe(0);
    expect(api.bodiesOf('PUT /clients/2/quotas')).toEqual([
      { replications: 7, alert_rules: 5 },
      { replications: null },
    ]);
  });

  test('no number is refused, and nothing is asked', async () => {
    const { exitCode, stderr } = await cli('clients', 'quotas', 'Acme', '--tables', 'many');
    expect([exitCode === 0, stderr]).toEqual([
      false,
      expect.stringContaining('--tables must be a whole number'),
    ]);
    expect(api.bodiesOf('PUT /clients/2/quotas')).toEqual([]);
  });
});
