import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { KafkaClient, ListKafkaVersionsCommand } from '@aws-sdk/client-kafka';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { templateSchema } from '../../infra/preflight/blocked-changes.ts';
import { type AccountFacts, checkAccount } from '../../infra/preflight/check-account.ts';
import { contextOptions, describeFindings } from '../../infra/preflight/main.ts';
import { readAccount } from '../../infra/preflight/read-account.ts';
import { resourcesOf, synthesizeConfig } from './synthesize.ts';

const load = (env: string) => loadEnvironment((name) => (name === 'env' ? env : undefined));

const enough: AccountFacts = {
  account: '123456789012',
  region: 'eu-central-1',
  bootstrapVersion: 21,
  quotas: { fargateVcpus: 100, elasticIps: 5, vpcs: 5, lambdaRuns: 1_000 },
  zones: ['a', 'b', 'c', 'd'].map((letter, index) => ({
    name: `eu-central-1${letter}`,
    id: `euc1-az${index + 1}`,
  })),
  brokerZones: ['a', 'b', 'c', 'd'].map((letter) => `eu-central-1${letter}`),
  elasticIps: 0,
  vpcs: 1,
  kafkaVersions: ['3.9.x', '4.1.x.kraft'],
  hasEcsRole: true,
  apiGatewayLogRole: 'arn:aws:iam::123456789012:role/logs',
  stateVersion: 1,
  deployed: {},
};

const check = (change: Partial<AccountFacts>, env = 'prod') =>
  checkAccount(load(env), {}, { ...enough, ...change }, '4.1.x.kraft');
const problems = (change: Partial<AccountFacts>, env?: string): readonly string[] =>
  check(change, env)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, what, advice }) => `${level}: ${what} -> ${advice}`);

test('an account with room for everything has nothing to fix', () => {
  expect(problems({})).toEqual([]);
  expect(check({}).length).toBeGreaterThan(6);
});

test("a new account's 6 vCPUs of Fargate are taken by Connect alone", () => {
  expect(problems({ quotas: { ...enough.quotas, fargateVcpus: 6 } })).toEqual([
    expect.stringMatching(/^error: Fargate may have 6 vCPUs .* Connect takes 6 vCPUs.*quota-code L-3032A538/),
  ]);
  expect(problems({ quotas: { ...enough.quotas, fargateVcpus: 16 } })).toEqual([
    expect.stringMatching(/^warning: Fargate may have 16 vCPUs in this account: room for 4 consumers/),
  ]);
});

test.each<[string, Partial<AccountFacts>, RegExp]>([
  ['no bootstrap', { bootstrapVersion: undefined }, /cdk bootstrap aws:\/\/123456789012\/eu-central-1/],
  ['an old bootstrap', { bootstrapVersion: 5 }, /version 5; 6 is needed/],
  ['too few zones', { zones: enough.zones.slice(0, 2) }, /has 3 availability zones, and eu-central-1 has 2/],
  [
    "a zone without the brokers' machine",
    { brokerZones: enough.brokerZones.filter((zone) => !zone.endsWith('b')) },
    /^error: .*\(kafka\.m7g\.large\) cannot be in eu-central-1b .*zoneNames .* to 3 of eu-central-1a, eu-central-1c, eu-central-1d\./,
  ],
  [
    'a zone in which MSK is not',
    { zones: enough.zones.map((zone, index) => (index === 0 ? { ...zone, id: 'use1-az3' } : zone)) },
    /cannot be in eu-central-1a .* to 3 of eu-central-1b, eu-central-1c, eu-central-1d\./,
  ],
  [
    'a region with too few zones for the brokers',
    { brokerZones: ['eu-central-1a', 'eu-central-1b'] },
    /has 2 zones for them\. Take another platform\.kafka\.instanceType/,
  ],
  ['no such Kafka', { kafkaVersions: ['3.9.x'] }, /no Kafka 4\.1\.x\.kraft/],
  ['no address left', { elasticIps: 3 }, /3 more Elastic IPs are needed, and 3 of 5 are used/],
  ['no network left', { vpcs: 5 }, /1 more VPCs are needed, and 5 of 5 are used/],
  [
    'a state of a newer Millrace',
    { stateVersion: 2 },
    /^error: The state table is of version 2, and .* knows version 1/,
  ],
  ['no role of ECS', { hasEcsRole: false }, /create-service-linked-role/],
  ['ten Lambdas', { quotas: { ...enough.quotas, lambdaRuns: 10 } }, /Only 10 Lambdas/],
  [
    'a quota that is not told',
    { quotas: { ...enough.quotas, vpcs: undefined } },
    /^warning: The quota of VPCs/,
  ],
])('says what to do about %s', (_what, change, text) => {
  expect(problems(change)).toEqual([expect.stringMatching(text)]);
});

test('takes the zones that an environment names, and not the first ones', () => {
  const { platform, ...prod } = load('prod');
  if (platform.source !== 'created') throw new Error('The platform of prod is there already.');
  const zoneNames = ['eu-central-1a', 'eu-central-1c', 'eu-central-1d'];
  const named = { ...prod, platform: { ...platform, network: { ...platform.network, zoneNames } } };
  const brokerZones = enough.brokerZones.filter((zone) => !zone.endsWith('b'));
  const levels = checkAccount(named, {}, { ...enough, brokerZones }, '4.1.x.kraft').map(({ level }) => level);
  expect(new Set(levels)).toEqual(new Set(['ok']));
  const subnets = resourcesOf(synthesizeConfig(named), 'AWS::EC2::Subnet');
  expect(new Set(subnets.map(({ Properties }) => Properties.AvailabilityZone))).toEqual(new Set(zoneNames));
});

