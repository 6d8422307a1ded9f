import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli } from '#test/kit/run-cli.ts';
import { databaseAnswer } from './answers.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

const cli = (...args: readonly string[]) =>
  runCli(args, { env: { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', NEW: 'secret' } });

test('health names the connectors of nobody', async () => {
  api.on('GET /connect', { body: { healthy: true, message: null, unowned: ['left_behind'] } });
  const { exitCode, stdout } = await cli('connectors', 'health');
  expect([exitCode, stdout.split('\n')]).toEqual([
    0,
    [
      'Kafka Connect answers.',
      '1 connector of no replication. "millrace connectors delete NAME" deletes one:',
      '  left_behind',
      '',
    ],
  ]);
});

test('health ends with 1 when Kafka Connect does not answer', async () => {
  api.on('GET /connect', { body: { healthy: false, message: 'Connection refused', unowned: null } });
  const { exitCode, stdout } = await cli('connectors', 'health');
  expect([exitCode, stdout]).toEqual([1, 'Kafka Connect does not answer: Connection refused\n']);
});

test('validate prints every problem and ends with 1', async () => {
  const problems = ['database.hostname: must be set', 'topic.prefix: must be set'];
  api.on('POST /connectors/acme/validate', { body: { name: 'acme', ready: false, problems } });
  const { exitCode, stdout } = await cli('connectors', 'validate', 'acme');
  expect([exitCode, stdout]).toEqual([1, problems.map((problem) => `- ${problem}\n`).join('')]);
});

test.each(['status', 'config', 'validate', 'restart', 'pause', 'resume'])(
  '%s of a name that is none says which one is near',
  async (command) => {
    const missing = problemAnswer(404, 'NotFound', 'There is no connector acme_shp.');
    for (const call of ['GET /connectors/acme_shp', 'GET /connectors/acme_shp/config']) api.on(call, missing);
    for (const action of ['validate', 'restart', 'pause', 'resume'])
      api.on(`POST /connectors/acme_shp/${action}`, missing);
    api.on('GET /connectors', {
      body: {
        connectors: [{ name: 'acme_shop', replication_id: 1, state: 'RUNNING', trace: null, tasks: [] }],
      },
    });
    const { exitCode, stderr } = await cli('connectors', command, 'acme_shp');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Did you mean acme_shop?')]);
  },
);

test('rotate sends the new password and says what becomes of each replication', async () => {
  api.on('GET /databases', { body: { databases: [databaseAnswer()] } });
  api.on('PATCH /databases/1', {
    body: {
      database: databaseAnswer(),
      replications: [{ replication_id: 3, effect: 'restarting', message: 'Its consumer is restarted.' }],
    },
  });
  const { exitCode, stdout } = await cli('databases', 'rotate', 'shop', '--password-env', 'NEW');
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringContaining('Replication 3: restarting. Its consumer is restarted.'),
  ]);
  expect(api.requests.at(-1)?.body).toEqual({ password: 'secret' });
});

test('metrics prints the text of the API as it is', async () => {
  const text = '# TYPE millrace_lag_seconds gauge\nmillrace_lag_seconds{replication="1"} 2\n';
  api.on('GET /metrics', { headers: { 'content-type': 'text/plain; version=0.0.4' }, body: text });
  expect((await cli('metrics')).stdout).toBe(text);
  api.on('GET /metrics/targets', { body: [{ targets: ['10.0.0.1:9464'], labels: { role: 'consumer' } }] });
  expect((await cli('metrics', '--targets')).stdout).toContain('consumer  10.0.0.1:9464  /metrics');
});

test('snapshot-modes says which a replication can have', async () => {
  api.on('GET /snapshot-modes', {
    body: {
      snapshot_modes: [
        {
          mode: 'no_data',
          former_names: ['never', 'schema_only'],
          kinds: ['postgresql'],
          meaning: 'Reads no rows.',
          supported: true,
          in_millrace: 'The default.',
        },
      ],
    },
  });
  const { stdout } = await cli('snapshot-modes', '--kind', 'postgresql');
  expect(stdout).toContain('no_data (formerly never, schema_only): can be chosen');
  expect(api.requests.at(-1)?.path).toBe('/snapshot-modes?kind=postgresql');
});
