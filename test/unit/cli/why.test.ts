import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeApi, startFakeApi } from '#test/kit/fake-api.ts';
import { runCli, temporaryConfigHome } from '#test/kit/run-cli.ts';
import type { HealthHistory, Why } from '../../../cli/api/routes.ts';
import { replicationAnswer } from './answers.ts';

let api: FakeApi;
let env: Record<string, string>;

beforeEach(async () => {
  api = await startFakeApi();
  env = { MILLRACE_API_URL: api.url, MILLRACE_TOKEN: 't', XDG_CONFIG_HOME: temporaryConfigHome() };
  api.on('GET /replications', { body: { replications: [replicationAnswer()], next_cursor: null } });
});
afterEach(() => api.close());

test('why tells the cause, where it is, what is done, and what to do', async () => {
  const why: Why = {
    ...{
      replication_id: 3,
      overall: 'degraded',
      condition: null,
      hop: 'capture',
      since: '2026-01-02T03:00:00.000Z',
    },
    sentence: 'The connector does not come on.',
    evidence: [{ name: 'bytes not captured', value: 25_000_000 }],
    doing: 'It restarts the connector.',
    advice: 'Look at its log.',
    call: 'POST /replications/3/restart',
    runbook: 'docs/runbook/health.md',
    tries_again_at: '2026-01-02T03:06:00.000Z',
    checks: [
      {
        ...{
          check: 'connector',
          hop: 'capture',
          title: 'Kafka Connect runs it',
          state: 'failing',
          unknown: null,
        },
        faults: [
          {
            ...{
              condition: 'connector-failed',
              hop: 'capture',
              message: 'It has failed',
              since: '2026-01-02T03:00:00.000Z',
            },
            ...{ doing: 'It restarts it.', tries_again_at: null, advice: 'Look.', call: null, runbook: 'x' },
          },
        ],
        looks_for: [],
      },
      {
        ...{
          check: 'lag',
          hop: 'kafka',
          title: 'The lag is known',
          state: 'unknown',
          unknown: 'No consumer runs.',
        },
        ...{ faults: [], looks_for: [] },
      },
      {
        ...{ check: 'target', hop: 'target', title: 'The target keeps up', state: 'ok', unknown: null },
        ...{ faults: [], looks_for: [] },
      },
    ],
    others: [],
    looked_ago_ms: 12_000,
    timestamp: '2026-01-02T03:04:05.000Z',
  };
  api.on('GET /replications/3/why', { body: why });
  const { exitCode, stdout } = await runCli(['why', '3'], { env });
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'shop to warehouse: degraded, for 4 min 5 s',
    '  The connector does not come on.',
    '  where      capture',
    '  measured   bytes not captured: 25000000',
    '  Millrace   It restarts the connector.',
    '  you        Look at its log.',
    '  command    millrace restart 3',
    '  call       POST /replications/3/restart',
    '  runbook    docs/runbook/health.md',
    expect.stringMatching(/^ {2}next try {3}2026-01-02 /),
    '  as of      12 s ago',
    expect.stringMatching(/^ {2}CHECK +STATE +WHERE +WHAT$/),
    expect.stringMatching(/^ {2}connector +failing +capture +connector-failed$/),
    expect.stringMatching(/^ {2}lag +unknown +kafka +No consumer runs\.$/),
    expect.stringMatching(/^ {2}target +ok +target +The target keeps up$/),
    '',
  ]);
});

test('history has a line for each minute', async () => {
  const point: HealthHistory['points'][number] = {
    ...{ at: '2026-01-02T03:00:00.000Z', overall: 'healthy', hop: null, condition: null },
    ...{ capture_lag_ms: 40, capture_lag_bytes: 0, apply_lag_ms: 0, apply_lag_events: 0 },
    ...{
      source_retained_bytes: 16_000_000,
      inserted_rows: 1,
      updated_rows: 0,
      deleted_rows: 0,
      dead_letter_rows: 0,
      minutes: 1,
      faulty_minutes: 0,
      capture_lag_p50_ms: 0,
      capture_lag_p99_ms: 0,
      apply_lag_p50_ms: 0,
      apply_lag_p99_ms: 0,
      applied_events: 1_234,
    },
  };
  api.on('GET /replications/3/history', { body: { replication_id: 3, points: [point] } });
  const { stdout } = await runCli(['history', '3', '--minutes', '5'], { env });
  expect(stdout.split('\n')[1]).toMatch(/healthy +40 ms +0 changes +16\.0 MB +1,234$/);
  expect(api.requests.at(-1)?.path).toBe('/replications/3/history?minutes=5');
});