test('an environment that is there needs no further network', () => {
  const deployed = { 'millrace-prod-network': templateSchema.parse({}) };
  expect(problems({ deployed, elasticIps: 5, vpcs: 5 })).toEqual([]);
});

test('what CloudFormation would refuse half-way is refused before', () => {
  const table = (key: string) =>
    templateSchema.parse({
      Resources: {
        Table: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: [{ AttributeName: key }] } },
      },
    });
  const found = checkAccount(
    load('prod'),
    { 'millrace-prod-state': table('id') },
    { ...enough, deployed: { 'millrace-prod-state': table('pk') } },
    '4.1.x.kraft',
  );
  expect(describeFindings(found)).toMatch(
    /error {3}millrace-prod-state, AWS::DynamoDB::Table Table: It would be replaced by another one, which is empty\.\n {8}Restore/,
  );
});

test('reads the account by the AWS SDK', async () => {
  const sts = mockClient(STSClient);
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  const notThere = new CloudFormationServiceException({
    name: 'ValidationError',
    $fault: 'client',
    $metadata: {},
    message: 'Stack does not exist',
  });
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves({
      Stacks: [
        {
          StackName: 'CDKToolkit',
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'BootstrapVersion', OutputValue: '25' }],
        },
      ],
    })
    .on(DescribeStacksCommand, { StackName: 'millrace-dev-state' })
    .resolves({
      Stacks: [
        {
          StackName: 'millrace-dev-state',
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'StateTableName', OutputValue: 'table' }],
        },
      ],
    })
    .on(GetTemplateCommand)
    .rejects(notThere)
    .on(GetTemplateCommand, { StackName: 'millrace-dev-state' })
    .resolves({ TemplateBody: '{"Resources":{"Table":{"Type":"AWS::DynamoDB::Table"}}}' });
  const dynamoDb = mockClient(DynamoDBClient);
  dynamoDb
    .on(GetItemCommand, { TableName: 'table', Key: { pk: { S: 'STATE' }, sk: { S: 'VERSION' } } })
    .resolves({ Item: { version: { N: '3' } } });
  const quotas = mockClient(ServiceQuotasClient);
  quotas
    .on(GetServiceQuotaCommand)
    .rejects(new NoSuchResourceException({ $metadata: {}, message: 'never raised' }))
    .on(GetServiceQuotaCommand, { QuotaCode: 'L-3032A538' })
    .resolves({ Quota: { Value: 6 } })
    .on(GetAWSDefaultServiceQuotaCommand)
    .resolves({ Quota: { Value: 5 } });
  const ec2 = mockClient(EC2Client);
  ec2
    .on(DescribeAvailabilityZonesCommand)
    .resolves({ AvailabilityZones: [{ ZoneName: 'eu-central-1a', ZoneId: 'euc1-az2' }] })
    .on(DescribeInstanceTypeOfferingsCommand, {
      Filters: [{ Name: 'instance-type', Values: ['m7g.large'] }],
    })
    .resolves({ InstanceTypeOfferings: [{ Location: 'eu-central-1a' }] })
    .on(DescribeAddressesCommand)
    .resolves({ Addresses: [{}, {}] })
    .on(DescribeVpcsCommand)
    .resolves({ Vpcs: [{}] });
  const iam = mockClient(IAMClient);
  iam.on(GetRoleCommand).rejects(new NoSuchEntityException({ $metadata: {}, message: 'none' }));
  const kafka = mockClient(KafkaClient);
  kafka
    .on(ListKafkaVersionsCommand)
    .resolves({ KafkaVersions: [{ Version: '4.1.x.kraft', Status: 'ACTIVE' }], NextToken: 'more' })
    .on(ListKafkaVersionsCommand, { NextToken: 'more' })
    .resolves({ KafkaVersions: [{ Version: '2.2.1', Status: 'DEPRECATED' }] });
  const apiGateway = mockClient(APIGatewayClient);
  apiGateway.on(GetAccountCommand).resolves({});

  const facts = await readAccount(['millrace-dev-state', 'millrace-dev-network'], 'kafka.m7g.large', {
    sts: new STSClient({ region: 'eu-central-1' }),
    cloudFormation: new CloudFormationClient({}),
    dynamoDb: new DynamoDBClient({}),
    quotas: new ServiceQuotasClient({}),
    ec2: new EC2Client({}),
    iam: new IAMClient({}),
    kafka: new KafkaClient({}),
    apiGateway: new APIGatewayClient({}),
  });
  expect(facts).toEqual({
    account: '123456789012',
    region: 'eu-central-1',
    bootstrapVersion: 25,
    quotas: { fargateVcpus: 6, elasticIps: 5, vpcs: 5, lambdaRuns: 5 },
    zones: [{ name: 'eu-central-1a', id: 'euc1-az2' }],
    brokerZones: ['eu-central-1a'],
    elasticIps: 2,
    vpcs: 1,
    kafkaVersions: ['4.1.x.kraft'],
    hasEcsRole: false,
    apiGatewayLogRole: undefined,
    stateVersion: 3,
    deployed: {
      'millrace-dev-state': { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } }, Outputs: {} },
    },
  });
});

test('takes the settings of an environment from the options of cdk deploy', () => {
  expect(contextOptions(['--require-approval', 'never', '-c', 'a=1', '--context=b=2', '--verbose'])).toEqual([
    '-c',
    'a=1',
    '-c',
    'b=2',
  ]);
});
