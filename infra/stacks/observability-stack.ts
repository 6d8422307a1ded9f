import { CfnOutput } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { Alarms } from '../constructs/alarms.ts';
import { MillraceStack } from '../constructs/millrace-stack.ts';
import { ReplicationDashboard } from '../constructs/replication-dashboard.ts';
import type { KafkaStack } from './kafka-stack.ts';
import type { ReplicationStack } from './replication-stack.ts';

/** Alarms and the dashboard. */
export class ObservabilityStack extends MillraceStack {
  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    observed: {
      readonly alertTopic: ITopic;
      readonly unhandledAlerts: IQueue;
      readonly replication: ReplicationStack;
      readonly apiFunction: LambdaFunction;
      /** Present when the Kafka cluster is ours. */
      readonly kafka?: KafkaStack;
    },
  ) {
    super(scope, 'observability', config);
    const { alertTopic, unhandledAlerts, replication, apiFunction, kafka } = observed;
    const { alarms } = new Alarms(this, 'Alarms', {
      alertTopic,
      stateMachine: replication.stateMachine,
      healthFunctions: replication.healthFunctions,
      unhandledAlerts,
      undeliveredHealthChecks: replication.schedules.undelivered,
      apiFunction,
      ...(kafka === undefined
        ? {}
        : { kafka: { clusterName: kafka.clusterNameFor(this), brokers: kafka.brokerCount } }),
    });
    const { dashboard } = new ReplicationDashboard(this, 'Replications', alarms);

    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
  }
}
