import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { heartbeatStaleAfterMs } from '#core/contracts/consumer.ts';
import { metricNames } from '#core/contracts/environment.ts';
import { type HealthFunctionName, healthFunctionNames } from '../config/functions.ts';
import { type KafkaMetricName, kafkaMetric, serviceMetric } from './metrics.ts';
import type { MillraceStack } from './millrace-stack.ts';

export interface AlarmSources {
  readonly alertTopic: ITopic;
  readonly stateMachine: StateMachine;
  readonly healthFunctions: Readonly<Record<HealthFunctionName, LambdaFunction>>;
  readonly undeliveredHealthChecks: IQueue;
  /** Messages of the queue of alerts that nobody could handle. */
  readonly unhandledAlerts: IQueue;
  readonly apiFunction: LambdaFunction;
  /** Of the API, as API Gateway measures it. */
  readonly api: { readonly name: string; readonly stage: string };
  readonly stateTableName: string;
  /** The names of the Lambdas of the state machines' steps: taken as exports of their stack, none of them could ever go. */
  readonly steps: readonly string[];
  /** Present when the Kafka cluster is ours. */
  readonly kafka?: KafkaCluster;
  /** Present when the Connect service is ours. */
  readonly connect?: ConnectService;
}

export interface ConnectService {
  readonly clusterName: string;
  readonly serviceName: string;
  readonly workers: number;
}

/** Brokers are numbered from 1. */
export interface KafkaCluster {
  readonly clusterName: string;
  readonly brokers: number;
  readonly instanceType: string;
}

export const alarmSeverities = ['high', 'low'] as const;
export type AlarmSeverity = (typeof alarmSeverities)[number];

interface AlarmDefinition {
  /** Names the alarm and its section in docs/runbook/README.md. */
  readonly name: string;
  /** `high`: data comes late or will, so someone is woken. `low`: it can wait for the morning. */
  readonly severity: AlarmSeverity;
  readonly description: string;
  readonly metric: IMetric;
  /** Goes off at this value and above it, or below it. */
  readonly when: { readonly atLeast: number } | { readonly below: number };
  /** How many periods in a row. */
  readonly periods: number;
  /** A metric that is only written when there is something to say is missing when all is well. */
  readonly missingMeansAlarm?: true;
}

const oneMinute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);

/** Enough to be woken, and to bring capture back. */
const sourceLogMinutes = 4 * 60;

/** The section of the runbook about an alarm, relative to the repository. */
export const runbookSection = (alarm: string): string => `docs/runbook/README.md#${alarm}`;

