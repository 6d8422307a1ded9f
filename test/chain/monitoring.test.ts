import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { preparePrometheus } from '../../local/downloads.ts';
import { startStack } from '../../local/stack.ts';
import { fillQuery, readDashboards } from '../kit/dashboards.ts';
import {
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  waitFor,
} from './harness.ts';

const hasPrometheus = await preparePrometheus().then(
  () => true,
  (error: unknown) => {
    if (error instanceof MillraceError && error.code === 'PrerequisiteMissing') return false;
    throw error;
  },
);
/** Skipped where neither this machine nor its Debian packages have a Prometheus. */
const describeWithPrometheus = hasPrometheus ? describe : describe.skip;

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describeWithPrometheus('what a Prometheus reads of a live replication', () => {
  let tenant: Tenant;
  let id: number;
  let connectorName: string;
  let url: string;

  beforeAll(async () => {
    const { state } = await startStack({ with: ['monitoring'] });
    url = state.prometheus?.url ?? '';
    tenant = await createTenant('monitored');
    await tenant.source.query(`
      CREATE TABLE events (id int PRIMARY KEY, note text);
      INSERT INTO events SELECT n, 'note' FROM generate_series(1, 1000) n`);
    ({ id, connectorName } = await createReplication(tenant, [{ source: { table: 'events' } }]));
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await tenant.source.query(`
      INSERT INTO events SELECT n, 'later' FROM generate_series(1001, 1100) n;
      UPDATE events SET note = 'changed' WHERE id <= 30;
      DELETE FROM events WHERE id > 1093`);
    const rows = `SELECT id::text, note FROM events ORDER BY id`;
    await awaitEqual(tenant, rows, rows.replace('events', `${tenant.databaseName}_events`));
  });
  afterAll(async () => {
    await tenant?.api.post(`/replications/${id}/stop`);
    await tenant?.close();
  });

  const query = async (text: string): Promise<readonly Sample[]> => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text })}`);
    const answer = (await response.json()) as { status: string; error?: string; data: { result: Sample[] } };
    if (answer.status !== 'success') throw new Error(`${text}: ${answer.error}`);
    return answer.data.result;
  };
  /** Waits until the query has one sample with a value that `isRight` says yes to. */
  const awaitValue = (
    text: string,
    isRight: (value: number) => boolean,
    timeoutMs = 60_000,
  ): Promise<number> =>
    waitFor(
      text,
      timeoutMs,
      async () => {
        const found = await query(text);
        const value = Number(found[0]?.value[1]);
        return found.length === 1 && isRight(value) ? value : undefined;
      },
      () => query(text),
    );
  const ofOurs = (name: string, more = ''): string => `${name}{replication="${id}"${more}}`;

  test('the consumer shows its own work', async () => {
    await awaitValue(ofOurs('millrace_applied_total', ',op="insert"'), (value) => value === 100);
    await awaitValue(ofOurs('millrace_applied_total', ',op="update"'), (value) => value === 30);
    await awaitValue(ofOurs('millrace_applied_total', ',op="delete"'), (value) => value === 7);
    await awaitValue(ofOurs('millrace_lag_events', ',hop="target"'), (value) => value === 0);
    await awaitValue(ofOurs('millrace_lag_seconds', ',hop="target"'), (value) => value === 0);
    await awaitValue(ofOurs('millrace_batch_size_sum'), (value) => value === 137);
    await awaitValue(ofOurs('millrace_apply_seconds_count'), (value) => value >= 1);
    await awaitValue(ofOurs('millrace_heartbeat_age_seconds', ',seen_by="consumer"'), (value) => value < 60);
    const [sample] = await query(ofOurs('millrace_lag_events'));
    expect(sample?.metric).toMatchObject({ job: 'millrace-tasks', role: 'consumer' });
  });

  test('the API shows what the health check has found', async () => {
    // The next check looks at it within a minute.
    await awaitValue(
      ofOurs('millrace_replication_health', ',overall="healthy"'),
      (value) => value === 1,
      120_000,
    );
    await awaitValue(ofOurs('millrace_table_state', ',state="live"'), (value) => value === 1, 90_000);
    await awaitValue(ofOurs('millrace_lag_seconds', ',hop="capture"'), (value) => value < 60, 90_000);
    await awaitValue(ofOurs('millrace_source_retained_bytes'), (value) => value >= 0);
    await awaitValue(
      ofOurs('millrace_heartbeat_age_seconds', ',seen_by="health-check"'),
      (value) => value < 120,
    );
    await awaitValue(ofOurs('millrace_health_age_seconds'), (value) => value < 120);
    const [info] = await query(ofOurs('millrace_replication_info'));
    expect(info?.metric).toMatchObject({ connector: connectorName, job: 'millrace-control' });
  });

  test("Connect shows Debezium's figures under their usual names", async () => {
    const { config } = await statusOf(tenant, id);
    const capture = `{name="${config.kafka_topic_prefix}",context="streaming"}`;
    await awaitValue(`debezium_metrics_Connected${capture}`, (value) => value === 1);
    // 100 inserts, 30 updates and 7 deletes; each delete comes with a tombstone, and heartbeats may come in between.
    await awaitValue(`debezium_metrics_TotalNumberOfEventsSeen${capture}`, (value) => value >= 137);
    await awaitValue(`debezium_metrics_MilliSecondsBehindSource${capture}`, () => true);
    await awaitValue(
      `kafka_connect_connector_status{connector="${connectorName}",status="running"}`,
      (value) => value === 1,
    );
    await awaitValue('sum(kafka_connect_worker_metrics_connector_count)', (value) => value >= 1);
  });

  test('every panel of the dashboards asks what Prometheus can answer, and most have something to show', async () => {
    // Nothing is at fault, retried or copied by a task in this test.
    const empty = new Set([
      'What is at fault now',
      'Tasks FAILED',
      'Minutes until the source removes log that was not captured',
      'Retries, by the hop at fault',
      'Errors that repeating did not cure, by code',
      'Healing, by action',
      'Rows copied each second',
    ]);
    const silent: string[] = [];
    for (const dashboard of readDashboards()) {
      for (const { title, targets } of dashboard.panels) {
        for (const { expr } of targets) {
          const found = await query(fillQuery(expr, dashboard, '5m'));
          if (found.length === 0 && !empty.has(title)) silent.push(`${dashboard.title}: ${title}`);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  test('the rules are loaded, and no alert is about the healthy replication', async () => {
    const response = await fetch(`${url}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: {
        groups: { rules: { name: string; health: string; alerts: { labels: Record<string, string> }[] }[] }[];
      };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ health }) => health !== 'ok').map(({ name }) => name)).toEqual([]);
    const ours = rules.flatMap(({ name, alerts }) =>
      alerts.filter(({ labels }) => labels.replication === String(id)).map(() => name),
    );
    expect(ours).toEqual([]);
  });

  test('a task that has ended is no target any more', async () => {
    await tenant.api.post(`/replications/${id}/stop`);
    await waitFor(
      'the consumer to be gone from the targets',
      60_000,
      async () => ((await query(ofOurs('millrace_lag_events'))).length === 0 ? true : undefined),
      () => query(ofOurs('millrace_lag_events')),
    );
    await awaitValue(ofOurs('millrace_replication_status', ',status="stopped"'), (value) => value === 1);
  });
});
