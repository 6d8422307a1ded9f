import { CfnOutput } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { stepFunctionDefinitions } from '../config/functions.ts';
import { Alarms } from '../constructs/alarms.ts';
import { MillraceStack } from '../constructs/millrace-stack.ts';
import { OneReplicationDashboard, ReplicationDashboard } from '../constructs/replication-dashboard.ts';
import { SavedQueries } from '../constructs/saved-queries.ts';
import type { ConnectStack } from './connect-stack.ts';
import { apiStageName, type ControlStack } from './control-stack.ts';
import type { KafkaStack } from './kafka-stack.ts';
import type { ReplicationStack } from './replication-stack.ts';

/** Alarms, the dashboard of all replications and that of one, and saved queries. */
export class ObservabilityStack extends MillraceStack {
  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    observed: {
      readonly alertTopic: ITopic;
      readonly unhandledAlerts: IQueue;
      readonly replication: ReplicationStack;
      readonly control: ControlStack;
      readonly stateTableName: string;
      /** Present when the Connect service is ours. */
      readonly connect?: ConnectStack;
      /** Present when the Kafka cluster is ours. */
      readonly kafka?: KafkaStack;
    },
  ) {
    super(scope, 'observability', config);
    const { alertTopic, unhandledAlerts, replication, control, stateTableName, kafka, connect } = observed;
    const { alarms } = new Alarms(this, 'Alarms', {
      alertTopic,
      stateMachine: replication.stateMachine,
      healthFunctions: replication.healthFunctions,
      unhandledAlerts,
      undeliveredHealthChecks: replication.schedules.undelivered,
      apiFunction: control.apiFunction,
      api: { name: this.named('api'), stage: apiStageName },
      stateTableName,
      steps: Object.keys(stepFunctionDefinitions).map((name) => this.named(name)),
      ...(connect !== undefined && { connect: connect.service }),
      ...(kafka === undefined
        ? {}
        : {
            kafka: {
              clusterName: kafka.clusterNameFor(this),
              brokers: kafka.brokerCount,
              instanceType: kafka.instanceType,
            },
          }),
    });
    const { dashboard } = new ReplicationDashboard(this, 'Replications', alarms);
    const { dashboard: one } = new OneReplicationDashboard(this, 'OneReplication');

    if (config.monitoring === 'full') new SavedQueries(this, 'Queries');

    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
    new CfnOutput(this, 'ReplicationDashboardName', { value: one.dashboardName });
  }
}