/** Every alarm of an environment. Each speaks on the alert topic and has a section in the runbook. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(stack: MillraceStack, id: string, sources: AlarmSources) {
    super(stack, id);
    const { name: environment, lagAlarmMs } = stack.config;
    const definitions: readonly AlarmDefinition[] = [
      {
        name: 'stale-heartbeat',
        severity: 'high',
        description: 'A consumer has said nothing for two minutes, and healing has not brought it back.',
        metric: serviceMetric(environment, metricNames.heartbeatAgeMs, 'Maximum', oneMinute),
        // Stale is older than the limit: from the first whole millisecond above it.
        when: { atLeast: heartbeatStaleAfterMs + 1 },
        // The check runs every two minutes; the second period gives healing its first attempt.
        periods: 2,
      },
      {
        name: 'connector-failed',
        severity: 'high',
        description: 'A connector or one of its tasks is FAILED, and restarts have not helped.',
        metric: serviceMetric(environment, metricNames.connectorFailed, 'Maximum', oneMinute),
        when: { atLeast: 1 },
        periods: 3,
      },
      {
        name: 'lag',
        severity: 'high',
        description: `A target is more than ${lagAlarmMs / 1000} s behind its source, for five minutes.`,
        metric: serviceMetric(environment, metricNames.lagMs, 'Maximum', oneMinute),
        when: { atLeast: lagAlarmMs },
        periods: 5,
      },
      {
        name: 'capture-lag',
        severity: 'high',
        description: `Changes have waited more than ${lagAlarmMs / 1000} s in the log of a source, for five minutes.`,
        // The lag above it counts what Kafka has: behind a connector that stands still there is none.
        metric: serviceMetric(environment, metricNames.captureLagMs, 'Maximum', oneMinute),
        when: { atLeast: lagAlarmMs },
        periods: 5,
      },
      {
        name: 'source-log',
        severity: 'high',
        description: `In less than ${sourceLogMinutes / 60} hours a source removes log that was not captured, or its disk is full.`,
        metric: serviceMetric(environment, metricNames.sourceMinutesToFull, 'Minimum', oneMinute),
        when: { below: sourceLogMinutes },
        periods: 3,
      },
      {
        // It lasts as long as the state does: healing that gives up ends what the alarms above it measure.
        name: 'replication-failed',
        severity: 'high',
        description: 'A replication stands still until someone acts.',
        metric: serviceMetric(environment, metricNames.replicationsFailed, 'Maximum', oneMinute),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'start-failed',
        severity: 'low',
        description: 'A start of a replication ended with an error.',
        metric: sources.stateMachine.metricFailed({ period: oneMinute, statistic: 'Sum' }),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'start-timed-out',
        severity: 'low',
        description: 'A start of a replication ran out of time.',
        metric: sources.stateMachine.metricTimedOut({ period: oneMinute, statistic: 'Sum' }),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'api-errors',
        severity: 'high',
        description:
          'The API failed five or more times within five minutes, by a fault of its own or of what it is built on.',
        // Among API Gateway's 5xx are answers for which a client's database is to blame.
        metric: serviceMetric(environment, metricNames.apiFaults, 'Sum', fiveMinutes),
        when: { atLeast: 5 },
        periods: 1,
      },
      {
        name: 'api-crashed',
        severity: 'high',
        description: 'The api Lambda ended without an answer twice or more within five minutes.',
        metric: sources.apiFunction.metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
        when: { atLeast: 2 },
        periods: 1,
      },
      ...healthFunctionNames.flatMap((name): readonly AlarmDefinition[] => [
        {
          name: `${name}-errors`,
          severity: 'low',
          description: `The health check ${name} failed twice or more within five minutes.`,
          metric: sources.healthFunctions[name].metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
          when: { atLeast: 2 },
          periods: 1,
        },
        {
          name: `${name}-stopped`,
          severity: 'high',
          description: `The health check ${name} has not run for ten minutes: nothing heals.`,
          metric: sources.healthFunctions[name].metricInvocations({ period: fiveMinutes, statistic: 'Sum' }),
          when: { below: 1 },
          periods: 2,
          missingMeansAlarm: true,
        },
      ]),
      {
        name: 'alerts-undelivered',
        severity: 'low',
        description: 'An alert did not reach a channel for all clients, and no attempt is left.',
        metric: serviceMetric(environment, metricNames.alertsUndelivered, 'Sum', fiveMinutes),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'alerts-unhandled',
        severity: 'high',
        description: 'The function deliver-alerts could not handle a message of its queue.',
        metric: sources.unhandledAlerts.metricApproximateNumberOfMessagesVisible({
          period: oneMinute,
          statistic: 'Maximum',
        }),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'health-checks-undelivered',
        severity: 'low',
        description: 'EventBridge Scheduler could not invoke a health check.',
        metric: sources.undeliveredHealthChecks.metricApproximateNumberOfMessagesVisible({
          period: oneMinute,
          statistic: 'Maximum',
        }),
        when: { atLeast: 1 },
        periods: 1,
      },
    ];
    const all = [
      ...definitions,
      ...platformAlarms(sources),
      ...kafkaAlarms(sources.kafka),
      ...connectAlarms(sources.connect),
    ].filter(({ metric }) => stack.config.monitoring === 'full' || metric instanceof Metric);
    this.alarms = all.map((definition) => {
      const alarm = new Alarm(this, definition.name, {
        alarmName: stack.named(definition.name),
        alarmDescription: `Severity ${definition.severity}. ${definition.description} Runbook: ${runbookSection(definition.name)}`,
        metric: definition.metric,
        evaluationPeriods: definition.periods,
        treatMissingData:
          definition.missingMeansAlarm === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
        ...('below' in definition.when
          ? {
              threshold: definition.when.below,
              comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            }
          : {
              threshold: definition.when.atLeast,
              comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            }),
      });
      alarm.addAlarmAction(new SnsAction(sources.alertTopic));
      alarm.addOkAction(new SnsAction(sources.alertTopic));
      return alarm;
    });
    if (stack.config.monitoring === 'full') this.#summarize(stack, all);
  }

  /** One alarm for each severity, for a status page or an on-call tool. They are silent: each single alarm speaks by itself. */
  #summarize(stack: MillraceStack, definitions: readonly AlarmDefinition[]): void {
    for (const severity of alarmSeverities) {
      const alarms = this.alarms.filter((_alarm, index) => definitions[index]?.severity === severity);
      new CompositeAlarm(this, `any-${severity}`, {
        compositeAlarmName: stack.named(`any-${severity}`),
        alarmDescription: `An alarm of severity ${severity} has gone off.`,
        alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
      });
    }
  }
}

