import { expect, test } from '@jest/globals';
import { openMetricsServer } from '#adapters/observability/metrics-server.ts';
import { createTaskMeters } from '#adapters/observability/task-meters.ts';
import { metricNames } from '#core/contracts/environment.ts';
import type { ConsumerReadings } from '#core/ports/metrics.ts';
import { createRecordingMetrics } from '#test/kit/recording-log.ts';

const labels = { replication: '7', client: '1' };
const ours = async (meters: ReturnType<typeof createTaskMeters>): Promise<readonly string[]> =>
  (await meters.format()).split('\n').filter((line) => line.startsWith('millrace_'));

test('shows what the consumer reads of itself, as it is at each scrape', async () => {
  const meters = createTaskMeters(labels);
  let readings: ConsumerReadings | undefined;
  meters.consumer.follow(() => readings);
  const before = await ours(meters);
  expect(before.filter((line) => /applied|lag|heartbeat/.test(line))).toEqual([]);
  readings = {
    applied: { inserts: 5, updates: 2, deletes: 1, truncates: 0, duplicatesSkipped: 3 },
    lagMs: 1_500,
    lagEvents: 4,
    heartbeatAgeMs: 250,
  };
  expect(await ours(meters)).toEqual(
    expect.arrayContaining([
      'millrace_applied_total{op="insert",replication="7",client="1"} 5',
      'millrace_applied_total{op="delete",replication="7",client="1"} 1',
      'millrace_duplicates_skipped_total{hop="consumer",replication="7",client="1"} 3',
      'millrace_lag_seconds{hop="target",replication="7",client="1"} 1.5',
      'millrace_lag_events{hop="target",replication="7",client="1"} 4',
      'millrace_heartbeat_age_seconds{seen_by="consumer",replication="7",client="1"} 0.25',
    ]),
  );
  readings = { applied: readings.applied, lagMs: 31_000 };
  const after = await ours(meters);
  expect(after).toContain('millrace_lag_seconds{hop="target",replication="7",client="1"} 31');
  // A lag in events that nobody knows is no lag of 0.
  expect(after.filter((line) => line.startsWith('millrace_lag_events'))).toEqual([]);
});

test('counts batches, retries and errors, and passes errors on to CloudWatch', async () => {
  const meters = createTaskMeters(labels);
  const cloud = createRecordingMetrics();
  const metrics = meters.tee(cloud);
  meters.consumer.follow(() => undefined);
  meters.consumer.observeBatch({ events: 40, applyMs: 30 });
  meters.consumer.observeBatch({ events: 4_000, applyMs: 700 });
  meters.consumer.countRetry('kafka');
  metrics.countError('acme_shop_connector', 'SchemaMismatch');
  expect(await ours(meters)).toEqual(
    expect.arrayContaining([
      'millrace_batch_size_sum{replication="7",client="1"} 4040',
      'millrace_batch_size_bucket{le="50",replication="7",client="1"} 1',
      'millrace_apply_seconds_count{replication="7",client="1"} 2',
      'millrace_retries_total{hop="kafka",replication="7",client="1"} 1',
      'millrace_errors_total{code="SchemaMismatch",replication="7",client="1"} 1',
    ]),
  );
  expect(cloud.errors).toEqual(['SchemaMismatch']);
});

test('shows the rows of a copy only where something is copied, and none of a consumer there', async () => {
  const meters = createTaskMeters(labels);
  const cloud = createRecordingMetrics();
  const metrics = meters.tee(cloud);
  expect(await ours(meters)).toEqual([]);
  metrics.emit('acme_shop_connector', { [metricNames.copyRows]: 20_000 });
  metrics.emit('acme_shop_connector', { [metricNames.copyRows]: 5, [metricNames.copyRowsPerSecond]: 900 });
  expect(await ours(meters)).toEqual([
    'millrace_copy_rows_total{replication="7",client="1"} 20005',
    'millrace_copy_rows_per_second{replication="7",client="1"} 900',
  ]);
  expect(cloud.emitted).toHaveLength(2);
});

test('is read over HTTP on a free port, at /metrics only', async () => {
  const server = await openMetricsServer({
    host: '127.0.0.1',
    port: 0,
    page: (path) => (path === '/metrics' ? createTaskMeters(labels).format() : undefined),
  });
  try {
    const base = `http://127.0.0.1:${server.port}`;
    const found = await fetch(`${base}/metrics`);
    expect(found.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    expect(await found.text()).toContain('process_cpu_seconds_total{replication="7",client="1"}');
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(404);
  } finally {
    await server.close();
  }
});

test('answers 500 without details when the figures cannot be read', async () => {
  const server = await openMetricsServer({
    host: '127.0.0.1',
    port: 0,
    page: () => Promise.reject(new Error('a password')),
  });
  try {
    const failed = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect([failed.status, await failed.text()]).toEqual([500, 'The metrics could not be read.\n']);
  } finally {
    await server.close();
  }
});
