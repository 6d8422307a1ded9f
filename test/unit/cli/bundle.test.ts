import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import { databaseAnswer, replicationAnswer, statusAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;
let file: string;

beforeEach(async () => {
  api = await startFakeApi();
  const home = temporaryConfigHome();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 'mlr_own-token', XDG_CONFIG_HOME: home };
  file = join(home, 'case.zip');
  const secrets =
    "FATAL for postgresql://u:hunter2@db/x and ALTER USER u IDENTIFIED BY 'hunter2'; password=hunter2; whsec_aGVsbG8= Bearer hunter2 mlr_hunter2";
  api.on('GET /replications', { body: { replications: [replicationAnswer()], next_cursor: null } });
  api.on('GET /replications/3', { body: replicationAnswer({ last_error_message: secrets }) });
  api.on('GET /databases', {
    body: {
      databases: [databaseAnswer(), databaseAnswer({ database_id: 9, name: 'another' })],
      next_cursor: null,
    },
  });
  api.on('GET /replications/3/status', { body: statusAnswer({ reasons: [secrets] }) });
  api.on('GET /replications/3/copy', { body: { secret_of_a_later_version: 'hunter2' } });
  api.on('GET /replications/3/history', { body: { replication_id: 3, points: [] } });
  api.on('GET /replications/3/activity', { body: { replication_id: 3, activity: [], next_cursor: null } });
  api.on('GET /replications/3/incidents', { body: { incidents: [] } });
  api.on('GET /alert-deliveries', { body: { deliveries: [], next_cursor: null } });
  api.on('GET /replications/3/why', problemAnswer(503, 'StoreUnavailable', 'DynamoDB is away.'));
  api.on('GET /me', { body: {} });
});
afterEach(() => api.close());

test('has every part without a secret, and says what it holds and what is missing', async () => {
  const { exitCode, stdout } = await runCli(['bundle', '3', '--file', file], { env });
  expect(exitCode).toBe(0);
  const parts = Object.entries(unzipSync(readFileSync(file))).map(
    ([name, bytes]) => [name, strFromU8(bytes)] as const,
  );
  expect(parts.map(([name]) => name)).toEqual([
    'README.txt',
    'versions.json',
    'replication.json',
    'databases.json',
    'status.json',
    'why.json',
    'copy.json',
    'history.json',
    'activity.json',
    'incidents.json',
    'alert-deliveries.json',
  ]);
  const texts = new Map(parts);
  expect([...texts.values()].join()).not.toMatch(/hunter2|own-token|aGVsbG8/);
  expect(JSON.parse(texts.get('databases.json') ?? '')).toHaveLength(1);
  expect(texts.get('status.json')).toContain('postgresql://u:(masked)@db/x');
  for (const [name] of parts.slice(1)) {
    expect(stdout).toContain(name);
    expect(texts.get('README.txt')).toContain(name);
  }
  expect(stdout).toMatch(/why.json .*\(missing: DynamoDB is away.\)/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('writes over no file', async () => {
  await runCli(['bundle', '3', '--file', file], { env });
  const again = await runCli(['bundle', '3', '--file', file], { env });
  expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('EEXIST')]);
});
