import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DnsRecordType } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { ConnectSize, EnvironmentConfig } from '../config/environment-config.ts';
import { acknowledge } from '../constructs/acknowledgements.ts';
import type { ConnectService } from '../constructs/alarms.ts';
import {
  type ConnectAccess,
  type KafkaAccess,
  kafkaUseGrant,
  mergeGrants,
  readCredentialsGrant,
  type StateResources,
} from '../constructs/function-rights.ts';
import { createdConnectLogGroup } from '../constructs/log-groups.ts';
import { logRetention, MillraceStack } from '../constructs/millrace-stack.ts';
import { fromRoot } from '../constructs/project-root.ts';
import { createExecutionRole, createTaskRole, plainEnvironment } from '../constructs/task-roles.ts';
import { connectMetricsPort, connectPort } from './network-stack.ts';

/** Where the workers run, and what they wear. */
export interface ConnectNetwork {
  readonly vpc: IVpc;
  readonly connectSecurityGroup: ISecurityGroup;
}

const scratch = 'scratch';

/** Kafka's names of how a client reaches the brokers. */
const protocols = { plaintext: 'PLAINTEXT', tls: 'SSL', iam: 'SASL_SSL', scram: 'SASL_SSL' } as const;

/**
 * Kafka Connect with Debezium as a Fargate service in distributed mode. Workers are found by a private DNS name; a worker
 * that answers for a connector of another one forwards the request. All its state is in three Kafka topics, so a lost
 * worker is replaced and its connectors move.
 */
export class ConnectStack extends MillraceStack implements ConnectAccess {
  readonly #url: string;
  readonly workerMemoryMib: number;
  readonly service: ConnectService;

  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    connect: ConnectSize,
    parts: { readonly network: ConnectNetwork; readonly kafka: KafkaAccess; readonly state: StateResources },
  ) {
    super(scope, 'connect', config);
    const { network, kafka, state } = parts;
    this.workerMemoryMib = connect.memoryMib;
    const zones = network.vpc.privateSubnets.length;
    const namespaceName = `millrace-${config.name}.internal`;
    this.#url = `http://connect.${namespaceName}:${connectPort}`;

    // CDK declares its classes without `exactOptionalPropertyTypes`, under which a Cluster is not an ICluster.
    this.service = {
      clusterName: this.named('connect'),
      serviceName: this.named('connect'),
      workers: connect.workers,
    };
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: this.named('connect'),
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
      defaultCloudMapNamespace: { name: namespaceName },
    });

    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: createdConnectLogGroup(config.name),
      retention: logRetention(config),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const taskRole = createTaskRole(
      this,
      'TaskRole',
      'Kafka Connect workers',
      mergeGrants(readCredentialsGrant(this, state), kafkaUseGrant(this, kafka, 'connect')),
    );
    const taskDefinition = new FargateTaskDefinition(this, 'TaskDefinition', {
      family: this.named('connect'),
      cpu: connect.cpu,
      memoryLimitMiB: connect.memoryMib,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64 },
      taskRole,
      executionRole: createExecutionRole(this, 'ExecutionRole', logGroup),
    });
    taskDefinition.addVolume({ name: scratch });
    const container = taskDefinition.addContainer('connect', {
      containerName: 'connect',
      image: ContainerImage.fromAsset(fromRoot('connect-container'), { platform: Platform.LINUX_ARM64 }),
      // Read by connect-container/worker.properties, which says what each is.
      environment: {
        CONNECT_BOOTSTRAP_SERVERS: kafka.brokersFor(this),
        CONNECT_SECURITY_PROTOCOL: protocols[kafka.security],
        ...(kafka.security === 'iam' && { CONNECT_SASL_MECHANISM: 'AWS_MSK_IAM' }),
        ...(kafka.users !== undefined && {
          CONNECT_SASL_MECHANISM: 'SCRAM-SHA-512',
          CONNECT_KAFKA_SECRET: kafka.users.secretArnOf('connect'),
        }),
        ...(kafka.caPemFor !== undefined && { CONNECT_SSL_CA: kafka.caPemFor(this) }),
        CONNECT_LISTENERS: `http://0.0.0.0:${connectPort}`,
        CONNECT_REPLICATION_FACTOR: String(zones),
        CONNECT_GROUP: this.named('connect'),
      },
      // ECS does not look at the HEALTHCHECK of an image. A worker that joins its group answers within a minute.
      healthCheck: {
        command: [
          'CMD-SHELL',
          `curl --fail --silent --output /dev/null http://127.0.0.1:${connectPort}/connectors`,
        ],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(10),
        retries: 4,
        startPeriod: Duration.seconds(120),
      },
      portMappings: [{ containerPort: connectPort }, { containerPort: connectMetricsPort }],
      logging: LogDriver.awsLogs({
        logGroup,
        streamPrefix: 'connect',
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      // A worker that leaves on SIGTERM hands its connectors over after a rebalance, not after a session timeout.
      stopTimeout: Duration.seconds(120),
      readonlyRootFilesystem: true,
    });
    // Java unpacks native libraries there, and start-worker.sh writes the worker's settings.
    container.addMountPoints({ containerPath: '/tmp', sourceVolume: scratch, readOnly: false });
    acknowledge(taskDefinition, plainEnvironment);

    const service = new FargateService(this, 'Service', {
      serviceName: this.named('connect'),
      cluster: cluster as ICluster,
      taskDefinition,
      // Where it is scaled, a deployment leaves the number as it is.
      ...(connect.maxWorkers === undefined && { desiredCount: connect.workers }),
      // New workers first, so that no connector waits for one: they join the group, and the old ones hand over as they leave.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      securityGroups: [network.connectSecurityGroup],
      vpcSubnets: { subnets: network.vpc.privateSubnets },
      assignPublicIp: false,
      cloudMapOptions: { name: 'connect', dnsRecordType: DnsRecordType.A, dnsTtl: Duration.seconds(10) },
      enableECSManagedTags: true,
    });
    if (connect.maxWorkers !== undefined) scaleWorkers(service, connect.workers, connect.maxWorkers);
  }

  urlFor(): string {
    return this.#url;
  }
}

/**
 * By the processors: a worker decodes and compresses what its connectors read. Not by memory, which a Java keeps once it has it; the alarm
 * connect-memory looks at that. Each change of the number moves connectors, so workers go slowly.
 */
const scaleWorkers = (service: FargateService, workers: number, maxWorkers: number): void =>
  service
    .autoScaleTaskCount({ minCapacity: workers, maxCapacity: maxWorkers })
    .scaleOnCpuUtilization('Processors', {
      targetUtilizationPercent: 60,
      scaleOutCooldown: Duration.minutes(3),
      scaleInCooldown: Duration.minutes(15),
    });
