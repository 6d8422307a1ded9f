import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { activityAnswerSchema } from '../../../../lambdas/api/activity-contracts.ts';
import {
  historyAnswerSchema,
  incidentsAnswerSchema,
  whyAnswerSchema,
} from '../../../../lambdas/api/health-contracts.ts';
import { copyAnswerSchema, statusAnswerSchema } from '../../../../lambdas/api/status-contracts.ts';
import { createWorld } from './api-world.ts';

const at = '2026-03-01T12:00:00.000Z';
const progress: TableProgress = {
  source: { schema: 'public', table: 'flights' },
  target: { schema: 'public', table: 'shop_flights' },
  generation: 1,
  state: 'copying',
  estimatedRows: 1_000,
  estimatedBytes: 100_000,
  chunks: 4,
  chunksDone: 1,
  rowsCopied: 250,
  bytesCopied: 25_000,
  runsOn: 'lambda',
  startedAt: '2026-03-01T11:59:50.000Z',
};

test('the status of a running replication has every part of it', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  it.replications.set(1, {
    ...(it.replications.get(1) as Replication),
    status: 'active',
    desired: 'running',
    generation: 1,
    copyGeneration: 1,
  });
  it.progress.set(1, [
    {
      ...{ ...progress, state: 'live', chunksDone: 4, rowsCopied: 1_000, finishedAt: at },
      ...{ inserts: 3, updates: 2, deletes: 1, lastChangeAt: at },
    },
  ]);
  it.launches.set(1, { launchId: 'a', taskArn: 'arn:task', launchedAt: at, generation: 1 });
  it.heartbeats.set(1, {
    launchId: 'a',
    epoch: 1,
    state: 'RUNNING',
    beatAt: at,
    startedAt: at,
    applied: { inserts: 5, updates: 4, deletes: 3, truncates: 1, duplicatesSkipped: 2 },
    lagEvents: 7,
    lagMs: 120,
    sourcePosition: '0/16B3748',
    lastAppliedAt: at,
  });
  it.sourceLogs.set(1, {
    readAt: at,
    retainedBytes: 4_096,
    captured: '0/16B3700',
    aheadBytes: 72,
    marks: [],
    warnings: ['It keeps its log without a limit.'],
  });
  it.world.connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING', trace: 'x' }] };
  const answer = await it.request(client, 'GET', '/replications/1/status');
  expect(answer.status).toBe(200);
  expect(statusAnswerSchema.parse(answer.body)).toEqual({
    overall: 'healthy',
    since: at,
    hop: null,
    tries_again_at: null,
    reasons: [],
    warnings: ['It keeps its log without a limit.'],
    hops: [
      { hop: 'source', fault: null, lag_ms: null, lag_bytes: null, lag_events: null },
      { hop: 'capture', fault: null, lag_ms: 0, lag_bytes: 72, lag_events: null },
      { hop: 'kafka', fault: null, lag_ms: null, lag_bytes: null, lag_events: null },
      { hop: 'consumer', fault: null, lag_ms: null, lag_bytes: null, lag_events: null },
      { hop: 'target', fault: null, lag_ms: 120, lag_bytes: null, lag_events: 7 },
    ],
    connector: {
      state: 'RUNNING',
      healthy: true,
      tasks: [{ id: 0, state: 'RUNNING' }],
      message: 'Connector is RUNNING',
    },
    consumer: {
      state: 'RUNNING',
      healthy: true,
      task_arn: 'arn:task',
      last_heartbeat: at,
      heartbeat_recent: true,
      message: 'Consumer is healthy and processing messages',
    },
    pause: null,
    wait: null,
    source_objects: [
      { kind: 'replication slot', name: 'millrace_client_1_db_1', keeps_log: true },
      { kind: 'publication', name: 'millrace_client_1_db_1', keeps_log: false },
    ],
    config: {
      status: 'active',
      is_active: true,
      desired: 'running',
      connector_name: 'acme_shop_connector',
      kafka_topic_prefix: 'client_1_db_1',
      generation: 1,
      last_error_code: null,
      last_error_message: null,
      status_since: at,
    },
    statistics: {
      total_rows_synced: 1_012,
      rows_copied: 1_000,
      rows_inserted: 5,
      rows_updated: 4,
      rows_deleted: 3,
      tables_truncated: 1,
      duplicates_skipped: 2,
      tables_enabled: 1,
      tables_live: 1,
      last_sync_at: at,
      lag_events: 7,
      lag_ms: 120,
      lag_message: null,
      source_position: '0/16B3748',
      source_retained_bytes: 4_096,
      source_retained_at: at,
      source_retained_bytes_per_minute: null,
      source_minutes_to_loss: null,
    },
    tables: [
      expect.objectContaining({
        ...{ state: 'live', percent: 100, rows_copied: 1_000, seconds_left: 0 },
        ...{ rows_inserted: 3, rows_updated: 2, rows_deleted: 1, last_change_at: at },
      }),
    ],
    timestamp: at,
  });
});

