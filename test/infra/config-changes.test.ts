import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CreatedPlatform, EnvironmentConfig } from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import {
  type BlockedChange,
  findBlockedChanges,
  type StackTemplates,
  templateSchema,
} from '../../infra/preflight/blocked-changes.ts';
import { AccountStack } from '../../infra/stacks/account-stack.ts';
import { resourcesOf, type Synthesized, synthesizeAgain, synthesizeConfig } from './synthesize.ts';

const load = (env: string): EnvironmentConfig =>
  loadEnvironment((name) => (name === 'env' ? env : undefined));
const prod = load('prod');
const createdOf = (config: EnvironmentConfig): CreatedPlatform => {
  if (config.platform.source !== 'created') throw new Error(`${config.name} should create its platform`);
  return config.platform;
};
const platform = createdOf(prod);

const templatesOf = ({ templates }: Synthesized): StackTemplates =>
  Object.fromEntries(
    Object.entries(templates).map(([part, template]) => [part, templateSchema.parse(template.toJSON())]),
  );
const before = templatesOf(synthesizeConfig(prod));

const withNetwork = (change: Partial<CreatedPlatform['network']>): EnvironmentConfig => ({
  ...prod,
  platform: { ...platform, network: { ...platform.network, ...change } },
});
const withKafka = (change: Partial<CreatedPlatform['kafka']>): EnvironmentConfig => ({
  ...prod,
  platform: { ...platform, kafka: { ...platform.kafka, ...change } },
});

/** Together in one deployment: what is possible together is possible one by one. */
const possible = {
  platform: {
    network: { natGateways: 1, interfaceEndpoints: 'all' as const },
    kafka: { instanceType: 'kafka.m7g.xlarge', brokers: 6, volumeGibPerBroker: 600 },
    connect: { workers: 4, maxWorkers: 8, cpu: 4096, memoryMib: 16_384 },
  },
  rest: {
    consumer: { image: 'build', cpu: 2048, memoryMib: 8192, metrics: { host: 'task', port: 9465 } },
    databaseNetwork: { allowed: ['10.20.0.0/16'], refused: ['10.20.1.0/24'], ports: [5433] },
    clientQuotas: { replications: 3 },
    topicRetentionHours: 14 * 24,
    logRetentionDays: 90,
    logLevel: 'DEBUG',
    tracing: false,
    keepData: false,
    healthCheckRuns: 2,
    lagAlarmMs: 60_000,
    consoleOrigin: 'https://console.example.com',
    oidc: { issuer: 'https://issuer.example.com', audience: 'millrace', roleClaim: 'r', clientClaim: 'c' },
    streamsLogs: false,
    api: {
      requestsPerSecond: 500,
      burst: 900,
      clientCallsPerMinute: 300,
      webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/millrace/0a1b',
    },
    reservedRuns: { api: 10, healthCheck: 5, streamLogs: 5 },
    recovery: {
      role: 'active',
      region: 'eu-west-1',
      stateKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1',
      secretsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/2',
    },
    monitoring: 'basic',
    tags: { team: 'data' },
    permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
    webhookRanges: ['10.0.0.0/8'],
    alertEmails: ['on-call@example.com'],
  } satisfies Omit<EnvironmentConfig, 'name' | 'platform' | 'servesConsole'>,
};

const changed: EnvironmentConfig = {
  ...prod,
  ...(possible.rest as Partial<EnvironmentConfig>),
  platform: {
    ...platform,
    network: { ...platform.network, ...possible.platform.network },
    kafka: { ...platform.kafka, ...possible.platform.kafka },
    connect: { ...platform.connect, ...possible.platform.connect },
  },
};

/** Those that cannot be, each with the resource that stands in the way. */
const blocked: readonly (readonly [field: string, EnvironmentConfig, RegExp])[] = [
  ['network.cidr', withNetwork({ cidr: '10.99.0.0/16' }), /another stack takes it/i],
  ['network.availabilityZones', withNetwork({ availabilityZones: 2 }), /would be gone|when it is made/],
  [
    'the zones of a network',
    withNetwork({ zoneNames: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }),
    /another stack takes it|when it is made/i,
  ],
  ['kafka.volumeGibPerBroker', withKafka({ volumeGibPerBroker: 400 }), /only ever grow/],
  ['kafka.brokers', withKafka({ brokers: 3 }), /only copies/],
  ['servesConsole', { ...prod, servesConsole: false }, /would be gone/],
  ['recovery', { ...prod, recovery: { role: 'standby', stateTableName: 'table' } }, /removed with its data/],
];

const messages = (found: readonly BlockedChange[]): readonly string[] =>
  found.map(({ stack, what, why }) => `${stack}: ${what}: ${why}`);

test('every other field of an environment can be changed by one more deployment', () => {
  expect(messages(findBlockedChanges(before, templatesOf(synthesizeConfig(changed))))).toEqual([]);
});

