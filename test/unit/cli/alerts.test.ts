import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeApi, problemAnswer, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import type { AlertChannel, AlertDelivery, Incident } from '../../../cli/api/routes.ts';
import { replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

const at = '2026-01-02T03:00:00.000Z';
const channel: AlertChannel = {
  ...{ channel_id: 1, client_id: 2, name: 'ops', kind: 'webhook', host: 'hooks.example.com' },
  ...{ created_at: at, created_by: 'anna' },
};
const incident = (change: Partial<Incident> = {}): Incident => ({
  ...{ incident_id: `3-consumer-retrying-${at}`, replication_id: 3, condition: 'consumer-retrying' },
  ...{ severity: 'warning', hop: 'kafka', state: 'open', message: 'Kafka is away', since: at, opened_at: at },
  ...{ updated_at: at, closed_at: null, ending: null, shared_cause: 'consumer-retrying kafka', told_at: at },
  ...{ mute: null, runbook: 'docs/runbook/health.md#consumer-retrying' },
  ...change,
});
const delivery = (change: Partial<AlertDelivery> = {}): AlertDelivery => ({
  ...{
    delivery_id: 'msg_1',
    channel_id: 1,
    channel: 'ops',
    event: 'test',
    severity: 'info',
    condition: null,
  },
  ...{
    subject: 'Millrace: a test',
    incident_ids: [],
    state: 'delivered',
    begun_attempts: 1,
    max_attempts: 1,
  },
  ...{ attempts: [{ at, http_status: 204, error: null }], created_at: at, due_at: null },
  ...change,
});

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /replications', { body: { replications: [replicationAnswer()], next_cursor: null } });
  api.on('GET /alert-channels', { body: { channels: [channel], next_cursor: null } });
});
afterEach(() => api.close());

const cli = (...args: readonly string[]) => runCli(args, { env });

describe('incidents', () => {
  test('of one cause are one line, and those that are less urgent can be left out', async () => {
    const body = {
      incidents: [
        incident(),
        incident({ incident_id: 'other', replication_id: 4 }),
        incident({ incident_id: 'held', condition: 'table-held', severity: 'critical', shared_cause: null }),
      ],
    };
    api.on('GET /incidents', { body });
    const lines = (await cli('incidents', 'ls')).stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/warning +consumer-retrying +kafka +3, 4 +4 min 5 s ago/);
    await cli('incidents', 'ls', '--severity', 'critical', '--condition', 'table-held', '--all');
    expect(api.requests.at(-1)?.path).toBe(
      '/incidents?state=all&min_severity=critical&condition=table-held&limit=1000',
    );
  });

  test('are read to the end, so that a critical one is not on a page that nobody has asked for', async () => {
    api.on(
      'GET /incidents',
      { body: { incidents: [incident()], next_cursor: 'next' } },
      { body: { incidents: [incident({ severity: 'critical', shared_cause: null })], next_cursor: null } },
    );
    expect((await cli('incidents', 'ls')).stdout).toContain('critical');
  });

  test('show tells of the mute, and where to read on', async () => {
    const mute = { mute_id: 5, until: '2026-01-02T05:00:00.000Z', reason: 'moved', created_by: 'anna' };
    api.on(`GET /incidents/${encodeURIComponent(incident().incident_id)}`, {
      body: incident({ mute, told_at: null }),
    });
    const { stdout } = await cli('incidents', 'show', incident().incident_id);
    expect(stdout).toContain('told         nobody yet');
    expect(stdout).toMatch(/muted +until .* by anna: moved/);
    expect(stdout).toContain('docs/runbook/health.md#consumer-retrying');
  });
});

describe('alerts', () => {
  test('a channel gets its URL from where an option says, and shows its key once', async () => {
    api.on('POST /alert-channels', { status: 201, body: { ...channel, signing_secret: 'whsec_abc' } });
    const args = ['alerts', 'add-channel', 'ops', '--kind', 'webhook', '--url-env', 'HOOK', '--client', '2'];
    const { exitCode, stdout } = await runCli(args, { env: { ...env, HOOK: 'https://hooks/secret-path' } });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('whsec_abc');
    expect(stdout).not.toContain('secret-path');
    expect(api.bodiesOf('POST /alert-channels')).toEqual([
      { name: 'ops', kind: 'webhook', url: 'https://hooks/secret-path', client_id: 2 },
    ]);
  });

  test('a route takes channels by their names', async () => {
    api.on('POST /alert-routes', { status: 201, body: { route_id: 9 } });
    const args = ['--channel', 'ops', '--severity', 'critical', '--condition', 'table-held', '--all-clients'];
    expect((await cli('alerts', 'add-route', ...args)).stdout).toBe('Added route 9.\n');
    expect(api.bodiesOf('POST /alert-routes')).toEqual([
      { channel_ids: [1], min_severity: 'critical', conditions: ['table-held'], client_id: null },
    ]);
    expect((await cli('alerts', 'add-route')).exitCode).toBe(2);
    await cli('alerts', 'add-route', '--condition', 'copy-done', '--no-mail', '--all-clients');
    expect(api.bodiesOf('POST /alert-routes').at(-1)).toEqual({
      channel_ids: [],
      alert_topic: false,
      conditions: ['copy-done'],
      client_id: null,
    });
  });

  test('a mute lasts for so long, of one replication', async () => {
    api.on('POST /alert-mutes', { status: 201, body: { mute_id: 5, until: '2026-01-02T05:04:05.000Z' } });
    const { stdout } = await cli('alerts', 'mute', '3', '--for', '2h', '--reason', 'moved');
    expect(stdout).toContain('millrace alerts unmute 5');
    expect(api.bodiesOf('POST /alert-mutes')).toEqual([
      { until: '2026-01-02T05:04:05.000Z', reason: 'moved', replication_id: 3 },
    ]);
  });

  test('a test that did not arrive ends with 1 and says why', async () => {
    const attempts = [{ at, http_status: 500, error: 'The receiver answered 500.' }];
    api.on(
      'POST /alert-channels/1/test',
      { body: delivery() },
      { body: delivery({ state: 'failed', attempts }) },
    );
    expect(await cli('alerts', 'test', 'ops')).toMatchObject({
      exitCode: 0,
      stdout: 'ops has it (HTTP 204).\n',
    });
    const failed = await cli('alerts', 'test', 'ops');
    expect([failed.exitCode, failed.stdout]).toEqual([
      1,
      'ops does not have it: The receiver answered 500.\n',
    ]);
    expect((await cli('alerts', 'test')).exitCode).toBe(2);
  });

  test('deliveries are listed to the count that was asked for', async () => {
    api.on(
      'GET /alert-deliveries',
      { body: { deliveries: [delivery(), delivery()], next_cursor: 'next' } },
      { body: { deliveries: [delivery()], next_cursor: 'more' } },
    );
    const { stdout } = await cli('alerts', 'deliveries', '--limit', '3', '--channel', 'ops');
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(
      api.requests.filter(({ path }) => path.startsWith('/alert-deliveries')).map(({ path }) => path),
    ).toEqual([
      '/alert-deliveries?channel_id=1&limit=3',
      '/alert-deliveries?channel_id=1&limit=1&cursor=next',
    ]);
  });
});

test('the advice of an error names the command that does what it says', async () => {
  api.on(
    'GET /incidents',
    problemAnswer(422, 'DatabaseAuthenticationFailed', 'It refuses the password.', {
      advice: 'Correct the password: PATCH /databases/{id}.',
    }),
  );
  const { stderr } = await cli('incidents', 'ls');
  expect(stderr).toContain('By this command line: millrace databases update DATABASE');
});
