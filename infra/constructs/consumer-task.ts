import { Duration, IgnoreMode, RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Grant, TaskResources } from './function-rights.ts';
import { logGroupNames } from './log-groups.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { projectRoot } from './project-root.ts';
import { createExecutionRole, createTaskRole, plainEnvironment } from './task-roles.ts';

const workerContainerName = 'worker';

export interface ConsumerTaskProps {
  readonly vpc: IVpc;
  readonly grant: Grant;
}

/**
 * The cluster and the one task definition of consumers and copy workers. What a task does is in the container overrides
 * of its launch (`taskEnvironmentSchema`).
 */
export class ConsumerTask extends Construct {
  readonly resources: TaskResources;
  readonly taskDefinitionArn: string;

  constructor(stack: MillraceStack, id: string, props: ConsumerTaskProps) {
    super(stack, id);
    const { config } = stack;

    const clusterName = stack.named('workers');
    const family = stack.named('worker');
    const cluster = new Cluster(this, 'Cluster', {
      clusterName,
      vpc: props.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });

    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: logGroupNames(config.name).workers,
      retention: logRetention(config),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const taskRole = createTaskRole(this, 'TaskRole', 'consumers and copy workers', props.grant);
    const executionRole = createExecutionRole(this, 'ExecutionRole', logGroup);

    const taskDefinition = new FargateTaskDefinition(this, 'TaskDefinition', {
      family,
      cpu: config.consumer.cpu,
      memoryLimitMiB: config.consumer.memoryMib,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64 },
      taskRole,
      executionRole,
    });
    taskDefinition.addContainer('Worker', {
      containerName: workerContainerName,
      image:
        config.consumer.image !== 'build'
          ? ContainerImage.fromRegistry(config.consumer.image.name)
          : ContainerImage.fromAsset(projectRoot, {
              file: 'consumer-container/Dockerfile',
              // Only what the Dockerfile copies, so that nothing else changes the image's hash.
              exclude: ['*', '!consumer-container/Dockerfile', '!dist/consumer/**'],
              ignoreMode: IgnoreMode.DOCKER,
              platform: Platform.LINUX_AMD64,
            }),
      environment: {
        ...props.grant.environment,
        NODE_OPTIONS: '--enable-source-maps',
        MILLRACE_METRICS_HOST: config.consumer.metrics.host,
        MILLRACE_METRICS_PORT: String(config.consumer.metrics.port),
      },
      ...(config.consumer.metrics.port === 0
        ? {}
        : { portMappings: [{ containerPort: config.consumer.metrics.port }] }),
      logging: LogDriver.awsLogs({
        logGroup,
        streamPrefix: 'worker',
        // A slow log service must not stop the applying of changes.
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      // The longest that Fargate allows: on SIGTERM the batches in flight are committed.
      stopTimeout: Duration.seconds(120),
      readonlyRootFilesystem: true,
    });
    acknowledge(taskDefinition, plainEnvironment);

    this.taskDefinitionArn = taskDefinition.taskDefinitionArn;
    this.resources = {
      clusterArn: cluster.clusterArn,
      clusterName,
      containerName: workerContainerName,
      taskDefinitionFamily: family,
      taskRole,
      executionRole,
    };
  }
}
