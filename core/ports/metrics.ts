import type { AppliedCounts } from '../contracts/consumer.ts';
import type { metricNames } from '../contracts/environment.ts';
import type { Hop } from '../contracts/hop.ts';
import type { ErrorCode } from '../errors/error-policies.ts';

export type MetricName = (typeof metricNames)[keyof typeof metricNames];

/** One value of a metric, in the unit that its name says (`...Ms`, `...PerSecond`) and otherwise a count. */
export type MetricValues = Partial<Readonly<Record<MetricName, number>>>;

/**
 * Metrics in the namespace `metricNamespace`. Never throws; what cannot be written is lost. Each value is emitted for
 * the replication's connector and once more for the environment as a whole.
 */
export interface MetricsPort {
  emit(connectorName: string, values: MetricValues): void;
  /** Adds one to `Errors` for the connector, for the environment, and for the code within the environment. */
  countError(connectorName: string, code: ErrorCode): void;
}

/** What a consumer knows of itself at one moment. Figures that are not known are absent. */
export interface ConsumerReadings {
  /** Since the replication was created. */
  readonly applied: AppliedCounts;
  /** From Kafka into the tables; while nobody can tell, the most that it can be. */
  readonly lagMs: number;
  readonly lagEvents?: number;
  /** Since the last heartbeat that was stored. */
  readonly heartbeatAgeMs?: number;
}

/** What a consumer shows to those who read its metrics from itself. Never throws. */
export interface ConsumerMeters {
  /** Something failed for a reason that passes, and is about to be tried again. `hop` is where the fault is. */
  countRetry(hop: Hop): void;
  /** The target has committed a batch of `events` changes, `applyMs` after it was given to the target. */
  observeBatch(batch: { readonly events: number; readonly applyMs: number }): void;
  /** `read` is called whenever someone reads the metrics; undefined before anything is known. */
  follow(read: () => ConsumerReadings | undefined): void;
}

/** Values of the environment as a whole, which are no connector's. */
export interface TotalsPort {
  emitTotals(values: MetricValues): void;
}

/** What only the API counts. */
export interface ApiMetricsPort {
  /** Adds one to `ApiFaults` of the environment: an answer of 5xx for which no client's database is to blame. */
  countApiFault(): void;
}