test('why it is not healthy is told from what was seen last, with its age', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const seenAt = '2026-03-01T11:59:20.000Z';
  const since = '2026-03-01T11:53:00.000Z';
  const running = { status: 'active', desired: 'running', generation: 1, copyGeneration: 1 } as const;
  it.replications.set(1, {
    ...(it.replications.get(1) as Replication),
    ...running,
    statusSince: '2026-03-01T09:00:00.000Z',
  });
  it.progress.set(1, [{ ...progress, state: 'live', chunksDone: 4 }]);
  it.launches.set(1, { launchId: 'a', taskArn: 'arn:task', launchedAt: at, generation: 1 });
  it.world.connector = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
  it.sourceLogs.set(1, {
    readAt: seenAt,
    warnings: [],
    position: '0/200',
    captured: '0/100',
    movement: '0/100',
    movedAt: since,
    aheadBytes: 256,
    marks: [{ at: since, position: '0/180' }],
  });
  it.histories.set(1, [
    { at: '2026-03-01T10:59:00.000Z', overall: 'healthy', appliedEvents: 1 },
    {
      at: seenAt,
      overall: 'degraded',
      hop: 'capture',
      condition: 'capture-stalled',
      captureLagMs: 5,
      appliedEvents: 2,
    },
  ]);
  const answer = await it.request(client, 'GET', '/replications/1/why');
  expect(answer.status).toBe(200);
  expect(whyAnswerSchema.parse(answer.body)).toMatchObject({
    overall: 'degraded',
    sentence:
      'At capture, for 7 m: The source has written on for 7 m and capture stands still at 0/100, 256 B behind.',
    condition: 'capture-stalled',
    hop: 'capture',
    since,
    evidence: expect.arrayContaining([
      { name: 'source_position', value: '0/200' },
      { name: 'captured_position', value: '0/100' },
      { name: 'behind_bytes', value: 256 },
    ]),
    call: 'POST /replications/1/stop, then POST /replications/1/start',
    runbook: 'docs/runbook/health.md#capture-stalled',
    others: [{ condition: 'consumer-starting', hop: 'consumer' }],
    looked_ago_ms: 40_000,
    tries_again_at: null,
    checks: expect.arrayContaining([
      expect.objectContaining({ check: 'connector', state: 'ok', faults: [] }),
      expect.objectContaining({
        check: 'capture',
        state: 'failing',
        faults: [expect.objectContaining({ runbook: 'docs/runbook/health.md#capture-stalled' })],
      }),
      expect.objectContaining({ check: 'lag', state: 'unknown', faults: [] }),
    ]),
  });
  const history = await it.request(client, 'GET', '/replications/1/history');
  expect(historyAnswerSchema.parse(history.body).points).toEqual([
    expect.objectContaining({
      at: seenAt,
      condition: 'capture-stalled',
      capture_lag_ms: 5,
      apply_lag_ms: null,
    }),
  ]);
  const day = await it.request(client, 'GET', '/replications/1/history?minutes=1440');
  expect(historyAnswerSchema.parse(day.body).points).toHaveLength(2);
  for (const minutes of ['0', '10081', 'x']) {
    const refused = await it.request(client, 'GET', `/replications/1/history?minutes=${minutes}`);
    expect(refused.status).toBe(400);
  }
});

test('incidents are listed for one replication and for the client, open or all', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const incident = {
    incidentId: 'i',
    replicationId: 1,
    condition: 'capture-stalled',
    severity: 'warning',
    hop: 'capture',
    message: 'It stands still',
    since: at,
    openedAt: at,
    updatedAt: at,
    appliedAtOpening: 0,
  } as const;
  const over = {
    ...incident,
    incidentId: 'o',
    openedAt: '2026-02-01T00:00:00.000Z',
    closedAt: at,
    ending: 'Recovered.',
  };
  it.incidents.set(1, [over, incident]);
  const list = async (path: string): Promise<readonly string[]> => {
    const { body } = await it.request(client, 'GET', path);
    return incidentsAnswerSchema.parse(body).incidents.map((one) => `${one.incident_id} ${one.state}`);
  };
  expect(await list('/incidents')).toEqual(['i open']);
  expect(await list('/incidents?state=all')).toEqual(['i open', 'o closed']);
  expect(await list('/replications/1/incidents')).toEqual(['i open']);
  it.incidents.set(1, [{ ...over, severity: 'critical' }, incident]);
  for (const path of ['/incidents', '/replications/1/incidents']) {
    expect(await list(`${path}?state=all&min_severity=critical`)).toEqual(['o closed']);
    expect(await list(`${path}?state=all&min_severity=critical&limit=1`)).toEqual(['o closed']);
    expect(await list(`${path}?min_severity=critical`)).toEqual([]);
    expect(await list(`${path}?state=all&condition=table-held`)).toEqual([]);
    expect(await list(`${path}?condition=capture-stalled`)).toEqual(['i open']);
  }
  for (const path of ['/incidents', '/replications/1/incidents']) {
    const first = (await it.request(client, 'GET', `${path}?state=all&limit=1`)).body;
    const { incidents, next_cursor } = incidentsAnswerSchema.parse(first);
    expect(incidents.map((one) => one.incident_id)).toEqual(['i']);
    expect(await list(`${path}?state=all&limit=1&cursor=${next_cursor}`)).toEqual(['o closed']);
    expect((await it.request(client, 'GET', `${path}?cursor=eA`)).status).toBe(400);
  }
  expect((await it.request(client + 1, 'GET', '/replications/1/incidents')).status).toBe(404);
});