/** What the API and the steps are built on. */
const platformAlarms = ({ api, stateTableName, steps }: AlarmSources): readonly AlarmDefinition[] => [
  {
    name: 'api-slow',
    severity: 'low',
    description: 'One of a hundred answers of the API takes 10 s or longer; API Gateway gives up after 29 s.',
    metric: new Metric({
      namespace: 'AWS/ApiGateway',
      metricName: 'Latency',
      dimensionsMap: { ApiName: api.name, Stage: api.stage },
      statistic: 'p99',
      period: fiveMinutes,
    }),
    when: { atLeast: 10_000 },
    periods: 3,
  },
  {
    name: 'state-table-throttled',
    severity: 'high',
    description: 'DynamoDB refuses requests to the state table.',
    metric: sumOf(
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
        (metricName) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName,
            dimensionsMap: { TableName: stateTableName },
            statistic: 'Sum',
            period: fiveMinutes,
          }),
      ),
    ),
    when: { atLeast: 10 },
    periods: 2,
  },
  {
    name: 'step-errors',
    severity: 'low',
    description: 'Lambdas of starts, changes or deletions have failed ten times or more within five minutes.',
    metric: sumOf(
      steps.map(
        (FunctionName) =>
          new Metric({
            namespace: 'AWS/Lambda',
            metricName: 'Errors',
            dimensionsMap: { FunctionName },
            statistic: 'Sum',
            period: fiveMinutes,
          }),
      ),
    ),
    when: { atLeast: 10 },
    periods: 1,
  },
];

/** Of several metrics, of which a minute without data counts as 0. */
const sumOf = (metrics: readonly IMetric[]): MathExpression =>
  new MathExpression({
    expression: 'SUM(METRICS())',
    period: fiveMinutes,
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
  });

/** A worker that is missing for long leaves its connectors to the others, whose memory has a limit. */
const connectAlarms = (connect: ConnectService | undefined): readonly AlarmDefinition[] =>
  connect === undefined
    ? []
    : [
        {
          name: 'connect-workers',
          severity: 'high',
          description: `Fewer than ${connect.workers} Kafka Connect workers have run for 15 minutes.`,
          metric: connectMetric(connect, 'RunningTaskCount', 'Minimum'),
          when: { below: connect.workers },
          periods: 3,
          missingMeansAlarm: true,
        },
        {
          name: 'connect-memory',
          severity: 'low',
          description: 'Kafka Connect workers use 90 % of their memory.',
          metric: new MathExpression({
            expression: '100 * used / reserved',
            period: fiveMinutes,
            usingMetrics: {
              used: connectMetric(connect, 'MemoryUtilized', 'Average'),
              reserved: connectMetric(connect, 'MemoryReserved', 'Average'),
            },
          }),
          when: { atLeast: 90 },
          periods: 3,
        },
      ];

/** Of Container Insights. */
const connectMetric = (
  { clusterName, serviceName }: ConnectService,
  metricName: string,
  statistic: string,
): Metric =>
  new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName,
    dimensionsMap: { ClusterName: clusterName, ServiceName: serviceName },
    statistic,
    period: fiveMinutes,
  });

/**
 * How many partitions a broker should have at most, copies included (Amazon MSK developer guide, "Right-size your cluster"). Types that are
 * not listed get the least of them.
 */
const partitionsPerBroker: Readonly<Record<string, number>> = {
  'kafka.m7g.large': 1_000,
  'kafka.m7g.xlarge': 1_000,
  'kafka.m7g.2xlarge': 2_000,
  'kafka.m7g.4xlarge': 4_000,
};

/** A broker whose disk is full stops taking changes, and the sources keep their logs until it takes them again. */
const kafkaAlarms = (kafka: KafkaCluster | undefined): readonly AlarmDefinition[] =>
  kafka === undefined
    ? []
    : [
        {
          name: 'kafka-disk',
          severity: 'high',
          description: 'A Kafka broker has used 80 % of its disk.',
          metric: highestOf(kafka, 'KafkaDataLogsDiskUsed'),
          when: { atLeast: 80 },
          periods: 2,
        },
        {
          name: 'kafka-partitions',
          severity: 'low',
          description: 'A Kafka broker has 90 % of the partitions that it should have at most.',
          metric: highestOf(kafka, 'PartitionCount'),
          when: { atLeast: 0.9 * (partitionsPerBroker[kafka.instanceType] ?? 1_000) },
          periods: 2,
        },
        {
          name: 'kafka-copies',
          severity: 'high',
          description: 'Partitions of Kafka have lacked a copy for 15 minutes: one more loss stops writes.',
          metric: highestOf(kafka, 'UnderReplicatedPartitions'),
          when: { atLeast: 1 },
          periods: 3,
        },
      ];

const highestOf = (kafka: KafkaCluster, metricName: KafkaMetricName): MathExpression =>
  new MathExpression({
    expression: 'MAX(METRICS())',
    period: fiveMinutes,
    usingMetrics: Object.fromEntries(
      Array.from({ length: kafka.brokers }, (_, index) => [
        `broker${index + 1}`,
        kafkaMetric(kafka.clusterName, index + 1, metricName),
      ]),
    ),
  });
