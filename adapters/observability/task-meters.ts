import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { metricNames } from '#core/contracts/environment.ts';
import type { ConsumerMeters, ConsumerReadings, MetricsPort } from '#core/ports/metrics.ts';

/** From one event to what one batch may have. */
const batchBuckets = [1, 10, 50, 100, 500, 1_000, 2_000, 5_000];
const applySecondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What a task measures of itself, for a Prometheus to read. */
export interface TaskMeters {
  readonly consumer: ConsumerMeters;
  /** Passes everything on to `next`, and shows what tasks show of it. */
  tee(next: MetricsPort): MetricsPort;
  /** In Prometheus' text format. */
  format(): Promise<string>;
}

/** `labels` are on every figure of the replication: its number and that of its client. `ofProcess`: with the figures of Node itself. */
export const createTaskMeters = (
  labels: Readonly<Record<string, string>>,
  { ofProcess }: { readonly ofProcess: boolean } = { ofProcess: true },
): TaskMeters => {
  const registry = new Registry();
  registry.setDefaultLabels({ ...labels });
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const errors = new Counter({
    name: 'millrace_errors_total',
    help: 'Errors that repeating did not cure, by code, since the task began.',
    labelNames: ['code'],
    registers,
  });
  const copiedRows = new Counter({
    name: 'millrace_copy_rows_total',
    help: 'Rows copied by this task.',
    registers: [],
  });
  const copyRate = new Gauge({
    name: 'millrace_copy_rows_per_second',
    help: 'Rows that this task copies each second.',
    registers: [],
  });
  /** Only a task that copies shows how much: a metric without a value would read 0. */
  const showCopy = (): void => {
    if (registry.getSingleMetric('millrace_copy_rows_total') !== undefined) return;
    registry.registerMetric(copiedRows);
    registry.registerMetric(copyRate);
  };

  return {
    consumer: createConsumerMeters(registry),
    tee: (next) => ({
      emit: (connectorName, values) => {
        next.emit(connectorName, values);
        const rows = values[metricNames.copyRows];
        const rate = values[metricNames.copyRowsPerSecond];
        if (rows === undefined && rate === undefined) return;
        showCopy();
        if (rows !== undefined && rows >= 0) copiedRows.inc(rows);
        if (rate !== undefined && Number.isFinite(rate)) copyRate.set(rate);
      },
      countError: (connectorName, code) => {
        next.countError(connectorName, code);
        errors.inc({ code });
      },
    }),
    format: () => registry.metrics(),
  };
};

/** The figures of a consumer appear when it first tells them, so that a copy worker shows none. */
const createConsumerMeters = (registry: Registry): ConsumerMeters => {
  const retries = new Counter({
    name: 'millrace_retries_total',
    help: 'Failures that pass, each tried again, by the hop at fault, since the task began.',
    labelNames: ['hop'],
    registers: [registry],
  });
  let isFollowed = false;
  const batchSize = new Histogram({
    name: 'millrace_batch_size',
    help: 'Changes in each transaction of the target.',
    buckets: batchBuckets,
    registers: [],
  });
  const applySeconds = new Histogram({
    name: 'millrace_apply_seconds',
    help: 'Time that the target took for each batch, from the first statement to the commit.',
    buckets: applySecondsBuckets,
    registers: [],
  });
  return {
    countRetry: (hop) => retries.inc({ hop }),
    observeBatch: ({ events, applyMs }) => {
      batchSize.observe(events);
      applySeconds.observe(Math.max(0, applyMs) / 1000);
    },
    follow: (read) => {
      if (isFollowed) return;
      isFollowed = true;
      registry.registerMetric(batchSize);
      registry.registerMetric(applySeconds);
      registerReadings(registry, read);
    },
  };
};

const registerReadings = (registry: Registry, read: () => ConsumerReadings | undefined): void => {
  const registers = [registry];
  const setOrLeaveOut = (gauge: Gauge<string>, labels: Record<string, string>, value: number | undefined) => {
    gauge.reset();
    if (value === undefined) gauge.remove(labels);
    else gauge.set(labels, value);
  };
  new Counter({
    name: 'millrace_applied_total',
    help: 'Changes applied to the target since the replication was created, by operation.',
    labelNames: ['op'],
    registers,
    collect() {
      const applied = read()?.applied;
      this.reset();
      if (applied === undefined) return;
      this.inc({ op: 'insert' }, applied.inserts);
      this.inc({ op: 'update' }, applied.updates);
      this.inc({ op: 'delete' }, applied.deletes);
      this.inc({ op: 'truncate' }, applied.truncates);
    },
  });
  new Counter({
    name: 'millrace_duplicates_skipped_total',
    help: 'Changes that Kafka delivered again and that were applied already, since the replication was created.',
    labelNames: ['hop'],
    registers,
    collect() {
      const applied = read()?.applied;
      this.reset();
      if (applied !== undefined) this.inc({ hop: 'consumer' }, applied.duplicatesSkipped);
    },
  });
  new Gauge({
    name: 'millrace_lag_seconds',
    help:
      'Age of the oldest change that has not passed a hop. Target: from Kafka into the tables; while nobody can tell, the ' +
      'most that it can be.',
    labelNames: ['hop'],
    registers,
    collect() {
      const lagMs = read()?.lagMs;
      setOrLeaveOut(this, { hop: 'target' }, lagMs === undefined ? undefined : lagMs / 1000);
    },
  });
  new Gauge({
    name: 'millrace_lag_events',
    help: 'Changes in Kafka that are not applied. Absent while nobody can tell.',
    labelNames: ['hop'],
    registers,
    collect() {
      setOrLeaveOut(this, { hop: 'target' }, read()?.lagEvents);
    },
  });
  new Gauge({
    name: 'millrace_heartbeat_age_seconds',
    help: 'Time since the last heartbeat of the consumer that was stored.',
    labelNames: ['seen_by'],
    registers,
    collect() {
      const ageMs = read()?.heartbeatAgeMs;
      setOrLeaveOut(this, { seen_by: 'consumer' }, ageMs === undefined ? undefined : ageMs / 1000);
    },
  });
};
