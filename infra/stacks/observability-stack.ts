import { CfnOutput } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { Alarms, type KafkaCluster } from '../constructs/alarms.ts';
import { MillraceStack } from '../constructs/millrace-stack.ts';
import { ReplicationDashboard } from '../constructs/replication-dashboard.ts';
import type { ReplicationStack } from './replication-stack.ts';

/** Alarms and the dashboard. */
export class ObservabilityStack extends MillraceStack {
  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    observed: {
      readonly alertTopic: ITopic;
      readonly replication: ReplicationStack;
      readonly api: RestApi;
      readonly kafka?: KafkaCluster;
    },
  ) {
    super(scope, 'observability', config);
    const { alertTopic, replication, api, kafka } = observed;
    const { alarms } = new Alarms(this, 'Alarms', {
      alertTopic,
      stateMachine: replication.stateMachine,
      healthFunctions: replication.healthFunctions,
      undeliveredHealthChecks: replication.schedules.undelivered,
      api,
      ...(kafka === undefined ? {} : { kafka }),
    });
    const { dashboard } = new ReplicationDashboard(this, 'Replications', alarms);

    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
  }
}
