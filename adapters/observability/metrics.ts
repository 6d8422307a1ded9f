import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricDimensions, metricNames, metricNamespace } from '#core/contracts/environment.ts';
import type {
  ApiMetricsPort,
  MetricName,
  MetricsPort,
  MetricValues,
  TotalsPort,
} from '#core/ports/metrics.ts';

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

const unitOf = (name: MetricName): Unit => {
  if (name.endsWith('PerSecond')) return MetricUnit.CountPerSecond;
  if (name.endsWith('Ms')) return MetricUnit.Milliseconds;
  if (name.endsWith('Bytes')) return MetricUnit.Bytes;
  return MetricUnit.Count;
};

/** Powertools warns whenever two dimension sets share a name, which ours do on purpose. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface MetricsOptions {
  /** MILLRACE_ENVIRONMENT. */
  readonly environment: string;
  /** Where lines go; stdout unless a test reads them. */
  readonly output?: NodeJS.WritableStream;
}

/**
 * CloudWatch's embedded metric format: JSON lines on stdout from which CloudWatch Logs makes metrics, in Lambdas as in
 * tasks (awslogs driver). A line is written at once, so nothing is lost when the process is killed later.
 */
export const createMetrics = ({
  environment,
  output = process.stdout,
}: MetricsOptions): MetricsPort & ApiMetricsPort & TotalsPort => {
  const metrics = new Metrics({ namespace: metricNamespace, logger: silent });
  // Powertools adds a dimension `service` to everything; alarms are built on exactly our dimensions.
  metrics.clearDefaultDimensions();

  const write = (values: MetricValues, dimensionSets: readonly Readonly<Record<string, string>>[]): void => {
    const entries = Object.entries(values).filter(
      ([, value]) => value !== undefined && Number.isFinite(value),
    );
    if (entries.length === 0) return;
    try {
      for (const set of dimensionSets) metrics.addDimensions({ ...set });
      for (const [name, value] of entries) metrics.addMetric(name, unitOf(name as MetricName), value);
      output.write(`${JSON.stringify(metrics.serializeMetrics())}\n`);
    } catch {
      // A metric must never stop a replication; the port says that what cannot be written is lost.
    } finally {
      metrics.clearMetrics();
      metrics.clearDimensions();
    }
  };

  const whole = { [metricDimensions.environment]: environment };
  const perConnector = (connectorName: string) => ({ ...whole, [metricDimensions.connector]: connectorName });

  return {
    emit: (connectorName, values) => write(values, [whole, perConnector(connectorName)]),
    emitTotals: (values) => write(values, [whole]),
    countError: (connectorName, code) =>
      write({ [metricNames.errors]: 1 }, [
        whole,
        perConnector(connectorName),
        { ...whole, [metricDimensions.code]: code },
      ]),
    countApiFault: () => write({ [metricNames.apiFaults]: 1 }, [whole]),
  };
};
