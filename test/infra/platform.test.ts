import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { captureDefaults } from '#core/capture/connector-config.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import {
  createdEnvironments,
  createdPlatform,
  lambdaFunctions,
  partOf,
  resourcesOf,
  rolePolicies,
  synthesize,
} from './synthesize.ts';

/* Network, Kafka and Connect as they are created, and the images. */

describe.each(createdEnvironments)('%s creates its platform', (env) => {
  const all = synthesize(env);

  test('with Kafka that speaks only TLS, inside the private subnets, to nobody without a role', () => {
    const [cluster] = resourcesOf(all, 'AWS::MSK::Cluster');
    expect(cluster?.Properties).toMatchObject({
      EncryptionInfo: {
        EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true },
        EncryptionAtRest: { DataVolumeKMSKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } },
      },
      ClientAuthentication: {
        Sasl: { Iam: { Enabled: true }, Scram: { Enabled: false } },
        Tls: { Enabled: false },
        Unauthenticated: { Enabled: false },
      },
    });
    for (const { Properties } of resourcesOf(all, 'AWS::KMS::Key'))
      expect(Properties.EnableKeyRotation).toBe(true);
    expect(resourcesOf(all, 'AWS::EC2::VPC')).toHaveLength(1);
    expect(resourcesOf(all, 'AWS::EC2::FlowLog')).toHaveLength(1);
    const gateways = resourcesOf(all, 'AWS::EC2::NatGateway');
    expect(gateways.length).toBeGreaterThan(0);
    const { NatAddresses } = partOf(env, 'network').findOutputs('NatAddresses');
    expect(JSON.stringify(NatAddresses).split('PublicIp')).toHaveLength(gateways.length + 1);
  });

  test('with security groups that let nothing in but its own parts', () => {
    const rules = resourcesOf(all, 'AWS::EC2::SecurityGroupIngress');
    for (const { logicalId, Properties } of rules) {
      expect({ logicalId, source: Properties.SourceSecurityGroupId }).toEqual({
        logicalId,
        source: expect.anything(),
      });
      expect(Properties).not.toHaveProperty('CidrIp');
    }
    for (const { Properties } of resourcesOf(all, 'AWS::EC2::SecurityGroup')) {
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
    }
  });

  test('with metrics that only who wears the monitoring security group may read', () => {
    const monitoring = resourcesOf(all, 'AWS::EC2::SecurityGroup').find(({ logicalId }) =>
      logicalId.startsWith('MonitoringSecurityGroup'),
    );
    const rules = resourcesOf(all, 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) =>
      [9404, 9464].includes(Properties.FromPort as number),
    );
    expect(rules.map(({ Properties }) => [Properties.FromPort, Properties.SourceSecurityGroupId])).toEqual(
      [9464, 9404].map((port) => [port, { 'Fn::GetAtt': [monitoring?.logicalId, 'GroupId'] }]),
    );
    const [worker] = resourcesOf(all, 'AWS::ECS::TaskDefinition').filter(({ logicalId }) =>
      logicalId.startsWith('Worker'),
    );
    expect(JSON.stringify(worker?.Properties)).toContain('{"Name":"MILLRACE_METRICS_PORT","Value":"9464"}');
    expect(JSON.stringify(worker?.Properties)).toContain('"ContainerPort":9464');
  });

  test('with Connect as a Fargate service that has a name, reads database secrets and nothing else', () => {
    const connect = partOf(env, 'connect');
    connect.resourceCountIs('AWS::ECS::Service', 1);
    connect.hasResourceProperties('AWS::ServiceDiscovery::Service', { Name: 'connect' });
    const actions = rolePolicies(all)
      .filter(({ role }) => role.startsWith('TaskRole'))
      .flatMap(({ statement }) => statement.Action);
    expect(actions.filter((action) => !action.startsWith('kafka-cluster:'))).toEqual([
      'kms:Decrypt',
      'secretsmanager:GetSecretValue',
    ]);
  });

  test('with Connect updated without a gap, rolled back when it does not start, and bounded in what a connector holds', () => {
    const connect = createdPlatform(env).connect;
    const connectPart = partOf(env, 'connect');
    connectPart.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      DesiredCount: connect.maxWorkers === undefined ? connect.workers : Match.absent(),
    });
    connectPart.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({ HealthCheck: Match.objectLike({ Retries: 4 }), StopTimeout: 120 }),
      ],
    });
    const limit = lambdaFunctions(all, env).api?.Environment.Variables.MILLRACE_MAX_QUEUE_BYTES;
    // A worker has room for the largest queues of eight connectors, and for the default of every one.
    expect(8 * Number(limit)).toBeLessThan(0.7 * connect.memoryMib * 1024 * 1024);
    expect(Number(limit)).toBeGreaterThanOrEqual(captureDefaults.maxQueueBytes);
  });

  test('with more Connect workers while their processors are busy, where it has a limit', () => {
    const connect = createdPlatform(env).connect;
    const targets = resourcesOf(all, 'AWS::ApplicationAutoScaling::ScalableTarget');
    const policies = resourcesOf(all, 'AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(env === 'prod').toBe(connect.maxWorkers !== undefined);
    expect(targets.map(({ Properties }) => [Properties.MinCapacity, Properties.MaxCapacity])).toEqual(
      connect.maxWorkers === undefined ? [] : [[connect.workers, connect.maxWorkers]],
    );
    expect(policies).toHaveLength(targets.length);
    for (const { Properties } of policies)
      expect(Properties.TargetTrackingScalingPolicyConfiguration).toMatchObject({
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        TargetValue: 60,
      });
  });

  test('with a disk that Connect cannot write to, but for /tmp', () => {
    partOf(env, 'connect').hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          ReadonlyRootFilesystem: true,
          MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false, SourceVolume: 'scratch' }],
        }),
      ],
      Volumes: [{ Name: 'scratch' }],
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
    });
  });

  test('lets out to Kafka, Connect, the AWS APIs and the ports of databases, and nowhere else', () => {
    const rules = z
      .array(z.record(z.string(), z.unknown()))
      .parse([
        ...resourcesOf(all, 'AWS::EC2::SecurityGroup').flatMap(
          ({ Properties }) => Properties.SecurityGroupEgress ?? [],
        ),
        ...resourcesOf(all, 'AWS::EC2::SecurityGroupEgress').map(({ Properties }) => Properties),
      ]);
    const opened = new Set(
      rules
        // CDK's way to write a group that lets nothing out.
        .filter(({ CidrIp }) => CidrIp !== '255.255.255.255/32')
        .map(({ CidrIp, CidrIpv6, IpProtocol, FromPort, ToPort }) =>
          [CidrIp ?? CidrIpv6 ?? 'group', IpProtocol, FromPort, ToPort].join(' '),
        ),
    );
    const ports = [1521, 2484, 3306, 5432];
    expect([...opened].toSorted()).toEqual(
      [
        'group tcp 9098 9098',
        'group tcp 8083 8083',
        'group tcp 9404 9404',
        'group tcp 9464 9464',
        '0.0.0.0/0 tcp 443 443',
        ...['0.0.0.0/0', '::/0'].flatMap((network) => ports.map((port) => `${network} tcp ${port} ${port}`)),
      ].toSorted(),
    );
  });

  test('tells everyone who connects to databases where these may be, and that its own network is none of it', () => {
    const connecting = Object.values(lambdaFunctions(all, env)).filter(
      ({ Environment }) => Environment.Variables.MILLRACE_SECRET_PREFIX !== undefined,
    );
    expect(connecting.length).toBeGreaterThan(8);
    for (const { Environment } of connecting) {
      expect(Environment.Variables).toMatchObject({
        MILLRACE_DATABASE_NETWORKS: '0.0.0.0/0,::/0',
        MILLRACE_RESERVED_NETWORKS: expect.stringMatching(/^10\.6\d\.0\.0\/16$/),
        MILLRACE_DATABASE_PORTS: '1521,2484,3306,5432',
      });
    }
  });

  test('and tells Lambdas and workers its endpoints', () => {
    const { Environment } = lambdaFunctions(all, env)['start-capture'] ?? {};
    expect(Environment?.Variables).toMatchObject({
      MILLRACE_KAFKA_SECURITY: 'iam',
      MILLRACE_KAFKA_BROKERS: expect.anything(),
      MILLRACE_CONNECT_URL: `http://connect.millrace-${env}.internal:8083`,
    });
  });
});

test.each(['connect-container', 'consumer-container'])('the image of %s floats with nothing', (folder) => {
  const dockerfile = readFileSync(fromRoot(folder, 'Dockerfile'), 'utf8');
  const bases = [...dockerfile.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, image]) => image);
  expect(bases.length).toBeGreaterThan(0);
  // A whole version, or the digest of an image.
  for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64}$/);
  expect(dockerfile).toMatch(/^USER (node|\d+:\d+)$/m);
  expect(dockerfile).not.toMatch(/curl .*http|wget |apt-get|:latest/);
});
