import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StepFunctionName } from '../config/functions.ts';
import { acknowledge, wildcardResource } from './acknowledgements.ts';
import {
  applyGrant,
  launchTasksGrant,
  subnetList,
  type TaskResources,
  type WorkloadNetwork,
} from './function-rights.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { readDefinition } from './state-machine-definition.ts';

export interface StartReplicationProps {
  readonly steps: Readonly<Record<StepFunctionName, IFunction>>;
  readonly tasks: TaskResources;
  readonly network: WorkloadNetwork;
}

/** The state machine of state-machines/start-replication.asl.json. */
export class StartReplication extends Construct {
  readonly stateMachine: StateMachine;

  constructor(stack: MillraceStack, id: string, props: StartReplicationProps) {
    super(stack, id);
    const { config } = stack;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'The state machine start-replication',
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'InvokeSteps',
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(props.steps).map((step) => step.functionArn),
      }),
    );
    applyGrant(role, launchTasksGrant(stack, props.tasks, props.network));
    role.addToPolicy(
      new PolicyStatement({
        // How `.sync` learns that a task ended (Step Functions developer guide, "IAM policies for calling Amazon ECS").
        sid: 'WatchTasks',
        actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
        resources: [
          Stack.of(this).formatArn({
            service: 'events',
            resource: 'rule',
            resourceName: 'StepFunctionsGetEventsForECSTaskRule',
          }),
        ],
      }),
    );

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: stack.named('start-replication'),
      // Inlined: a definition from a file becomes an S3 asset, which cannot be read in the template.
      definitionBody: DefinitionBody.fromString(readDefinition('start-replication')),
      definitionSubstitutions: {
        ValidateReplicationArn: props.steps['validate-replication'].functionArn,
        StartCaptureArn: props.steps['start-capture'].functionArn,
        PlanCopyArn: props.steps['plan-copy'].functionArn,
        CopySmallTablesArn: props.steps['copy-small-tables'].functionArn,
        FinishCopyArn: props.steps['finish-copy'].functionArn,
        StartConsumerArn: props.steps['start-consumer'].functionArn,
        FailStartArn: props.steps['fail-start'].functionArn,
        ClusterArn: props.tasks.clusterArn,
        TaskDefinition: props.tasks.taskDefinitionFamily,
        ContainerName: props.tasks.containerName,
        Subnets: subnetList(props.network),
        SecurityGroups: props.network.workloadSecurityGroup.securityGroupId,
      },
      role,
      tracingEnabled: config.tracing,
      logs: {
        level: LogLevel.ALL,
        // Inputs and outputs are numbers, names and error messages; never a row's values.
        includeExecutionData: true,
        destination: new LogGroup(this, 'Log', {
          // Step Functions asks for this prefix: it keeps the account's log resource policy short.
          logGroupName: `/aws/vendedlogs/states/${stack.named('start-replication')}`,
          retention: logRetention(config),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    acknowledge(
      role,
      wildcardResource('*', 'The delivery of logs and X-Ray know no resources; CDK writes these statements.'),
    );
    if (!config.tracing) {
      acknowledge(this, {
        id: 'AwsSolutions-SF2',
        reason: 'Tracing is switched off for this environment.',
      });
    }
  }
}
