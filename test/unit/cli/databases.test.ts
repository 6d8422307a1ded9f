import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { databaseAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

beforeAll(async () => {
  api = await startFakeApi();
});
afterAll(() => api.close());
beforeEach(() => {
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /databases', {
    body: { databases: [databaseAnswer(), databaseAnswer({ database_id: 2, name: 'warehouse' })] },
  });
});

const cli = (...args: readonly string[]) => runCli(args, { env });

describe('millrace databases', () => {
  test('ls shows a table, and with -o json or yaml what the API said', async () => {
    expect((await cli('databases', 'ls')).stdout).toBe(
      [
        'ID  NAME       KIND        ADDRESS           DATABASE  USER      TLS',
        ' 1  shop       postgresql  db.internal:5432  shop      millrace  require',
        ' 2  warehouse  postgresql  db.internal:5432  shop      millrace  require',
        '',
      ].join('\n'),
    );
    const databases = [databaseAnswer(), databaseAnswer({ database_id: 2, name: 'warehouse' })];
    expect(JSON.parse((await cli('databases', 'ls', '-o', 'json')).stdout)).toEqual({ databases });
    expect((await cli('-o', 'yaml', 'databases', 'ls')).stdout).toContain('databases:\n  - database_id: 1\n');
  });

  test('a name cannot write into the terminal', async () => {
    api.on('GET /databases', { body: { databases: [databaseAnswer({ name: 'a\u001b[2Jb\u009bc\u202e' })] } });
    expect((await cli('databases', 'ls')).stdout).toContain(String.raw`a\u001b[2Jb\u009bc\u202e`);
    expect((await cli('databases', 'ls', '-o', 'json')).stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
  });

  test('add sends the password that came by standard input', async () => {
    api.on('POST /databases', { status: 201, body: databaseAnswer() });
    const args = ['--kind', 'postgresql', '--host', 'db.internal', '--database', 'shop', '--username', 'u'];
    const { exitCode, stdout } = await runCli(['databases', 'add', 'shop', ...args, '--password-stdin'], {
      env,
      stdin: 'pass word\n',
    });
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining('Registered postgresql database shop (1)'),
    ]);
    expect(api.bodiesOf('POST /databases')).toEqual([
      {
        ...{ name: 'shop', kind: 'postgresql', host: 'db.internal', port: 5_432, database: 'shop' },
        ...{ username: 'u', password: 'pass word' },
      },
    ]);
  });

  test('add names every option that is missing, and sends nothing', async () => {
    const before = api.requests.length;
    const { exitCode, stderr } = await cli('databases', 'add', 'shop', '--host', 'x');
    expect([exitCode, stderr]).toEqual([2, 'Error: A database needs --database, --username.\n']);
    expect(api.requests).toHaveLength(before);
  });

  test('without a terminal and an origin the password is asked for in words', async () => {
    const args = ['--port', '1', '--host', 'x', '--database', 'd', '--username', 'u'];
    const { exitCode, stderr } = await cli('databases', 'add', 'shop', ...args);
    expect([exitCode, stderr]).toEqual([
      2,
      'Error: There is no terminal to ask for "password of u".\n' +
        'Give the password of u by --password-stdin, --password-env, --password-file.\n',
    ]);
  });

  test('update rotates a password from a file, and says what became of each replication', async () => {
    const passwordFile = join(env.XDG_CONFIG_HOME ?? '', 'password');
    writeFileSync(passwordFile, 'new\n');
    const updated = {
      database: databaseAnswer(),
      replications: [{ replication_id: 3, effect: 'restarted', message: 'It goes on.' }],
    };
    api.on('PATCH /databases/1', { body: updated });
    const { exitCode, stdout } = await cli('databases', 'update', 'shop', '--password-file', passwordFile);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Replication 3: restarted. It goes on.')]);
    expect(api.bodiesOf('PATCH /databases/1')).toEqual([{ password: 'new' }]);
  });

  test('update fails when a replication could not be told', async () => {
    const replications = [{ replication_id: 3, effect: 'failed', message: 'Connect is down.' }];
    api.on('PATCH /databases/1', { body: { database: databaseAnswer(), replications } });
    const { exitCode, stderr } = await cli('databases', 'update', '1', '--port', '5433');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Send the same change again.')]);
  });

  test('update without a change is wrong usage', async () => {
    expect((await cli('databases', 'update', 'shop')).exitCode).toBe(2);
  });

  test('test lists what is missing, and ends with 1 for a role that is not ready', async () => {
    const problem = { subject: 'source server', message: 'wal_level is replica.', remedy: 'Set it.' };
    api.on('POST /databases/1/test', {
      body: {
        ...{ database_id: 1, server_version: '18.1', latency_ms: 1.5, connect_ms: 20 },
        as_source: { ready: false, problems: [problem] },
        as_target: { ready: true, problems: [] },
      },
    });
    const both = await cli('databases', 'test', 'shop');
    expect([both.exitCode, both.stdout]).toEqual([
      0,
      [
        'postgresql database shop (1) at db.internal:5432, version 18.1',
        'Connected in 20 ms; a round trip takes 2 ms.',
        'As a source: 1 problem to fix',
        '  FAIL  source server: wal_level is replica.',
        '        fix: Set it.',
        'As a target: ready',
        '',
      ].join('\n'),
    ]);
    expect((await cli('databases', 'test', 'shop', '--as', 'source')).exitCode).toBe(1);
    expect((await cli('databases', 'test', 'shop', '--as', 'target')).exitCode).toBe(0);
  });

  test('rm asks for the name, and another name changes nothing', async () => {
    api.on('DELETE /databases/1', { body: databaseAnswer() });
    const wrong = await runCli(['databases', 'rm', 'shop'], { env, typed: ['warehouse'] });
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('Nothing was changed.')]);
    const unasked = await cli('databases', 'rm', 'shop');
    expect([unasked.exitCode, unasked.stderr]).toEqual([2, expect.stringContaining("--confirm 'shop'")]);
    expect(api.bodiesOf('DELETE /databases/1')).toEqual([]);
    expect((await runCli(['databases', 'rm', '1'], { env, typed: ['shop'] })).exitCode).toBe(0);
    expect((await cli('databases', 'rm', '1', '--confirm', 'shop')).exitCode).toBe(0);
    expect(api.bodiesOf('DELETE /databases/1')).toHaveLength(2);
  });
});

