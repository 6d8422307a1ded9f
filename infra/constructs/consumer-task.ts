import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, FileSystem, RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
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
import { poolCapacity } from '#core/contracts/pool.ts';
import { acknowledge } from './acknowledgements.ts';
import { bundleConsumer } from './consumer-bundle.ts';
import type { Grant, TaskResources } from './function-rights.ts';
import { logGroupNames } from './log-groups.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';
import { fromRoot } from './project-root.ts';
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

  constructor(stack: MillraceStack, id: string, props: ConsumerTaskProps) {
    super(stack, id);
    const { config } = stack;

    const clusterName = stack.named('workers');
    const family = stack.named('worker');
    const cluster = new Cluster(this, 'Cluster', {
      clusterName,
      vpc: props.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
      ...(config.consumer.copies === 'spot' && { enableFargateCapacityProviders: true }),
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
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64 },
      taskRole,
      executionRole,
    });
    const container = taskDefinition.addContainer('Worker', {
      containerName: workerContainerName,
      image:
        config.consumer.image === 'build'
          ? builtImage(stack)
          : ContainerImage.fromRegistry(config.consumer.image.name),
      environment: {
        ...props.grant.environment,
        NODE_OPTIONS: '--enable-source-maps',
        ...returnsMemory,
        MILLRACE_TASK_MEMORY_MIB: String(config.consumer.memoryMib),
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

    this.resources = {
      clusterArn: cluster.clusterArn,
      clusterName,
      containerName: workerContainerName,
      imageName: container.imageName,
      poolCapacity: poolCapacity(config.consumer.memoryMib),
      taskDefinitionFamily: family,
      taskDefinitionArn: taskDefinition.taskDefinitionArn,
      taskRole,
      executionRole,
    };
  }
}

/**
 * glibc's malloc keeps what was freed, in as many arenas as there are threads, and takes ever larger blocks from them instead of from
 * the system (mallopt(3)). A consumer frees buffers of megabytes with each batch: after 8 million events it held 280 MB of which 30 MB
 * were in use. With these it gives the largest blocks back, and what is free at the end of an arena. A lower threshold costs more time
 * than the memory is worth: each block is then a mapping of its own, whose pages the system has to clear.
 */
const returnsMemory = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(16 * 1024 * 1024),
} as const;

/** consumer-container/Dockerfile with a bundle of the sources as they are now, so that no older one is ever deployed. */
const builtImage = (stack: MillraceStack): ContainerImage => {
  const context = FileSystem.mkdtemp('millrace-consumer-');
  const bundle = join(context, 'dist', 'consumer');
  try {
    cpSync(fromRoot('consumer-container', 'Dockerfile'), join(context, 'Dockerfile'));
    // Commands like `cdk list` need no code.
    if (stack.bundlingRequired) bundleConsumer(bundle);
    else writeFileSync(join(context, 'not-bundled'), '');
    const asset = new DockerImageAsset(stack, 'WorkerImage', {
      directory: context,
      platform: Platform.LINUX_ARM64,
    });
    return ContainerImage.fromDockerImageAsset(asset);
  } finally {
    // What is in it has been copied into the assembly.
    rmSync(context, { recursive: true, force: true });
  }
};