test('and can be changed back, but for disks and brokers', () => {
  const back = findBlockedChanges(templatesOf(synthesizeConfig(changed)), before);
  expect(back.map(({ what }) => what.split(' ')[0])).toEqual(['AWS::MSK::Cluster']);
});

test.each(blocked)('a change of %s is refused, with a way to do it', (field, config, why) => {
  // From six brokers, so that there are some to take away.
  const from = field === 'kafka.brokers' ? templatesOf(synthesizeConfig(withKafka({ brokers: 6 }))) : before;
  const found = findBlockedChanges(from, templatesOf(synthesizeConfig(config)));
  expect(messages(found).join('\n')).toMatch(why);
  for (const { advice } of found) expect(advice).not.toBe('');
});

test('the changes above name every field that an environment has', () => {
  const fieldsOf = (value: object): readonly string[] => Object.keys(value);
  expect(new Set([...fieldsOf(possible.rest), 'servesConsole', 'name', 'platform'])).toEqual(
    new Set([...fieldsOf(changed), 'name', 'platform']),
  );
  const covered = [
    'source',
    ...Object.entries(possible.platform).flatMap(([part, change]) =>
      fieldsOf(change).map((field) => `${part}.${field}`),
    ),
    ...blocked.map(([field]) => field).filter((field) => field.includes('.')),
  ];
  const all = [
    'source',
    ...(['network', 'kafka', 'connect'] as const).flatMap((part) =>
      fieldsOf(changed.platform.source === 'created' ? changed.platform[part] : {}).map(
        (field) => `${part}.${field}`,
      ),
    ),
  ];
  expect([...new Set(covered)].toSorted()).toEqual(all.toSorted());
});

test('a second synthesis of the same configuration changes nothing', () => {
  expect(templatesOf(synthesizeAgain(prod))).toEqual(before);
});

/** Those with a name that CloudFormation does not make, which must be free. */
const namesOf = (all: Synthesized): readonly string[] =>
  resourcesOf(all).flatMap(({ Type, Properties }) =>
    [
      ...['AlarmName', 'AliasName', 'ClusterName', 'DashboardName', 'Family', 'FunctionName', 'LogGroupName'],
      ...['Name', 'QueueName', 'ServiceName', 'StateMachineName', 'TableName', 'TopicName', 'RestApiName'],
    ].flatMap((property) =>
      Properties[property] === undefined ? [] : [`${Type} ${JSON.stringify(Properties[property])}`],
    ),
  );

/** Not a name of its own, but that of another resource or service. */
const isOfAnother = /"(Ref|Fn::GetAtt)":(?!"AWS::StackId")/;

/** Found within its parent, which has another name in each environment. */
const nestedTypes =
  /^AWS::(ApiGateway::(Authorizer|Resource|Stage)|ServiceDiscovery::Service|CloudFront::CachePolicy) /;

test('two environments fit into one account and one region', () => {
  const names = (env: string): readonly string[] =>
    namesOf(synthesizeConfig(load(env))).filter((name) => !nestedTypes.test(name) && !isOfAnother.test(name));
  const inProd = new Set(names('prod'));
  expect(inProd.size).toBeGreaterThan(40);
  for (const env of ['dev', 'staging']) expect(names(env).filter((name) => inProd.has(name))).toEqual([]);
});

test.each(['staging', 'prod'])(
  'nothing that stays behind in %s has a name that the next deployment needs',
  (env) => {
    const kept = resourcesOf(synthesizeConfig(load(env))).filter(({ DeletionPolicy }) =>
      DeletionPolicy?.startsWith('Retain'),
    );
    expect(kept.map(({ Type }) => Type).toSorted()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::KMS::Key',
      'AWS::KMS::Key',
      'AWS::KMS::Key',
      'AWS::MSK::Cluster',
      'AWS::MSK::Configuration',
      'AWS::SecretsManager::Secret',
    ]);
    for (const { Type, DeletionPolicy, Properties } of kept) {
      expect({ Type, DeletionPolicy }).toEqual({ Type, DeletionPolicy: 'RetainExceptOnCreate' });
      for (const property of ['TableName', 'ClusterName', 'Name']) {
        const name = Properties[property];
        // Those of MSK are required, and have the identifier of their stack in them.
        if (name !== undefined) expect(JSON.stringify(name)).toContain('AWS::StackId');
      }
    }
  },
);

test("the account's setting for the logs of API Gateway is in no environment, and stays when its stack goes", () => {
  for (const env of ['dev', 'staging', 'prod'])
    expect(resourcesOf(synthesizeConfig(load(env)), 'AWS::ApiGateway::Account')).toEqual([]);
  const template = Template.fromStack(new AccountStack(new App()));
  template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'RetainExceptOnCreate' });
  template.hasResource('AWS::IAM::Role', { DeletionPolicy: 'RetainExceptOnCreate' });
});

test('nothing stays behind in dev', () => {
  const kept = resourcesOf(synthesizeConfig(load('dev'))).filter(
    ({ DeletionPolicy }) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete',
  );
  expect(kept.map(({ Type, logicalId }) => `${Type} ${logicalId}`)).toEqual([]);
});
