import { tableStateSchema } from '../contracts/copy.ts';
import { type HealthRecord, overallHealthSchema } from '../contracts/health-record.ts';
import type { Replication } from '../contracts/replication.ts';
import type { MetricFamily } from '../ports/metric-families.ts';
import type { HealCounts } from '../ports/state-store.ts';

/** What is known of a replication that its metrics are made of. */
export interface MeasuredReplication {
  readonly replication: Replication;
  /** What the health check found last; undefined before it has looked. */
  readonly record: HealthRecord | undefined;
  readonly heals: HealCounts;
}

type Sample = MetricFamily['samples'][number];
type Measure = (measured: MeasuredReplication, labels: Sample['labels'], now: Date) => readonly Sample[];

interface Definition extends Omit<MetricFamily, 'samples'> {
  readonly measure: Measure;
}

/** The statuses in which the health check writes down what it finds. What it found before says nothing in the others. */
const watchedStatuses: readonly Replication['status'][] = [
  'starting',
  'active',
  'paused',
  'error',
  'needs-resync',
];

const currentRecord = ({ replication, record }: MeasuredReplication): HealthRecord | undefined =>
  watchedStatuses.includes(replication.status) ? record : undefined;

/** One figure of the last health check, where it was known. */
const figure =
  (
    read: (figures: NonNullable<HealthRecord['figures']>) => number | undefined,
    more: Sample['labels'] = {},
  ): Measure =>
  (measured, labels) => {
    const figures = currentRecord(measured)?.figures;
    const value = figures === undefined ? undefined : read(figures);
    return value === undefined ? [] : [{ labels: { ...labels, ...more }, value }];
  };

const inSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

const definitions: readonly Definition[] = [
  {
    name: 'millrace_replication_info',
    help: 'Each replication, with its name and that of its connector.',
    type: 'gauge',
    measure: ({ replication }, labels) => [
      { labels: { ...labels, name: replication.name, connector: replication.connectorName }, value: 1 },
    ],
  },
  {
    name: 'millrace_replication_status',
    help: 'The status of each replication: 1 for the one that it has.',
    type: 'gauge',
    measure: ({ replication }, labels) => [{ labels: { ...labels, status: replication.status }, value: 1 }],
  },
  {
    name: 'millrace_replication_health',
    help: 'What the last health check found: 1 for what it is, 0 for the others.',
    type: 'gauge',
    measure: (measured, labels) => {
      const record = currentRecord(measured);
      if (record === undefined) return [];
      return overallHealthSchema.options.map((overall) => ({
        labels: { ...labels, overall },
        value: record.overall === overall ? 1 : 0,
      }));
    },
  },
  {
    name: 'millrace_fault',
    help: 'What keeps a replication from being healthy, and at which hop. The runbook has a section for each condition.',
    type: 'gauge',
    measure: (measured, labels) =>
      uniqueFaults(currentRecord(measured)).map(({ condition, hop }) => ({
        labels: { ...labels, condition, hop },
        value: 1,
      })),
  },
  {
    name: 'millrace_health_age_seconds',
    help: 'Time since the last health check of a replication; all figures of this page are as old.',
    type: 'gauge',
    measure: (measured, labels, now) => {
      const record = currentRecord(measured);
      if (record === undefined) return [];
      return [{ labels, value: Math.max(0, now.getTime() - Date.parse(record.at)) / 1000 }];
    },
  },
  {
    name: 'millrace_lag_seconds',
    help: 'Age of the oldest change that has not passed a hop. Capture: from the log of the source into Kafka.',
    type: 'gauge',
    measure: figure(({ captureLagMs }) => inSeconds(captureLagMs), { hop: 'capture' }),
  },
  {
    name: 'millrace_lag_bytes',
    help: 'Bytes of the log of the source that capture has not passed.',
    type: 'gauge',
    measure: figure(({ captureLagBytes }) => captureLagBytes, { hop: 'capture' }),
  },
  {
    name: 'millrace_source_retained_bytes',
    help: 'Bytes of log that the source keeps for the replication.',
    type: 'gauge',
    measure: figure(({ retainedBytes }) => retainedBytes),
  },
  {
    name: 'millrace_source_minutes_to_full',
    help: 'Minutes until the source removes log that was not captured, if it grows on as now.',
    type: 'gauge',
    measure: figure(({ minutesToFull }) => minutesToFull),
  },
  {
    name: 'millrace_heartbeat_age_seconds',
    help: 'Time since the consumer was last heard of, at the last health check.',
    type: 'gauge',
    measure: figure(({ heartbeatAgeMs }) => inSeconds(heartbeatAgeMs), { seen_by: 'health-check' }),
  },
  {
    name: 'millrace_dead_letters',
    help: 'Rows that are known to differ from the source, because the target has refused changes of them.',
    type: 'gauge',
    measure: figure(({ deadLetterRows }) => deadLetterRows),
  },
  {
    name: 'millrace_table_state',
    help: 'How many tables of a replication are in each state.',
    type: 'gauge',
    measure: (measured, labels) => {
      const tables = currentRecord(measured)?.figures?.tables;
      if (tables === undefined) return [];
      return tableStateSchema.options.map((state) => ({
        labels: { ...labels, state },
        value: tables[state] ?? 0,
      }));
    },
  },
  {
    name: 'millrace_heal_total',
    help: 'What the health checks did to heal a replication, by action, also what failed.',
    type: 'counter',
    measure: ({ heals }, labels) =>
      Object.entries(heals).map(([action, value]) => ({ labels: { ...labels, action }, value })),
  },
];

/** A condition can hold for several tables; here it counts once. */
const uniqueFaults = (record: HealthRecord | undefined): HealthRecord['faults'] => [
  ...new Map((record?.faults ?? []).map((fault) => [`${fault.condition} ${fault.hop}`, fault])).values(),
];

/** What only the health check knows, as metrics. What a consumer knows of itself, it shows itself. Pure. */
export const replicationMetrics = (
  measured: readonly MeasuredReplication[],
  now: Date,
): readonly MetricFamily[] =>
  definitions.map(({ measure, ...family }) => ({
    ...family,
    samples: measured.flatMap((one) => measure(one, labelsOf(one.replication), now)),
  }));

/** By numbers, which never change; `millrace_replication_info` has the names. */
export const labelsOf = ({
  replicationId,
  clientId,
}: Pick<Replication, 'replicationId' | 'clientId'>): Readonly<Record<'replication' | 'client', string>> => ({
  replication: String(replicationId),
  client: String(clientId),
});
