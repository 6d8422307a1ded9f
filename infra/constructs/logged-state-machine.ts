import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StateMachineName } from '#core/ports/services.ts';
import { acknowledge, wildcardResource } from './acknowledgements.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { readDefinition } from './state-machine-definition.ts';

export interface LoggedStateMachineProps {
  /** The file in state-machines/. */
  readonly name: StateMachineName;
  /** The Lambdas that it may invoke. */
  readonly steps: readonly IFunction[];
  readonly substitutions: Readonly<Record<string, string>>;
  /** What this environment has otherwise. */
  readonly change?: (definition: string) => string;
}

/** A state machine with a role of its own that may invoke its steps, and a log of every event. */
export class LoggedStateMachine extends Construct {
  readonly stateMachine: StateMachine;
  readonly role: Role;

  constructor(stack: MillraceStack, id: string, props: LoggedStateMachineProps) {
    super(stack, id);
    const { config } = stack;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `The state machine ${props.name}`,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'InvokeSteps',
        actions: ['lambda:InvokeFunction'],
        resources: props.steps.map((step) => step.functionArn),
      }),
    );
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: stack.named(props.name),
      // Inlined: a definition from a file becomes an S3 asset, which cannot be read in the template.
      definitionBody: DefinitionBody.fromString(
        props.change?.(readDefinition(props.name)) ?? readDefinition(props.name),
      ),
      definitionSubstitutions: { ...props.substitutions },
      role: this.role,
      tracingEnabled: config.tracing,
      logs: {
        level: LogLevel.ALL,
        // Inputs and outputs are numbers, names and error messages; never a row's values.
        includeExecutionData: true,
        destination: new LogGroup(this, 'Log', {
          // Step Functions asks for this prefix: it keeps the account's log resource policy short.
          logGroupName: `/aws/vendedlogs/states/${stack.named(props.name)}`,
          retention: logRetention(config),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    acknowledge(
      this.role,
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
