import { expect, test } from '@jest/globals';
import { findConfigProblems } from '../../infra/config/check-config.ts';
import type {
  AddedKafka,
  EnvironmentConfig,
  ImportedPlatform,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { checkAccount } from '../../infra/preflight/check-account.ts';
import { lambdaFunctions, resourcesOf, rolePolicies, synthesizeConfig } from './synthesize.ts';

const load = (env: string) => loadEnvironment((name) => (name === 'env' ? env : undefined));
const size: AddedKafka = {
  instanceType: 'kafka.m7g.large',
  brokers: 4,
  volumeGibPerBroker: 100,
  securityGroupId: 'sg-0123abcd',
};
const network: ImportedPlatform['network'] = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  subnetIds: ['subnet-0a', 'subnet-0b'],
  securityGroupId: 'sg-0a1b2c3d',
};

/** prod in a network that is there, with a Kafka and a Connect that are made there. */
const withKafka = (
  change: Partial<AddedKafka> = {},
  platform: Partial<ImportedPlatform> = {},
): EnvironmentConfig => ({
  ...load('prod'),
  platform: {
    source: 'imported',
    network,
    kafka: { ...size, ...change },
    connect: { workers: 2, cpu: 2048, memoryMib: 8192, securityGroupId: 'sg-0c' },
    ...platform,
  },
});
const all = synthesizeConfig(withKafka());

test('Kafka is created in the subnets of a network that is there, with its security group', () => {
  expect(Object.keys(all.templates)).not.toContain('network');
  const [cluster] = resourcesOf(all, 'AWS::MSK::Cluster');
  expect(cluster?.Properties).toMatchObject({
    NumberOfBrokerNodes: 4,
    BrokerNodeGroupInfo: { ClientSubnets: network.subnetIds, SecurityGroups: [size.securityGroupId] },
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
    ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
  });
  const [settings] = resourcesOf(all, 'AWS::MSK::Configuration');
  expect(JSON.stringify(settings?.Properties.ServerProperties)).toContain('default.replication.factor=2');
  for (const type of [
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::EC2::SecurityGroupEgress',
  ])
    expect(resourcesOf(all, type)).toEqual([]);
});

test('Lambdas, tasks and Connect reach it by IAM, each with rights at this cluster alone', () => {
  expect(lambdaFunctions(all, 'prod')['start-capture']?.Environment.Variables).toMatchObject({
    MILLRACE_KAFKA_SECURITY: 'iam',
    MILLRACE_KAFKA_BROKERS: expect.anything(),
  });
  const statements = rolePolicies(all)
    .map(({ statement }) => statement)
    .filter(({ Action }) => Action.some((action) => action.startsWith('kafka-cluster:')));
  expect(statements.length).toBeGreaterThan(3);
  for (const { Resource } of statements) expect(JSON.stringify(Resource)).toContain('millrace-prod-kafka-*');
});

test('it has the alarms of a Kafka that comes with its own network', () => {
  const names = resourcesOf(all, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName);
  expect(names).toEqual(
    expect.arrayContaining(['disk', 'partitions', 'copies'].map((what) => `millrace-prod-kafka-${what}`)),
  );
});

test.each<[string, Partial<AddedKafka>, Partial<ImportedPlatform>, RegExp]>([
  ['no security group', { securityGroupId: 'default' }, {}, /platform.kafka.securityGroupId: "default"/],
  [
    'brokers that the zones cannot share',
    { brokers: 3 },
    {},
    /platform.kafka.brokers: 3 is no multiple of 2/,
  ],
  ['no type of a broker', { instanceType: 'm7g.large' }, {}, /platform.kafka.instanceType/],
  [
    'one zone',
    {},
    { network: { ...network, availabilityZones: ['eu-central-1a'], subnetIds: ['subnet-0a'] } },
    /2 or 3 zones, not in 1/,
  ],
  [
    'a Connect that was there before',
    {},
    { connect: { url: 'http://connect:8083' } },
    /platform.connect: must be created with a Kafka that is created/,
  ],
])('a Kafka with %s is refused', (_what, change, platform, problem) => {
  expect(findConfigProblems(withKafka())).toEqual([]);
  expect(findConfigProblems(withKafka(change, platform))).toEqual([expect.stringMatching(problem)]);
});

test.each([
  ['has', ['4.1.x.kraft'], []],
  ['does not have', ['3.9.x'], [expect.stringContaining('Amazon MSK has no Kafka 4.1.x.kraft')]],
])('the preflight looks whether the region %s its version', (_what, kafkaVersions, errors) => {
  const facts = {
    ...{
      account: '123456789012',
      region: 'eu-central-1',
      bootstrapVersion: 30,
      zones: [],
      brokerZones: [],
      stateVersion: undefined,
    },
    ...{
      kafkaVersions,
      hasEcsRole: true,
      apiGatewayLogRole: undefined,
      vpcs: 0,
      elasticIps: 0,
      deployed: {},
    },
    quotas: { fargateVcpus: 64, lambdaRuns: 1_000, vpcs: 5, elasticIps: 5 },
  };
  const findings = checkAccount(withKafka(), {}, facts, '4.1.x.kraft');
  expect(findings.filter(({ level }) => level === 'error').map(({ what }) => what)).toEqual(errors);
});
