import { expect, test } from '@jest/globals';
import { formatMetrics } from '#adapters/observability/metrics-text.ts';
import type { HealthRecord } from '#core/contracts/health-record.ts';
import { replicationMetrics } from '#core/status/replication-metrics.ts';
import { sampleReplication } from '#test/kit/memory-store.ts';

const record: HealthRecord = {
  at: '2026-03-01T12:00:00.000Z',
  overall: 'degraded',
  since: '2026-03-01T11:50:00.000Z',
  faults: [
    { condition: 'table-held', hop: 'target', since: '2026-03-01T11:50:00.000Z' },
    { condition: 'table-held', hop: 'target', since: '2026-03-01T11:51:00.000Z' },
  ],
  figures: {
    captureLagMs: 90_000,
    captureLagBytes: 4_096,
    retainedBytes: 1_000_000,
    minutesToFull: 42,
    heartbeatAgeMs: 4_500,
    deadLetterRows: 12,
    tables: { live: 3, held: 2 },
  },
};
const now = new Date('2026-03-01T12:00:30.000Z');

const linesOf = async (
  change: Parameters<typeof sampleReplication>[0],
  known: HealthRecord | undefined = record,
): Promise<readonly string[]> => {
  const replication = sampleReplication(change);
  const heals = { 'restart-consumer': 2 };
  const text = await formatMetrics(replicationMetrics([{ replication, record: known, heals }], now));
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
};

test('shows what the last health check found', async () => {
  expect(await linesOf({ status: 'active' })).toEqual([
    'millrace_replication_info{replication="7",client="1",name="shop to warehouse",connector="acme_shop_connector"} 1',
    'millrace_replication_status{replication="7",client="1",status="active"} 1',
    'millrace_replication_health{replication="7",client="1",overall="healthy"} 0',
    'millrace_replication_health{replication="7",client="1",overall="degraded"} 1',
    'millrace_replication_health{replication="7",client="1",overall="failed"} 0',
    'millrace_replication_health{replication="7",client="1",overall="starting"} 0',
    'millrace_replication_health{replication="7",client="1",overall="paused"} 0',
    'millrace_replication_health{replication="7",client="1",overall="stopped"} 0',
    'millrace_fault{replication="7",client="1",condition="table-held",hop="target"} 1',
    'millrace_health_age_seconds{replication="7",client="1"} 30',
    'millrace_lag_seconds{replication="7",client="1",hop="capture"} 90',
    'millrace_lag_bytes{replication="7",client="1",hop="capture"} 4096',
    'millrace_source_retained_bytes{replication="7",client="1"} 1000000',
    'millrace_source_minutes_to_full{replication="7",client="1"} 42',
    'millrace_heartbeat_age_seconds{replication="7",client="1",seen_by="health-check"} 4.5',
    'millrace_dead_letters{replication="7",client="1"} 12',
    'millrace_table_state{replication="7",client="1",state="pending"} 0',
    'millrace_table_state{replication="7",client="1",state="copying"} 0',
    'millrace_table_state{replication="7",client="1",state="catching-up"} 0',
    'millrace_table_state{replication="7",client="1",state="live"} 3',
    'millrace_table_state{replication="7",client="1",state="skipped"} 0',
    'millrace_table_state{replication="7",client="1",state="held"} 2',
    'millrace_heal_total{replication="7",client="1",action="restart-consumer"} 2',
  ]);
});

test('a replication that was stopped shows no health of before', async () => {
  expect((await linesOf({ status: 'stopped' })).map((line) => line.split('{')[0])).toEqual([
    'millrace_replication_info',
    'millrace_replication_status',
    'millrace_heal_total',
  ]);
});

test('a record of an older version, or none at all, shows no figure as 0', async () => {
  const { figures: _figures, ...older } = record;
  const names = (await linesOf({ status: 'active' }, older)).map((line) => line.split('{')[0]);
  expect(names).toContain('millrace_replication_health');
  expect(names).not.toContain('millrace_lag_seconds');
  expect(names).not.toContain('millrace_table_state');
});

test('names that people choose cannot break the format', async () => {
  const [info] = await linesOf({ name: 'a "b"\\c\nd' });
  expect(info).toContain('name="a \\"b\\"\\\\c\\nd"');
});
