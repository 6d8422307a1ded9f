import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import {
  deliverAlertsFunctionDefinition,
  type FunctionDefinition,
  type HealthFunctionName,
  healthFunctionDefinitions,
  type StartStepName,
  startStepDefinitions,
  stepFunctionDefinitions,
} from '../config/functions.ts';
import { ConsumerTask } from '../constructs/consumer-task.ts';
import {
  alertGrant,
  connectGrant,
  databaseNetworkGrant,
  type Foundation,
  grantsOf,
  kafkaGrant,
  keepFromTokens,
  mergeGrants,
  readCredentialsGrant,
  stateGrant,
  type TaskResources,
} from '../constructs/function-rights.ts';
import { HealthSchedules } from '../constructs/health-schedules.ts';
import { logGroupNames } from '../constructs/log-groups.ts';
import { LoggedStateMachine } from '../constructs/logged-state-machine.ts';
import { MillraceFunction } from '../constructs/millrace-function.ts';
import { logRetention, MillraceStack } from '../constructs/millrace-stack.ts';
import { ChangeTables, StartReplication } from '../constructs/start-replication.ts';

/** What moves data and keeps it moving: the state machine with its steps, the workers' task, the health checks. */
export class ReplicationStack extends MillraceStack {
  readonly tasks: TaskResources;
  readonly stateMachine: StateMachine;
  readonly healthFunctions: Readonly<Record<HealthFunctionName, LambdaFunction>>;
  readonly schedules: HealthSchedules;

  constructor(scope: Construct, config: EnvironmentConfig, foundation: Foundation) {
    super(scope, 'replication', config);
    const { state, network, kafka, connect } = foundation;

    const worker = new ConsumerTask(this, 'Worker', {
      vpc: network.vpc,
      grant: mergeGrants(
        stateGrant(this, state),
        keepFromTokens(state),
        readCredentialsGrant(this, state),
        databaseNetworkGrant(this),
        kafkaGrant(this, kafka, 'work'),
        connectGrant(this, connect),
        alertGrant(state),
      ),
    });
    this.tasks = worker.resources;

    const groups = logGroupNames(config.name);
    const createLogGroup = (id: string, logGroupName: string): LogGroup =>
      new LogGroup(this, id, {
        logGroupName,
        retention: logRetention(config),
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const stepsLog = createLogGroup('StepsLog', groups.steps);
    const healthLog = createLogGroup('HealthLog', groups.health);

    const createFunction = (
      name: string,
      definition: FunctionDefinition,
      logGroup: LogGroup,
    ): LambdaFunction =>
      new MillraceFunction(this, name, {
        ...(config.reservedRuns !== undefined &&
          Object.hasOwn(healthFunctionDefinitions, name) && {
            reservedRuns: config.reservedRuns.healthCheck,
          }),
        name,
        timeoutSeconds: definition.timeoutSeconds,
        memoryMib: definition.memoryMib,
        grant: grantsOf(this, definition.rights, foundation, this.tasks),
        // CDK declares its classes without `exactOptionalPropertyTypes`, under which a LogGroup is not an ILogGroup.
        logGroup: logGroup as ILogGroup,
        network,
      }).lambda;
    const createFunctions = <Name extends string>(
      definitions: Record<Name, FunctionDefinition>,
      logGroup: LogGroup,
    ): Record<Name, LambdaFunction> =>
      Object.fromEntries(
        Object.entries<FunctionDefinition>(definitions).map(([name, definition]) => [
          name,
          createFunction(name, definition, logGroup),
        ]),
      ) as Record<Name, LambdaFunction>;

    const startSteps = createFunctions<StartStepName>(startStepDefinitions, stepsLog);
    const deleteStep = createFunction(
      'delete-replication',
      stepFunctionDefinitions['delete-replication'],
      stepsLog,
    );
    this.stateMachine = new StartReplication(this, 'StartReplication', {
      steps: startSteps,
      tasks: this.tasks,
      network,
    }).stateMachine;

    const changeStep = createFunction('change-tables', stepFunctionDefinitions['change-tables'], stepsLog);
    new ChangeTables(this, 'ChangeTables', {
      steps: startSteps,
      changeStep,
      tasks: this.tasks,
      network,
    });
    new LoggedStateMachine(this, 'DeleteReplication', {
      name: 'delete-replication',
      steps: [deleteStep],
      substitutions: { DeleteReplicationArn: deleteStep.functionArn },
    });

    this.healthFunctions = createFunctions<HealthFunctionName>(healthFunctionDefinitions, healthLog);
    this.schedules = new HealthSchedules(this, 'Health', this.healthFunctions);

    // Enough for a fault of many clients at once; a receiver that does not answer holds up one of them for 10 s.
    // Its log is of all clients, so it is none of those that a replication's log lines are read from.
    new MillraceFunction(this, 'deliver-alerts', {
      name: 'deliver-alerts',
      ...deliverAlertsFunctionDefinition,
      grant: grantsOf(this, deliverAlertsFunctionDefinition.rights, foundation, this.tasks),
      network,
    }).lambda.addEventSource(
      new SqsEventSource(state.alertQueue, {
        batchSize: 10,
        maxConcurrency: 5,
        reportBatchItemFailures: true,
      }),
    );

    new CfnOutput(this, 'StateMachineArn', { value: this.stateMachine.stateMachineArn });
    new CfnOutput(this, 'ClusterName', { value: this.tasks.clusterName });
    new CfnOutput(this, 'TaskDefinitionArn', { value: this.tasks.taskDefinitionArn });
  }
}
