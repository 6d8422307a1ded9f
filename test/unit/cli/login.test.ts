import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';

let api: FakeApi;
let env: Record<string, string>;
let file: string;

beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(() => {
  env = { XDG_CONFIG_HOME: temporaryConfigHome() };
  file = join(env.XDG_CONFIG_HOME ?? '', 'millrace', 'config.json');
  api.on('GET /me', ({ headers }) =>
    headers.authorization === 'Bearer right'
      ? { body: { name: 'ci', role: 'operator', client_id: 3, token_id: 1 } }
      : problemAnswer(401, 'Unauthorized', 'There is no such token.'),
  );
  api.on('GET /databases', ({ headers }) =>
    headers.authorization === 'Bearer right'
      ? { body: { databases: [] } }
      : problemAnswer(401, 'Unauthorized', 'There is no such token.'),
  );
});

const login = (...more: readonly string[]) =>
  runCli(['login', '--url', `${api.url}/`, '--token-stdin', ...more], { env, stdin: 'right\n' });

describe('millrace login', () => {
  test('the token is checked and kept in a file that only its owner can read', async () => {
    const { exitCode, stdout, stderr } = await login();
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('with the token ci: operator of client 3');
    expect(stderr).not.toContain('right');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      current: 'default',
      profiles: { default: { url: api.url, token: 'right' } },
    });
    expect((await runCli(['databases', 'ls'], { env })).exitCode).toBe(0);
  });

  test('a file that others can read is narrowed when it is read', async () => {
    await login();
    chmodSync(file, 0o644);
    await runCli(['databases', 'ls'], { env });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a token that the API does not know is not kept', async () => {
    const { exitCode, stderr } = await runCli(['login', '--url', api.url, '--token-stdin'], {
      env,
      stdin: 'wrong',
    });
    expect([exitCode, stderr]).toEqual([
      4,
      'Error: There is no such token.\nLog in with a valid token: "millrace login".\n',
    ]);
    expect((await runCli(['profile', 'ls'], { env })).stdout).toContain('No profile');
  });

  test('at a terminal it asks for both, and shows no letter of the token', async () => {
    const { exitCode, stderr } = await runCli(['login'], { env, typed: [api.url, 'right'] });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('URL of the API: ');
    expect(stderr).toContain('token: ');
    expect(stderr).not.toContain('right');
  });

  test('the token can come from a variable, but not from a flag', async () => {
    const from = await runCli(['login', '--url', api.url, '--token-env', 'SECRET'], {
      env: { ...env, SECRET: 'right' },
    });
    expect(from.exitCode).toBe(0);
    const flag = await runCli(['login', '--url', api.url, '--token', 'right'], { env });
    expect([flag.exitCode, flag.stderr]).toEqual([2, expect.stringContaining('unknown option')]);
  });

  test.each([
    ['ftp://example.com', 'is not a URL of an API'],
    ['example.com', 'is not a URL of an API'],
    ['https://user:secret@example.com', 'holds a user or a password'],
  ])('%s is refused', async (url, message) => {
    const { exitCode, stderr } = await runCli(['login', '--url', url, '--token-stdin'], {
      env,
      stdin: 'right',
    });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('a server that is no Millrace is told apart', async () => {
    api.on('GET /me', { status: 404, body: 'not here' });
    expect((await login()).stderr).toContain('answers, but not as the API of Millrace');
  });
});

describe('profiles', () => {
  test('a second login is a second profile, and one is in use', async () => {
    await login();
    await login('--profile', 'other');
    expect((await runCli(['profile', 'ls'], { env })).stdout).toBe(
      `   NAME     URL\n   default  ${api.url}\n*  other    ${api.url}\n`,
    );
    await runCli(['profile', 'use', 'default'], { env });
    const listed = JSON.parse((await runCli(['profile', 'ls', '-o', 'json'], { env })).stdout);
    expect(listed.profiles[0]).toEqual({ name: 'default', url: api.url, current: true });
    expect(JSON.stringify(listed)).not.toContain('right');
  });

  test('without a login every command ends with 4 and says what to do', async () => {
    const { exitCode, stderr } = await runCli(['ls'], { env });
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('millrace login')]);
    expect((await runCli(['ls', '--profile', 'none'], { env })).exitCode).toBe(4);
  });

  test('variables stand for a login', async () => {
    const variables = { ...env, MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 'right' };
    expect((await runCli(['databases', 'ls'], { env: variables })).exitCode).toBe(0);
  });

  test('a file that is no configuration is named, and its content is not shown', async () => {
    await login();
    writeFileSync(file, '{"token": "right"');
    const { exitCode, stderr } = await runCli(['databases', 'ls'], { env });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('is not a configuration')]);
    expect(stderr).not.toContain('right');
  });
});
