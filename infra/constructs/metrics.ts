import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricDimensions, type metricNames, metricNamespace } from '#core/contracts/environment.ts';

export type MetricName = (typeof metricNames)[keyof typeof metricNames];
export type Statistic = 'Average' | 'Maximum' | 'Minimum' | 'Sum';

/** The copy of a metric that has only the environment as its dimension: all replications together. */
export const serviceMetric = (
  environment: string,
  metricName: MetricName,
  statistic: Statistic,
  period: Duration,
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { [metricDimensions.environment]: environment },
    statistic,
    period,
  });

/** A metric of one replication. */
export const connectorMetric = (
  environment: string,
  connector: string,
  metricName: MetricName,
  statistic: Statistic,
  period: Duration,
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: {
      [metricDimensions.environment]: environment,
      [metricDimensions.connector]: connector,
    },
    statistic,
    period,
  });

const searched = (
  dimension: Exclude<keyof typeof metricDimensions, 'environment'>,
  environment: string,
  metricName: MetricName,
): string =>
  `{${metricNamespace},${metricDimensions.environment},${metricDimensions[dimension]}} ` +
  `MetricName="${metricName}" ${metricDimensions.environment}="${environment}"`;

/** A search that finds each connector which has written a metric. */
export const connectorsWith = (environment: string, metricName: MetricName): string =>
  searched('connector', environment, metricName);

/** One line for each value of `dimension` (connectors or codes), found when the dashboard is shown. */
export const metricBy = (
  dimension: Exclude<keyof typeof metricDimensions, 'environment'>,
  environment: string,
  metricName: MetricName,
  statistic: Statistic,
  period: Duration,
): MathExpression => {
  const search = searched(dimension, environment, metricName);
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', ${period.toSeconds()})`,
    label: '',
    usingMetrics: {},
    period,
  });
};

/** Of a broker (Amazon MSK, DEFAULT and PER_BROKER level): percent of its data volume, and its partitions. */
export type KafkaMetricName = 'KafkaDataLogsDiskUsed' | 'PartitionCount' | 'UnderReplicatedPartitions';

export const kafkaMetric = (clusterName: string, broker: number, metricName: KafkaMetricName): Metric =>
  new Metric({
    namespace: 'AWS/Kafka',
    metricName,
    dimensionsMap: { 'Cluster Name': clusterName, 'Broker ID': String(broker) },
    statistic: 'Maximum',
  });
