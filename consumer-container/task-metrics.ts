import { randomUUID } from 'node:crypto';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { createTaskMeters } from '#adapters/observability/task-meters.ts';
import { announceIntervalMs, type MetricsTarget } from '#core/contracts/metrics-target.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConsumerMeters, MetricsPort } from '#core/ports/metrics.ts';
import type { MetricsStore } from '#core/ports/state-store.ts';
import { labelsOf } from '#core/status/replication-metrics.ts';
import { type MetricsPlace, type MetricsPlaceOptions, openMetricsPlace } from './metrics-place.ts';

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
  readonly role: MetricsTarget['role'];
  readonly replication: Pick<Replication, 'replicationId' | 'clientId'>;
  readonly store: Pick<MetricsStore, 'putMetricsTarget' | 'removeMetricsTarget'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The metrics of a task that works for one replication. Closing them closes the place, too. */
export const openTaskMetrics = async ({
  settings,
  variables,
  ...options
}: TaskMetricsOptions & Omit<MetricsPlaceOptions, 'log'>): Promise<TaskMetrics> => {
  const place = await openMetricsPlace({ settings, variables, log: options.log });
  const metrics = showMetrics(place, options);
  return {
    ...metrics,
    close: async () => {
      await Promise.all([place.close(), metrics.close()]);
    },
  };
};

/** The page of a replication among those of a task that has several. */
export const pageOf = (replicationId: number): string => `/metrics/${replicationId}`;

/**
 * The metrics of a replication: lines for CloudWatch, and a page for a Prometheus at `place`, whose address is stored every minute so that
 * the API can list it. With a `path` of its own the page has no figures of the process, which others share.
 */
export const showMetrics = (
  place: Pick<MetricsPlace, 'address' | 'show'>,
  options: TaskMetricsOptions & { readonly path?: string },
): TaskMetrics => {
  const { replication, environmentName, clock, path } = options;
  const meters = createTaskMeters(labelsOf(replication), { ofProcess: path === undefined });
  const metrics = meters.tee(createMetrics({ environment: environmentName }));
  const ended = new AbortController();
  const hide = place.show(path ?? '/metrics', meters.format);
  const announcing =
    place.address === undefined ? Promise.resolve() : announce(place.address, options, ended.signal);
  return {
    metrics,
    meters: meters.consumer,
    close: async () => {
      ended.abort();
      hide();
      await Promise.race([announcing, clock.sleep(farewellMs)]);
    },
  };
};

/** Stores the address now and every minute, and removes it at the end. */
const announce = async (
  address: string,
  { role, replication, store, clock, log, path }: TaskMetricsOptions & { readonly path?: string },
  ended: AbortSignal,
): Promise<void> => {
  const { replicationId, clientId } = replication;
  const place = {
    ...{ clientId, replicationId, role, taskId: randomUUID(), address },
    ...(path !== undefined && { path }),
  };
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
