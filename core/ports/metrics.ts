import type { metricNames } from '../contracts/environment.ts';
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

/** What only the API counts. */
export interface ApiMetricsPort {
  /** Adds one to `ApiFaults` of the environment: an answer of 5xx for which no client's database is to blame. */
  countApiFault(): void;
}
