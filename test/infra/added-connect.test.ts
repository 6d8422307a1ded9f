import { expect, test } from '@jest/globals';
import { findConfigProblems } from '../../infra/config/check-config.ts';
import type {
  AddedConnect,
  EnvironmentConfig,
  ImportedPlatform,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { checkAccount } from '../../infra/preflight/check-account.ts';
import { lambdaFunctions, resourcesOf, rolePolicies, synthesizeConfig } from './synthesize.ts';

const load = (env: string) => loadEnvironment((name) => (name === 'env' ? env : undefined));
const size = { workers: 2, maxWorkers: 4, cpu: 2048, memoryMib: 8192, securityGroupId: 'sg-0a1b2c3d' };

/** prod in a network and with a Kafka that are there, and a Connect that is made there. */
const withConnect = (change: Partial<AddedConnect> = {}): EnvironmentConfig => {
  const imported = load('local').platform as ImportedPlatform;
  return {
    ...load('prod'),
    platform: {
      ...imported,
      kafka: { brokers: 'b-1.example.com:9098', security: 'iam', clusterName: 'shared' },
      connect: { ...size, ...change },
    },
  };
};

test('Connect is created in a network and for a Kafka that are there already', () => {
  const all = synthesizeConfig(withConnect());
  expect(Object.keys(all.templates)).toContain('connect');
  for (const part of ['network', 'kafka']) expect(Object.keys(all.templates)).not.toContain(part);
  const [service] = resourcesOf(all, 'AWS::ECS::Service');
  expect(service?.Properties.NetworkConfiguration).toEqual({
    AwsvpcConfiguration: {
      AssignPublicIp: 'DISABLED',
      SecurityGroups: [size.securityGroupId],
      Subnets: ['subnet-00000000000000000'],
    },
  });
  const [scaling] = resourcesOf(all, 'AWS::ApplicationAutoScaling::ScalableTarget');
  expect(scaling?.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 4 });

  // The API finds it by name, bounds what a connector holds by its memory, and reads its log.
  const variables = lambdaFunctions(all, 'prod').api?.Environment.Variables;
  expect(variables).toMatchObject({
    MILLRACE_CONNECT_URL: 'http://connect.millrace-prod.internal:8083',
    MILLRACE_CONNECT_LOG_GROUP: '/millrace/prod/connect',
  });
  expect(Number(variables?.MILLRACE_MAX_QUEUE_BYTES)).toBeGreaterThan(0);

  const rights = rolePolicies(all)
    .filter(({ role }) => role.startsWith('TaskRole'))
    .flatMap(({ statement }) => statement.Action);
  expect(rights).toContain('secretsmanager:GetSecretValue');
  expect(rights.some((action) => action.startsWith('kafka-cluster:'))).toBe(true);
});

test('it has alarms like one that comes with its own network', () => {
  const names = resourcesOf(synthesizeConfig(withConnect()), 'AWS::CloudWatch::Alarm').map(
    ({ Properties }) => Properties.AlarmName,
  );
  expect(names).toEqual(
    expect.arrayContaining(['millrace-prod-connect-workers', 'millrace-prod-connect-memory']),
  );
});

test.each([
  ['no security group', { securityGroupId: 'default' }, /securityGroupId: "default" is no security group/],
  ['no worker', { workers: 0 }, /platform.connect.workers/],
  ['too little memory', { cpu: 256, memoryMib: 512 }, /memoryMib: 512 is too little/],
])('a Connect with %s is refused', (_what, change, problem) => {
  expect(findConfigProblems(withConnect()).join('\n')).toBe('');
  expect(findConfigProblems(withConnect(change)).join('\n')).toMatch(problem);
});

test('the preflight looks whether Fargate has room for it', () => {
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
      kafkaVersions: [],
      hasEcsRole: true,
      apiGatewayLogRole: undefined,
      vpcs: 0,
      elasticIps: 0,
      deployed: {},
    },
    quotas: { fargateVcpus: 4, lambdaRuns: 1_000, vpcs: 5, elasticIps: 5 },
  };
  const findings = checkAccount(withConnect(), {}, facts, '4.0.x');
  expect(findings.filter(({ level }) => level === 'error')).toEqual([
    expect.objectContaining({ what: expect.stringContaining('Fargate may have 4 vCPUs') }),
  ]);
});
