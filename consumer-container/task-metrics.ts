import { randomUUID } from 'node:crypto';
import { readTaskAddress } from '#adapters/aws/task-address.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { type MetricsServer, openMetricsServer } from '#adapters/observability/metrics-server.ts';
import { createTaskMeters } from '#adapters/observability/task-meters.ts';
import type { MetricsEnvironment } from '#core/contracts/environment.ts';
import { announceIntervalMs, type MetricsTarget } from '#core/contracts/metrics-target.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConsumerMeters, MetricsPort } from '#core/ports/metrics.ts';
import type { MetricsStore } from '#core/ports/state-store.ts';
import { labelsOf } from '#core/status/replication-metrics.ts';

const loopback = '127.0.0.1';
const everyInterface = '0.0.0.0';

/** A store that does not answer holds up the end of a task no longer than this; what is stored ends by itself. */
const farewellMs = 5_000;

export interface TaskMetrics {
  /** To CloudWatch, and what of it a Prometheus reads. */
  readonly metrics: MetricsPort;
  readonly meters: ConsumerMeters;
  close(): Promise<void>;
}

export interface TaskMetricsOptions {
  readonly environmentName: string;
  readonly settings: MetricsEnvironment;
  readonly variables: NodeJS.ProcessEnv;
  readonly role: MetricsTarget['role'];
  readonly replication: Pick<Replication, 'replicationId' | 'clientId'>;
  readonly store: Pick<MetricsStore, 'putMetricsTarget' | 'removeMetricsTarget'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The metrics of a task: lines for CloudWatch, and `GET /metrics` for a Prometheus, whose address is stored every minute so that
 * the API can list it. A replication never stops for its metrics: what fails here is logged once, and the task goes on.
 */
export const openTaskMetrics = async (options: TaskMetricsOptions): Promise<TaskMetrics> => {
  const { replication, environmentName, clock, log } = options;
  const meters = createTaskMeters(labelsOf(replication));
  const metrics = meters.tee(createMetrics({ environment: environmentName }));
  const ended = new AbortController();
  let server: MetricsServer | undefined;
  let announcing: Promise<void> = Promise.resolve();
  try {
    const { host, address } = await placeOf(options);
    server = await openMetricsServer({
      host,
      port: options.settings.MILLRACE_METRICS_PORT,
      format: meters.format,
    });
    announcing = announce(`${address}:${server.port}`, options, ended.signal);
  } catch (error) {
    log.warn('Could not show metrics for a Prometheus; the task goes on without', { error });
  }
  return {
    metrics,
    meters: meters.consumer,
    close: async () => {
      ended.abort();
      await server?.close();
      await Promise.race([announcing, clock.sleep(farewellMs)]);
    },
  };
};

const placeOf = async ({
  settings,
  variables,
}: TaskMetricsOptions): Promise<{ readonly host: string; readonly address: string }> =>
  settings.MILLRACE_METRICS_HOST === 'loopback'
    ? { host: loopback, address: loopback }
    : { host: everyInterface, address: await readTaskAddress(variables) };

/** Stores the address now and every minute, and removes it at the end. */
const announce = async (
  address: string,
  { role, replication, store, clock, log }: TaskMetricsOptions,
  ended: AbortSignal,
): Promise<void> => {
  const { replicationId, clientId } = replication;
  const place = { clientId, replicationId, role, taskId: randomUUID(), address };
  let isKnown = true;
  while (!ended.aborted) {
    try {
      await store.putMetricsTarget({ ...place, announcedAt: clock.now().toISOString() });
      isKnown = true;
    } catch (error) {
      if (isKnown)
        log.warn('Could not store where the metrics of this task are; trying again each minute', { error });
      isKnown = false;
    }
    await clock.sleep(announceIntervalMs, ended).catch(() => undefined);
  }
  await store.removeMetricsTarget(place).catch(() => undefined);
};
