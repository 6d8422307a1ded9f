import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
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
import { kafkaDiskMetric, serviceMetric } from './metrics.ts';
import type { MillraceStack } from './millrace-stack.ts';

export interface AlarmSources {
  readonly alertTopic: ITopic;
  readonly stateMachine: StateMachine;
  readonly healthFunctions: Readonly<Record<HealthFunctionName, LambdaFunction>>;
  readonly undeliveredHealthChecks: IQueue;
  /** Messages of the queue of alerts that nobody could handle. */
  readonly unhandledAlerts: IQueue;
  readonly apiFunction: LambdaFunction;
  /** Present when the Kafka cluster is ours. */
  readonly kafka?: KafkaCluster;
}

/** Brokers are numbered from 1. */
export interface KafkaCluster {
  readonly clusterName: string;
  readonly brokers: number;
}

interface AlarmDefinition {
  /** Names the alarm and its section in docs/runbook/README.md. */
  readonly name: string;
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
        description: 'A consumer has said nothing for two minutes, and healing has not brought it back.',
        metric: serviceMetric(environment, metricNames.heartbeatAgeMs, 'Maximum', oneMinute),
        // Stale is older than the limit: from the first whole millisecond above it.
        when: { atLeast: heartbeatStaleAfterMs + 1 },
        // The check runs every two minutes; the second period gives healing its first attempt.
        periods: 2,
      },
      {
        name: 'connector-failed',
        description: 'A connector or one of its tasks is FAILED, and restarts have not helped.',
        metric: serviceMetric(environment, metricNames.connectorFailed, 'Maximum', oneMinute),
        when: { atLeast: 1 },
        periods: 3,
      },
      {
        name: 'lag',
        description: `A target is more than ${lagAlarmMs / 1000} s behind its source, for five minutes.`,
        metric: serviceMetric(environment, metricNames.lagMs, 'Maximum', oneMinute),
        when: { atLeast: lagAlarmMs },
        periods: 5,
      },
      {
        // It lasts as long as the state does: healing that gives up ends what the alarms above it measure.
        name: 'replication-failed',
        description: 'A replication stands still until someone acts.',
        metric: serviceMetric(environment, metricNames.replicationsFailed, 'Maximum', oneMinute),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'start-failed',
        description: 'A start of a replication ended with an error.',
        metric: sources.stateMachine.metricFailed({ period: oneMinute, statistic: 'Sum' }),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'start-timed-out',
        description: 'A start of a replication ran out of time.',
        metric: sources.stateMachine.metricTimedOut({ period: oneMinute, statistic: 'Sum' }),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'api-errors',
        description:
          'The API failed five or more times within five minutes, by a fault of its own or of what it is built on.',
        // Among API Gateway's 5xx are answers for which a client's database is to blame.
        metric: serviceMetric(environment, metricNames.apiFaults, 'Sum', fiveMinutes),
        when: { atLeast: 5 },
        periods: 1,
      },
      {
        name: 'api-crashed',
        description: 'The api Lambda ended without an answer twice or more within five minutes.',
        metric: sources.apiFunction.metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
        when: { atLeast: 2 },
        periods: 1,
      },
      ...healthFunctionNames.flatMap((name): readonly AlarmDefinition[] => [
        {
          name: `${name}-errors`,
          description: `The health check ${name} failed twice or more within five minutes.`,
          metric: sources.healthFunctions[name].metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
          when: { atLeast: 2 },
          periods: 1,
        },
        {
          name: `${name}-stopped`,
          description: `The health check ${name} has not run for ten minutes: nothing heals.`,
          metric: sources.healthFunctions[name].metricInvocations({ period: fiveMinutes, statistic: 'Sum' }),
          when: { below: 1 },
          periods: 2,
          missingMeansAlarm: true,
        },
      ]),
      {
        name: 'alerts-undelivered',
        description: 'An alert did not reach its channel, and no attempt is left.',
        metric: serviceMetric(environment, metricNames.alertsUndelivered, 'Sum', fiveMinutes),
        when: { atLeast: 1 },
        periods: 1,
      },
      {
        name: 'alerts-unhandled',
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
        description: 'EventBridge Scheduler could not invoke a health check.',
        metric: sources.undeliveredHealthChecks.metricApproximateNumberOfMessagesVisible({
          period: oneMinute,
          statistic: 'Maximum',
        }),
        when: { atLeast: 1 },
        periods: 1,
      },
    ];
    this.alarms = [...definitions, ...kafkaDisks(sources.kafka)].map((definition) => {
      const alarm = new Alarm(this, definition.name, {
        alarmName: stack.named(definition.name),
        alarmDescription: `${definition.description} Runbook: ${runbookSection(definition.name)}`,
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
  }
}

/** A broker whose disk is full stops taking changes, and the sources keep their logs until it takes them again. */
const kafkaDisks = (kafka: KafkaCluster | undefined): readonly AlarmDefinition[] =>
  kafka === undefined
    ? []
    : [
        {
          name: 'kafka-disk',
          description: 'A Kafka broker has used 80 % of its disk.',
          metric: new MathExpression({
            expression: 'MAX(METRICS())',
            period: fiveMinutes,
            usingMetrics: Object.fromEntries(
              Array.from({ length: kafka.brokers }, (_, index) => [
                `broker${index + 1}`,
                kafkaDiskMetric(kafka.clusterName, index + 1),
              ]),
            ),
          }),
          when: { atLeast: 80 },
          periods: 2,
        },
      ];