test('the status is told while Kafka Connect does not answer', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  it.world.connector = new MillraceError('ConnectUnavailable', 'Kafka Connect does not answer.');
  const answer = await it.request(client, 'GET', '/replications/1/status');
  expect(statusAnswerSchema.parse(answer.body).connector.state).toBe('UNKNOWN');
});

test('a status before the first start says so', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  const status = statusAnswerSchema.parse((await it.request(client, 'GET', '/replications/1/status')).body);
  expect(status.overall).toBe('stopped');
  expect(status.connector.state).toBe('NOT_CREATED');
  expect(status.consumer.state).toBe('NOT_RUNNING');
  expect(status.statistics).toMatchObject({
    lag_events: null,
    lag_ms: null,
    lag_message: 'No consumer runs',
  });
  expect(status.tables).toEqual([expect.objectContaining({ state: 'pending', percent: 0 })]);
});

test('copy progress has rows, bytes, percent, rate and time left', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  it.progress.set(1, [progress]);
  const answer = await it.request(client, 'GET', '/replications/1/copy');
  expect(copyAnswerSchema.parse(answer.body)).toEqual({
    replication_id: 1,
    rows_copied: 250,
    bytes_copied: 25_000,
    estimated_rows: 1_000,
    percent: 25,
    rows_per_second: 25,
    bytes_per_second: 2_500,
    seconds_left: 30,
    tables: [
      {
        source: { schema: 'public', table: 'flights' },
        target: { schema: 'public', table: 'shop_flights' },
        state: 'copying',
        rows_copied: 250,
        bytes_copied: 25_000,
        estimated_rows: 1_000,
        estimated_bytes: 100_000,
        percent: 25,
        rows_per_second: 25,
        bytes_per_second: 2_500,
        seconds_left: 30,
        slowest_chunk: null,
        chunks: 4,
        chunks_done: 1,
        runs_on: 'lambda',
        key_index: null,
        started_at: '2026-03-01T11:59:50.000Z',
        finished_at: null,
        message: null,
        held_since: null,
      },
    ],
  });
});

test('activity is listed newest first, as much as is asked for', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  await it.request(client, 'POST', '/replications/1/start');
  const all = activityAnswerSchema.parse((await it.request(client, 'GET', '/replications/1/activity')).body);
  expect(all.activity.map(({ action }) => action)).toEqual(['start-requested', 'created']);
  const one = await it.request(client, 'GET', '/replications/1/activity?limit=1');
  expect(activityAnswerSchema.parse(one.body).activity).toHaveLength(1);
  for (const query of ['limit=0', 'limit=x', 'limit=1000', 'since=2026'])
    expect((await it.request(client, 'GET', `/replications/1/activity?${query}`)).status).toBe(400);
});

test('a bug in Millrace is answered without its message, which the log has', async () => {
  const it = createWorld();
  const { client } = await it.configured();
  it.progress.set(1, undefined as never);
  it.world.connector = undefined;
  it.replications.set(1, { ...(it.replications.get(1) as Replication), tables: null as never });
  const answer = await it.request(client, 'GET', '/replications/1/status');
  expect(answer.status).toBe(500);
  expect(answer.body).toMatchObject({ code: 'Internal', detail: expect.stringContaining('request-1') });
  expect(answer.text).not.toContain('null');
  expect(it.lines.some((line) => line.includes('"level":"ERROR"') && line.includes('request-1'))).toBe(true);
});

test('every request leaves one line without body and headers', async () => {
  const it = createWorld();
  await it.request('admin', 'POST', '/clients', { name: 'A secret plan' });
  await it.request(1, 'GET', '/databases/77');
  const lines = it.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ message }) => message)).toEqual(['POST /v1/clients 201', 'GET /v1/databases/77 404']);
  expect(lines[1]).toMatchObject({ status: 404, client: '1', request: 'request-1', durationMs: 0 });
  expect(it.lines.join('')).not.toMatch(/secret plan|header-token/);
});
