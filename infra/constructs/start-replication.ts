import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StartStepName } from '../config/functions.ts';
import {
  applyGrant,
  launchTasksGrant,
  subnetList,
  type TaskResources,
  type WorkloadNetwork,
} from './function-rights.ts';
import { LoggedStateMachine, type LoggedStateMachineProps } from './logged-state-machine.ts';
import type { MillraceStack } from './millrace-stack.ts';
import { copyOnSpot } from './state-machine-definition.ts';

export interface CopyMachineProps {
  readonly steps: Readonly<Record<StartStepName, IFunction>>;
  readonly tasks: TaskResources;
  readonly network: WorkloadNetwork;
}

const copySubstitutions = ({ steps, tasks, network }: CopyMachineProps): Record<string, string> => ({
  PlanCopyArn: steps['plan-copy'].functionArn,
  CopySmallTablesArn: steps['copy-small-tables'].functionArn,
  FinishCopyArn: steps['finish-copy'].functionArn,
  ClusterArn: tasks.clusterArn,
  TaskDefinition: tasks.taskDefinitionFamily,
  ContainerName: tasks.containerName,
  Subnets: subnetList(network),
  SecurityGroups: network.workloadSecurityGroup.securityGroupId,
});

/** A state machine that copies tables, big ones by a task that it launches and waits for. */
class CopyMachine extends LoggedStateMachine {
  constructor(
    stack: MillraceStack,
    id: string,
    { tasks, network }: CopyMachineProps,
    props: LoggedStateMachineProps,
  ) {
    super(stack, id, {
      ...props,
      ...(stack.config.consumer.copies === 'spot' && { change: copyOnSpot }),
    });
    applyGrant(this.role, launchTasksGrant(stack, tasks, network));
    this.role.addToPolicy(
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
  }
}

/** The state machine of state-machines/start-replication.asl.json. */
export class StartReplication extends CopyMachine {
  constructor(stack: MillraceStack, id: string, props: CopyMachineProps) {
    const { steps } = props;
    super(stack, id, props, {
      name: 'start-replication',
      steps: Object.values(steps),
      substitutions: {
        ...copySubstitutions(props),
        ValidateReplicationArn: steps['validate-replication'].functionArn,
        StartCaptureArn: steps['start-capture'].functionArn,
        StartConsumerArn: steps['start-consumer'].functionArn,
        FailStartArn: steps['fail-start'].functionArn,
      },
    });
  }
}

/** The state machine of state-machines/change-tables.asl.json. */
export class ChangeTables extends CopyMachine {
  constructor(
    stack: MillraceStack,
    id: string,
    { changeStep, ...props }: CopyMachineProps & { readonly changeStep: IFunction },
  ) {
    const { steps } = props;
    super(stack, id, props, {
      name: 'change-tables',
      steps: [changeStep, steps['plan-copy'], steps['copy-small-tables'], steps['finish-copy']],
      substitutions: { ...copySubstitutions(props), ChangeTablesArn: changeStep.functionArn },
    });
  }
}
