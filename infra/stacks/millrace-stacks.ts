import { type App, Aspects, Tags } from 'aws-cdk-lib';
import { type ISecurityGroup, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type {
  CreatedPlatform,
  EnvironmentConfig,
  ImportedConnect,
  ImportedKafka,
  ImportedPlatform,
} from '../config/environment-config.ts';
import { EncryptLogs } from '../constructs/encrypt-logs.ts';
import type { ConnectAccess, Foundation, KafkaAccess } from '../constructs/function-rights.ts';
import { ConnectStack } from './connect-stack.ts';
import { ConsoleStack } from './console-stack.ts';
import { ControlStack } from './control-stack.ts';
import { KafkaStack } from './kafka-stack.ts';
import { NetworkStack } from './network-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { ReplicationStack } from './replication-stack.ts';
import { StateStack } from './state-stack.ts';

type Platform = Omit<Foundation, 'state'>;

const createPlatform = (
  app: App,
  config: EnvironmentConfig,
  platform: CreatedPlatform,
  state: StateStack,
): Platform => {
  const network = new NetworkStack(app, config, platform.network);
  const kafka = new KafkaStack(app, config, platform.kafka, network);
  const connect = new ConnectStack(app, config, platform.connect, { network, kafka, state });
  return { network, kafka, connect };
};

const importPlatform = (
  app: App,
  config: EnvironmentConfig,
  platform: ImportedPlatform,
  state: StateStack,
): Platform => {
  const imported = new Construct(state, 'Imported');
  const { vpcId, availabilityZones, subnetIds, securityGroupId } = platform.network;
  const securityGroup = (id: string, groupId: string): ISecurityGroup =>
    SecurityGroup.fromSecurityGroupId(imported, id, groupId, { mutable: false });
  const network = {
    vpc: Vpc.fromVpcAttributes(imported, 'Vpc', {
      vpcId,
      availabilityZones: [...availabilityZones],
      privateSubnetIds: [...subnetIds],
      // Nothing here adds a route; without these CDK warns about each subnet.
      privateSubnetRouteTableIds: subnetIds.map(() => 'unused'),
    }),
    workloadSecurityGroup: securityGroup('SecurityGroup', securityGroupId),
  };
  const kafka =
    'instanceType' in platform.kafka
      ? new KafkaStack(app, config, platform.kafka, {
          vpc: network.vpc,
          kafkaSecurityGroup: securityGroup('KafkaSecurityGroup', platform.kafka.securityGroupId),
        })
      : importKafka(platform.kafka);
  const { connect } = platform;
  if ('workers' in connect) {
    const connectSecurityGroup = securityGroup('ConnectSecurityGroup', connect.securityGroupId);
    const parts = { network: { ...network, connectSecurityGroup }, kafka, state };
    return { network, kafka, connect: new ConnectStack(app, config, connect, parts) };
  }
  return { network, kafka, connect: importConnect(connect) };
};

const importKafka = ({ brokers, security, clusterName, users, caPem }: ImportedKafka): KafkaAccess => ({
  brokersFor: (stack) => stack.addressOf('KafkaBrokers', brokers),
  security,
  ...(security === 'iam' && clusterName !== undefined && { clusterNames: clusterName }),
  ...(users !== undefined && { users: importUsers(users) }),
  ...(caPem !== undefined && { caPemFor: (stack) => stack.addressOf('KafkaCa', caPem) }),
});

const importConnect = ({ url, workerMemoryMib }: ImportedConnect): ConnectAccess => ({
  urlFor: (stack) => stack.addressOf('ConnectUrl', url),
  ...(workerMemoryMib !== undefined && { workerMemoryMib }),
});

const importUsers = ({
  secretArn,
  keyArn,
}: NonNullable<ImportedKafka['users']>): NonNullable<KafkaAccess['users']> => ({
  secretArnOf: (role) => (typeof secretArn === 'string' ? secretArn : secretArn[role]),
  ...(keyArn !== undefined && { keyArn }),
});

/** Creates every stack of one environment. The one place that turns `source` into "created" or "imported". */
export const createStacks = (app: App, config: EnvironmentConfig): void => {
  Tags.of(app).add('project', 'millrace');
  Tags.of(app).add('environment', config.name);
  for (const [name, value] of Object.entries(config.tags)) Tags.of(app).add(name, value);
  if (config.permissionsBoundary !== undefined) {
    const boundary = ManagedPolicy.fromManagedPolicyArn(app, 'Boundary', config.permissionsBoundary);
    PermissionsBoundary.of(app).apply(boundary);
  }

  const state = new StateStack(app, config);
  Aspects.of(app).add(new EncryptLogs(state.logsKey));
  const platform =
    config.platform.source === 'created'
      ? createPlatform(app, config, config.platform, state)
      : importPlatform(app, config, config.platform, state);
  const foundation: Foundation = { state, ...platform };
  const replication = new ReplicationStack(app, config, foundation);
  const control = new ControlStack(app, config, foundation, replication);
  if (config.servesConsole) new ConsoleStack(app, config, control);
  // Alarms on checks that nobody makes would ring all the time.
  if (config.recovery?.role === 'standby') return;
  new ObservabilityStack(app, config, {
    alertTopic: state.alertTopic,
    unhandledAlerts: state.unhandledAlerts,
    replication,
    control,
    stateTableName: state.table.tableName,
    ...(platform.connect instanceof ConnectStack && { connect: platform.connect }),
    ...(platform.kafka instanceof KafkaStack ? { kafka: platform.kafka } : {}),
  });
};