describe('names', () => {
  test.each([
    ['shp', 'Did you mean shop?'],
    ['WAREHOUSE', 'Did you mean warehouse?'],
    ['ware', 'Did you mean warehouse?'],
    ['something else', 'Each database that there is, with its number: shop (1), warehouse (2).'],
  ])('of %s the error says: %s', async (given, advice) => {
    const { exitCode, stderr } = await cli('discover', given);
    expect([exitCode, stderr]).toEqual([1, `Error: There is no database ${given}.\n${advice}\n`]);
  });

  test('that several have are told apart by number', async () => {
    api.on('GET /databases', {
      body: { databases: [databaseAnswer({ database_id: 4 }), databaseAnswer({ database_id: 5 })] },
    });
    const { exitCode, stderr } = await cli('discover', 'shop');
    expect([exitCode, stderr]).toEqual([
      1,
      'Error: 2 databases are called shop.\nGive the number instead: 4, 5.\n',
    ]);
  });
});

describe('errors of the API', () => {
  test('are told with what to do next, and with every problem', async () => {
    const problems = [{ subject: 'host', message: 'is empty', remedy: null }];
    api.on('GET /databases', problemAnswer(400, 'InvalidRequest', 'The request is not valid.', { problems }));
    const { exitCode, stderr } = await cli('databases', 'ls');
    expect([exitCode, stderr]).toEqual([
      1,
      'Error: The request is not valid.\n  -  host: is empty\nAdvice for InvalidRequest.\n',
    ]);
  });

  test('a token that has expired ends with 4', async () => {
    api.on('GET /databases', problemAnswer(401, 'Unauthorized', 'The token has expired.'));
    const { exitCode, stderr } = await cli('databases', 'ls');
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('millrace login')]);
  });

  test('a page of something else is quoted', async () => {
    api.on('GET /databases', { status: 502, body: '<html>Bad gateway</html>' });
    const { exitCode, stderr } = await cli('databases', 'ls');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('answered 502: <html>Bad gateway</html>'),
    ]);
  });

  test('a call that was made too often is made again when it may be', async () => {
    const slept: number[] = [];
    api.on(
      'GET /databases',
      { status: 429, headers: { 'retry-after': '3' }, body: {} },
      { status: 429, body: {} },
      { body: { databases: [] } },
    );
    const { exitCode } = await runCli(['databases', 'ls'], { env, onSleep: (ms) => slept.push(ms) });
    expect([exitCode, slept]).toEqual([0, [3_000, 2_000]]);
  });

  test('a server that does not answer is named with the reason', async () => {
    const { exitCode, stderr } = await runCli(['databases', 'ls'], {
      env: { ...env, MILLRACE_API_URL: 'http://127.0.0.1:1' },
    });
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('Cannot reach the API at http://127.0.0.1:1'),
    ]);
  });
});

test('a command for one client says how to name it, to a token of all clients', async () => {
  const missing = { subject: 'query.client_id', message: 'is missing', remedy: 'Add ?client_id=...' };
  api.on('GET /databases', problemAnswer(400, 'InvalidRequest', 'It is not valid.', { problems: [missing] }));
  const { exitCode, stderr } = await cli('databases', 'ls');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('--client NAME')]);
  expect(stderr).not.toContain('?client_id');
});
