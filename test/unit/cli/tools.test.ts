import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { databaseAnswer, replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /databases', { body: { databases: [databaseAnswer()] } });
  api.on('GET /replications', { body: { replications: [replicationAnswer()] } });
});
afterEach(() => api.close());

const cli = (...args: readonly string[]) => runCli(args, { env });

describe('completion', () => {
  const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await cli('complete-words', '--', ...words)).stdout.split('\n').slice(0, -1);

  test.each([
    [['sta'], ['status', 'start']],
    [['databases', 't'], ['test']],
    [['start', '--wa'], ['--wait']],
    [['status', 'sh'], ['shop to warehouse']],
    [['discover', ''], ['shop']],
    [['completion', 'f'], ['fish']],
    [['start', 'shop to warehouse', ''], []],
  ])('after %j come %j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });

  test('there is nothing to offer when the API does not answer', async () => {
    api.on('GET /replications', problemAnswer(503, 'StoreUnavailable', 'Not now.'));
    expect(await complete('status', '')).toEqual([]);
  });

  test('the script for bash completes in bash', async () => {
    const { stdout: script } = await cli('completion', 'bash');
    const completed = execFileSync('bash', [
      '-c',
      `${script}\nCOMP_WORDS=(millrace databases upd); COMP_CWORD=2; _millrace; echo "\${COMPREPLY[@]}"`,
    ]);
    expect(completed.toString()).toBe('update\n');
  });

  test.each(['zsh', 'fish'])('there is a script for %s', async (shell) => {
    const { exitCode, stdout } = await cli('completion', shell);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('complete-words')]);
  });
});

describe('doctor', () => {
  const now = 'Fri, 02 Jan 2026 03:04:05 GMT';

  test('all is well', async () => {
    api.on('GET /me', { headers: { date: now }, body: { databases: [] } });
    api.on('GET /versions', {
      body: { version: '1.2.3', api_version: 'v1', worker_image: 'registry.example/worker:abc' },
    });
    const { exitCode, stdout } = await cli('doctor');
    expect([exitCode, stdout.match(/^OK/gm)?.length]).toEqual([0, 6]);
    expect(stdout).toMatch(/^OK +Millrace +1\.2\.3; consumers run registry\.example\/worker:abc$/m);
  });

  test('an API from before it could say its version is told', async () => {
    api.on('GET /me', { headers: { date: now }, body: { databases: [] } });
    api.on('GET /versions', problemAnswer(404, 'NotFound', 'There is no route /versions.'));
    const { exitCode, stdout } = await cli('doctor');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^WARN +Millrace +The API is too old/m)]);
  });

  test('a clock that is wrong is told', async () => {
    api.on('GET /me', { headers: { date: 'Fri, 02 Jan 2026 03:14:05 GMT' }, body: { databases: [] } });
    api.on('GET /versions', { body: { version: '1.2.3', api_version: 'v1', worker_image: 'worker:abc' } });
    const { exitCode, stdout } = await cli('doctor');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^WARN +clock +is 10 min behind/m)]);
  });

  test.each([
    [4, problemAnswer(401, 'Unauthorized', 'No.'), /^FAIL +token/m],
    [1, { status: 404, body: 'elsewhere' }, /^FAIL +API +.*404/m],
    [3, { status: 502, body: 'down' }, /^FAIL +API +.*502/m],
  ] as const)('it ends with %d', async (code, answer, message) => {
    api.on('GET /me', answer);
    const { exitCode, stdout } = await cli('doctor');
    expect([exitCode, stdout]).toEqual([code, expect.stringMatching(message)]);
  });
});

test('activity shows who did what', async () => {
  const entry = {
    at: '2026-01-01T00:00:00.000Z',
    actor: 'healer',
    action: 'connector-resumed',
    message: 'It was paused.',
    by: null,
    reason: null,
  };
  const byPerson = { ...entry, actor: 'user', by: 'anna', action: 'paused', reason: 'an upgrade' };
  api.on('GET /replications/3/activity', { body: { replication_id: 3, activity: [entry, byPerson] } });
  const { stdout } = await cli('activity', '3', '--limit', '7');
  expect(stdout.split('\n')[1]).toMatch(/^2026-01-01 .* {2}healer {2}connector-resumed {2}It was paused\.$/);
  expect(stdout.split('\n')[2]).toMatch(/ {2}anna +paused +It was paused\. \(an upgrade\)$/);
  expect(api.requests.at(-1)?.path).toBe('/replications/3/activity?limit=7');
});

test('activity of more than a page is read page by page, and its filters go to the API', async () => {
  api.on(
    'GET /activity',
    { body: { activity: [], next_cursor: 'next' } },
    { body: { activity: [], next_cursor: null } },
  );
  await cli(
    'activity',
    '--limit',
    '2000',
    '--since',
    '2h',
    '--actor',
    'healer',
    '--action',
    'connector-resumed',
  );
  expect(api.requests.map(({ path }) => path).filter((path) => path.startsWith('/activity'))).toEqual(
    ['limit=999', 'limit=999&cursor=next'].map(
      (page) => `/activity?since=2026-01-02T01%3A04%3A05.000Z&action=connector-resumed&actor=healer&${page}`,
    ),
  );
});

test('completion offers names also to a token of all clients that acts for one', async () => {
  const { stdout } = await runCli(['complete-words', '--', 'discover', ''], {
    env: { ...env, MILLRACE_CLIENT: '7' },
  });
  expect([stdout, api.requests.at(-1)?.path]).toEqual(['shop\n', '/databases?limit=1000&client_id=7']);
});
