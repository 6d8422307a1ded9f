import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type HealthFunctionName, healthFunctionNames } from '../config/functions.ts';
import { acknowledge } from './acknowledgements.ts';
import type { MillraceStack } from './millrace-stack.ts';

/** How often each health check runs. Heartbeats are stale after two minutes, so that is how often they are looked at. */
export const healthCheckMinutes = {
  'monitor-health': 1,
  'check-heartbeats': 2,
} as const satisfies Record<HealthFunctionName, number>;

/** EventBridge Scheduler, and the queue of the ticks that it could not deliver. */
export class HealthSchedules extends Construct {
  readonly undelivered: Queue;

  constructor(stack: MillraceStack, id: string, functions: Readonly<Record<HealthFunctionName, IFunction>>) {
    super(stack, id);
    this.undelivered = new Queue(this, 'Undelivered', {
      queueName: stack.named('undelivered-health-checks'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
      description: 'Invokes the health checks of Millrace',
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'InvokeHealthChecks',
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(functions).map((check) => check.functionArn),
      }),
    );
    this.undelivered.grantSendMessages(role);
    acknowledge(this.undelivered, {
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the schedules.',
    });

    const scheduleGroup = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: stack.named('health'),
      // By default CDK keeps it, and the next deployment finds its name taken.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { healthCheckRuns: count } = stack.config;
    const runs = healthFunctionNames.flatMap((name) =>
      Array.from({ length: count }, (_run, index) => ({ name, index })),
    );
    for (const { name, index } of runs) {
      const minutes = healthCheckMinutes[name];
      const scheduled = index === 0 ? name : `${name}-${index + 1}`;
      new Schedule(this, scheduled, {
        scheduleName: stack.named(scheduled),
        scheduleGroup,
        enabled: stack.config.recovery?.role !== 'standby',
        schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
        target: {
          // CDK's LambdaInvoke would also allow every version and alias of the function.
          bind: () => ({
            arn: functions[name].functionArn,
            role,
            input: ScheduleTargetInput.fromObject({ run: { index, count } }),
            deadLetterConfig: { arn: this.undelivered.queueArn },
            // A tick is worth nothing once the next one has come.
            retryPolicy: { maximumEventAgeInSeconds: minutes * 60, maximumRetryAttempts: 2 },
          }),
        },
      });
    }
  }
}
