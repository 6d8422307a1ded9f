import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { environmentNames } from '../../infra/config/environment-config.ts';
import { lambdaFunctions, partOf, resourcesOf, synthesize } from './synthesize.ts';

/* What holds of all stacks of an environment, and the state stack. */

describe.each(environmentNames)('%s', (env) => {
  const all = synthesize(env);

  // By `jest --selectProjects infra --updateSnapshot`, when a change of it is meant. lasting-names.test.ts watches what has data.
  test('is made of what the snapshot lists', () => {
    const counts = Object.keys(all.templates).map((part) => {
      const types = resourcesOf(all)
        .filter((resource) => resource.part === part)
        .map(({ Type }) => Type);
      const listed = [...new Set(types)]
        .toSorted()
        .map((type) => `  ${types.filter((one) => one === type).length} ${type}`);
      return [`${part}: ${types.length}`, ...listed].join('\n');
    });
    expect(`\n${counts.join('\n')}\n`).toMatchSnapshot();
  });

  test('has no finding of cdk-nag that is not acknowledged', () => {
    const { success, violations } = new AwsSolutionsChecks(all.app).validateScope(all.app);
    expect(violations).toEqual([]);
    expect(success).toBe(true);
  });

  test('keeps state in one encrypted on-demand table with recovery, expiry and the indexes', () => {
    partOf(env, 'state').hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: 'byKind',
          KeySchema: [
            { AttributeName: 'gsiPk', KeyType: 'HASH' },
            { AttributeName: 'gsiSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        }),
        Match.objectLike({ IndexName: 'keysByKind', Projection: { ProjectionType: 'KEYS_ONLY' } }),
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      SSESpecification: Match.objectLike({ SSEEnabled: true, SSEType: 'KMS' }),
    });
  });

  test('encrypts the alert topic with the rotated key that alarms may use', () => {
    const state = partOf(env, 'state');
    state.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    state.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      }),
    });
  });

  test('lets alarms publish, although the topic has a policy of its own', () => {
    partOf(env, 'state').hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      }),
    });
  });

  test('keeps every log for a bounded time', () => {
    for (const { logicalId, Properties } of resourcesOf(all, 'AWS::Logs::LogGroup')) {
      expect({ logicalId, days: Properties.RetentionInDays }).toEqual({
        logicalId,
        days: expect.any(Number),
      });
    }
  });

  test('says what its stacks made', () => {
    const outputs = Object.values(all.templates).flatMap((template) =>
      Object.keys(template.findOutputs('*')),
    );
    expect(outputs.filter((name) => !name.startsWith('ExportsOutput')).toSorted()).toEqual([
      'AdminTokenSecretArn',
      'AlertTopicArn',
      'ApiStage',
      'ApiUrl',
      'ClusterName',
      ...(env === 'local' ? [] : ['ConnectSecurityGroupId']),
      ...(env === 'local' ? [] : ['ConsoleBucket', 'ConsoleDistribution', 'ConsoleUrl']),
      'DashboardName',
      'LogStreamUrl',
      ...(env === 'local' ? [] : ['MonitoringSecurityGroupId', 'NatAddresses']),
      'ReplicationDashboardName',
      'RestApiId',
      'SecretsKeyArn',
      'StateKeyArn',
      'StateMachineArn',
      'StateTableName',
      'TaskDefinitionArn',
      ...(env === 'local' ? [] : ['WorkloadSecurityGroupId']),
    ]);
  });
});

test('what must not be lost survives the deletion of its stack in staging and prod', () => {
  for (const env of ['staging', 'prod'] as const) {
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::MSK::Cluster',
      'AWS::SecretsManager::Secret',
    ]) {
      const policies = resourcesOf(synthesize(env), type).map(({ DeletionPolicy }) => DeletionPolicy);
      expect({ env, type, policies: [...new Set(policies)] }).toEqual({
        env,
        type,
        policies: ['RetainExceptOnCreate'],
      });
    }
  }
});

test('local has nothing that the emulator cannot create', () => {
  const unsupported =
    /NatGateway|QueryDefinition|EIP|SecurityGroupIngress|SecurityGroupEgress|FlowLog|CompositeAlarm|ApplicationAutoScaling|MSK|DBProxy|WebACLAssociation|CloudTrail|VpcLink|RotationSchedule|CustomResource/;
  const types = resourcesOf(synthesize('local')).map(({ Type }) => Type);
  expect(types.filter((type) => unsupported.test(type))).toEqual([]);
  const alarms = resourcesOf(synthesize('local'), 'AWS::CloudWatch::Alarm');
  expect(alarms.filter(({ Properties }) => Properties.Metrics !== undefined)).toEqual([]);
});

test('local takes the addresses of Kafka, Connect and the stream from the deployment', () => {
  const local = synthesize('local');
  const variables = lambdaFunctions(local, 'local').api?.Environment.Variables;
  expect(variables).toMatchObject({
    MILLRACE_KAFKA_BROKERS: { Ref: 'KafkaBrokers' },
    MILLRACE_KAFKA_SECURITY: 'plaintext',
    MILLRACE_CONNECT_URL: { Ref: 'ConnectUrl' },
    MILLRACE_LOG_STREAM_URL: { Ref: 'LogStream' },
  });
  // Nowhere else: templates that name a port would be of one stack only.
  const defaults = ['127.0.0.1:9092', 'http://127.0.0.1:8083', 'http://127.0.0.1:8085/'];
  for (const template of Object.values(local.templates)) {
    const { Parameters: parameters = {}, ...rest } = template.toJSON();
    for (const value of defaults) expect(JSON.stringify(rest)).not.toContain(value);
    for (const [name, { Default: value }] of Object.entries<{ Default: string }>(parameters))
      if (/^(KafkaBrokers|ConnectUrl|LogStream)$/.test(name)) expect(defaults).toContain(value);
  }
});
