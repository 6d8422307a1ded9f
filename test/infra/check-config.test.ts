import { expect, test } from '@jest/globals';
import { findConfigProblems, requireSoundConfig } from '../../infra/config/check-config.ts';
import {
  type CreatedPlatform,
  type EnvironmentConfig,
  environmentNames,
  type ImportedPlatform,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';

const load = (env: string): EnvironmentConfig =>
  loadEnvironment((name) => (name === 'env' ? env : undefined));
const prod = load('prod');
const created = prod.platform as CreatedPlatform;

const withPlatform = (change: {
  readonly network?: Partial<CreatedPlatform['network']>;
  readonly kafka?: Partial<CreatedPlatform['kafka']>;
  readonly connect?: Partial<CreatedPlatform['connect']>;
}): EnvironmentConfig => ({
  ...prod,
  platform: {
    source: 'created',
    network: { ...created.network, ...change.network },
    kafka: { ...created.kafka, ...change.kafka },
    connect: { ...created.connect, ...change.connect },
  },
});

const withImported = (change: Partial<ImportedPlatform['network']>): EnvironmentConfig => {
  const local = load('local');
  const platform = local.platform as ImportedPlatform;
  return { ...local, platform: { ...platform, network: { ...platform.network, ...change } } };
};

test.each(environmentNames)('%s has nothing to correct', (env) => {
  expect(findConfigProblems(load(env))).toEqual([]);
});

test.each<[string, EnvironmentConfig, RegExp]>([
  ['a public network', withPlatform({ network: { cidr: '8.8.0.0/16' } }), /^platform\.network\.cidr: "8\.8/],
  ['a network without room', withPlatform({ network: { cidr: '10.0.0.0/20' } }), /must be a \/16 or a \/17/],
  [
    'more gateways than zones',
    withPlatform({ network: { natGateways: 4 } }),
    /natGateways: 4 .* from 1 to 3/,
  ],
  ['brokers that do not fill the zones', withPlatform({ kafka: { brokers: 4 } }), /4 is no multiple of 3/],
  [
    'a type that is none',
    withPlatform({ kafka: { instanceType: 'm7g.large' } }),
    /such as kafka\.m7g\.large/,
  ],
  ['half a GiB', withPlatform({ kafka: { volumeGibPerBroker: 0.5 } }), /from 1 to 16384/],
  ['no worker', withPlatform({ connect: { workers: 0 } }), /workers: 0/],
  [
    'a limit below the workers',
    withPlatform({ connect: { maxWorkers: 2 } }),
    /maxWorkers: 2 .* from 3 to 100/,
  ],
  ['a small worker', withPlatform({ connect: { cpu: 256, memoryMib: 1_024 } }), /at least 2048/],
  [
    'a size that Fargate has not',
    withPlatform({ connect: { cpu: 1_000 } }),
    /connect\.cpu: Fargate has no 1000: 256, 512/,
  ],
  [
    'memory that does not go with the CPU',
    { ...prod, consumer: { ...prod.consumer, cpu: 256, memoryMib: 4_096 } },
    /^consumer\.memoryMib: with cpu 256, Fargate has 512 to 2048 in steps of 512 without 1536, and no 4096/,
  ],
  ['short topics', { ...prod, topicRetentionHours: 48 }, /twice the longest copy/],
  [
    'a host in place of a network',
    { ...prod, databaseNetwork: { allowed: ['db.example.com'], ports: 'any' } },
    /^databaseNetwork\.allowed: "db\.example\.com" is no network/,
  ],
  [
    'a zone without its letter',
    withPlatform({ network: { zoneNames: ['eu-central-1', 'eu-central-1b', 'eu-central-1c'] } }),
    /zoneNames: "eu-central-1" is no zone such as eu-central-1a/,
  ],
  [
    'fewer names than zones',
    withPlatform({ network: { zoneNames: ['eu-central-1a', 'eu-central-1b', 'eu-central-1a'] } }),
    /zoneNames: there must be 3 different ones/,
  ],
  ['no port', { ...prod, databaseNetwork: { allowed: ['10.0.0.0/8'], ports: [] } }, /ports: is empty/],
  [
    'a refused host in place of a network',
    { ...prod, databaseNetwork: { allowed: ['10.0.0.0/8'], refused: ['10.0.0.1'], ports: 'any' } },
    /^databaseNetwork\.refused: "10\.0\.0\.1" is no network/,
  ],
  [
    'no run that is kept',
    { ...prod, reservedRuns: { api: 0, healthCheck: 8, streamLogs: 20 } },
    /reservedRuns\.api: 0/,
  ],
  [
    'a name in place of a VPC',
    withImported({ vpcId: 'main' }),
    /network\.vpcId: "main" is none, such as vpc-/,
  ],
  ['a name of a subnet', withImported({ subnetIds: ['private-a'] }), /subnetIds: "private-a" is none/],
  ['a name of a group', withImported({ securityGroupId: 'tasks' }), /"tasks" is no security group/],
  ['no network', { ...prod, databaseNetwork: { allowed: [], ports: 'any' } }, /no database could be reached/],
  ['a quota below 0', { ...prod, clientQuotas: { tables: -1 } }, /clientQuotas.tables/],
  ['no such quota', { ...prod, clientQuotas: { cpu: 1 } as object }, /clientQuotas.cpu: is no quota/],
  ['port 0', { ...prod, databaseNetwork: { allowed: ['10.0.0.0/8'], ports: [0] } }, /ports: 0/],
  ['a mistyped address', { ...prod, alertEmails: ['on-call'] }, /"on-call" is no e-mail address/],
  ['a path in the origin', { ...prod, consoleOrigin: 'https://a.example.com/x' }, /without a path/],
  ['a tag of AWS', { ...prod, tags: { 'aws:x': 'y' } }, /is no tag of AWS/],
  ['a name of a policy', { ...prod, permissionsBoundary: 'boundary' }, /no ARN of a managed policy/],
  [
    'a global web ACL',
    { ...prod, api: { ...prod.api, webAclArn: 'arn:aws:wafv2:us-east-1:1:global/webacl/a/b' } },
    /regional/,
  ],
  [
    'a private API with an endpoint that is none',
    { ...prod, servesConsole: false, streamsLogs: false, api: { ...prod.api, vpcEndpointIds: ['vpc-1'] } },
    /vpcEndpointIds: "vpc-1" is no VPC endpoint/,
  ],
  [
    'a private API for nobody',
    { ...prod, servesConsole: false, streamsLogs: false, api: { ...prod.api, vpcEndpointIds: [] } },
    /vpcEndpointIds: is empty/,
  ],
  [
    'a console before a private API',
    { ...prod, streamsLogs: false, api: { ...prod.api, vpcEndpointIds: ['vpce-0a1b'] } },
    /^servesConsole: must be false/,
  ],
  [
    'a public stream of logs next to a private API',
    { ...prod, servesConsole: false, api: { ...prod.api, vpcEndpointIds: ['vpce-0a1b'] } },
    /^streamsLogs: must be false/,
  ],
  ['no request', { ...prod, api: { requestsPerSecond: 0, burst: 1 } }, /requestsPerSecond: 0/],
  [
    'no call of a client',
    { ...prod, api: { ...prod.api, clientCallsPerMinute: 0 } },
    /clientCallsPerMinute: 0/,
  ],
  [
    'IAM at an unnamed cluster',
    {
      ...load('local'),
      platform: {
        ...load('local').platform,
        kafka: { brokers: 'b-1:9098', security: 'iam' },
      } as EnvironmentConfig['platform'],
    },
    /clusterName: is missing/,
  ],
])('%s is refused, with its field and what is possible', (_what, config, problem) => {
  const problems = findConfigProblems(config);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test('everything that is wrong is said at once', () => {
  const wrong = { ...withPlatform({ kafka: { brokers: 4 } }), topicRetentionHours: 1, alertEmails: ['x'] };
  expect(() => requireSoundConfig(wrong)).toThrow(
    /^infra\/config\/prod\.ts cannot be deployed:\n- platform\.kafka\.brokers.*\n- alertEmails.*\n- topicRetentionHours/,
  );
});
