import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { z } from 'zod';
import {
  clientKey,
  leaseKey,
  replicationKey,
  requestKey,
  sequenceKey,
  tokenEntryKey,
  tokenKey,
} from '#adapters/dynamodb/store-keys.ts';
import { createLog } from '#adapters/observability/log.ts';
import { captureDefaults } from '#core/capture/connector-config.ts';
import { metricDimensions, metricNamespace } from '#core/contracts/environment.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import {
  type CreatedPlatform,
  type EnvironmentName,
  environmentNames,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { problemDetailsSchema } from '../../lambdas/api/shared-contracts.ts';
import {
  lambdaFunctions,
  resourcesOf,
  rolePolicies,
  type Statement,
  type Synthesized,
  synthesize,
  synthesizeConfig,
} from './synthesize.ts';

const synthesized = Object.fromEntries(environmentNames.map((env) => [env, synthesize(env)])) as Record<
  EnvironmentName,
  Synthesized
>;
const leadingKeysSchema = z.record(
  z.string(),
  z.object({ 'dynamodb:LeadingKeys': z.array(z.string()).or(z.string().transform((key) => [key])) }),
);
const createdEnvironments = environmentNames.filter((env) => env !== 'local');

const createdPlatform = (env: EnvironmentName): CreatedPlatform => {
  const { platform } = loadEnvironment((name) => (name === 'env' ? env : undefined));
  if (platform.source !== 'created') throw new Error(`The platform of ${env} is there already.`);
  return platform;
};

const partOf = (env: EnvironmentName, part: string) => {
  const template = synthesized[env].templates[part];
  if (template === undefined) throw new Error(`${env} has no stack ${part}`);
  return template;
};

describe.each(environmentNames)('%s', (env) => {
  const all = synthesized[env];
  const functions = lambdaFunctions(all, env);
  const isLocal = env === 'local';

  test('streams logs by a function URL that checks the tokens of the API itself', () => {
    const urls = resourcesOf(all, 'AWS::Lambda::Url').map(({ Properties }) => Properties);
    expect(urls).toEqual([expect.objectContaining({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' })]);
    expect(functions['stream-logs']?.Environment.Variables).toMatchObject({
      MILLRACE_ADMIN_SECRET_ARN: expect.anything(),
      MILLRACE_WORKERS_LOG_GROUP: expect.anything(),
    });
    // The API tells it to its callers. Only the local stack serves it elsewhere.
    expect(JSON.stringify(functions.api?.Environment.Variables.MILLRACE_LOG_STREAM_URL)).toContain(
      isLocal ? 'LogStream' : 'FunctionUrl',
    );
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

  test('generates the admin token, away from the secrets of databases', () => {
    partOf(env, 'control').hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.objectLike({ ExcludePunctuation: true, PasswordLength: 64 }),
    });
    expect(functions.api?.Environment.Variables.MILLRACE_SECRET_PREFIX).toBe(`millrace/${env}/databases`);
  });

  test('has every Lambda, on Node.js 24 with a log group and a role of its own', () => {
    expect(Object.keys(functions).toSorted()).toEqual([
      'api',
      'authorize',
      'change-tables',
      'check-heartbeats',
      'copy-small-tables',
      'delete-replication',
      'deliver-alerts',
      'fail-start',
      'finish-copy',
      'monitor-health',
      'plan-copy',
      'start-capture',
      'start-consumer',
      'stream-logs',
      'validate-replication',
    ]);
    for (const definition of Object.values(functions)) {
      expect(definition).toMatchObject({
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Architectures: ['arm64'],
      });
    }
    const owned = (of: (definition: (typeof functions)[string]) => string) =>
      new Set(Object.values(functions).map(of)).size;
    expect(owned(({ Role }) => Role['Fn::GetAtt'][0])).toBe(Object.keys(functions).length);
    // One for the steps, one for the health checks, and one each for the API, its authorizer, what delivers alerts and what streams logs.
    expect(owned(({ LoggingConfig }) => JSON.stringify(LoggingConfig.LogGroup))).toBe(6);
    const groups = resourcesOf(all, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
    for (const name of [
      'MILLRACE_WORKERS_LOG_GROUP',
      'MILLRACE_STEPS_LOG_GROUP',
      'MILLRACE_HEALTH_LOG_GROUP',
    ])
      expect(groups).toContain(functions.api?.Environment.Variables[name]);
  });

  test('gives each Lambda the time that it needs, and less than its state in the state machine', () => {
    expect(
      Object.fromEntries(Object.entries(functions).map(([name, { Timeout }]) => [name, Timeout])),
    ).toEqual({
      api: 29,
      authorize: 10,
      'change-tables': 180,
      'check-heartbeats': 60,
      'copy-small-tables': 900,
      'delete-replication': 120,
      'deliver-alerts': 60,
      'fail-start': 60,
      'finish-copy': 60,
      'monitor-health': 60,
      'plan-copy': 300,
      'start-capture': 180,
      'start-consumer': 120,
      'stream-logs': 300,
      'validate-replication': 180,
    });
    const asl = ['start-replication', 'delete-replication', 'change-tables']
      .map((name) => readFileSync(fromRoot('state-machines', `${name}.asl.json`), 'utf8'))
      .join('');
    const timeouts = [
      ...asl.matchAll(/"TimeoutSeconds": (\d+),\s+"Parameters": \{\s+"FunctionName": "\$\{(\w+)Arn\}"/g),
    ];
    expect(timeouts).toHaveLength(14);
    for (const [, seconds, pascalName] of timeouts) {
      const name = String(pascalName)
        .replaceAll(/(?<!^)([A-Z])/g, '-$1')
        .toLowerCase();
      expect({ name, longer: Number(seconds) > Number(functions[name]?.Timeout) }).toEqual({
        name,
        longer: true,
      });
    }
  });

  test('keeps every log for a bounded time', () => {
    for (const { logicalId, Properties } of resourcesOf(all, 'AWS::Logs::LogGroup')) {
      expect({ logicalId, days: Properties.RetentionInDays }).toEqual({
        logicalId,
        days: expect.any(Number),
      });
    }
  });

  test('allows no action by a wildcard', () => {
    const wild = rolePolicies(all).flatMap(({ role, statement }) =>
      statement.Action.filter((action) => action.includes('*')).map((action) => `${role}: ${action}`),
    );
    expect(wild).toEqual([]);
  });

  test('allows everything (`*`) only where AWS knows no narrower resource', () => {
    const actions = rolePolicies(all)
      .filter(({ statement }) => statement.Resource === '*')
      .flatMap(({ statement }) => statement.Action);
    const withoutResources = [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
      'ecr:GetAuthorizationToken',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ];
    expect(actions.filter((action) => !withoutResources.includes(action))).toEqual([]);
  });

  test('gives each Lambda the rights of its job and no other', () => {
    const state = [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
    ];
    const readSecret = ['kms:Decrypt', 'secretsmanager:GetSecretValue'];
    const writeSecrets = [
      'secretsmanager:CreateSecret',
      'secretsmanager:DeleteSecret',
      'secretsmanager:DescribeSecret',
      'secretsmanager:TagResource',
      'secretsmanager:UpdateSecret',
    ];
    const stopTasks = ['ecs:DescribeTasks', 'ecs:StopTask'];
    const launchTasks = [...stopTasks, 'ecs:RunTask', 'ecs:TagResource', 'iam:PassRole'];
    const authorizing = [
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'kms:Decrypt',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      ...readSecret,
    ];
    const expected: Record<string, readonly string[]> = {
      api: [
        'logs:FilterLogEvents',
        ...state,
        ...readSecret,
        ...writeSecrets,
        'kms:GenerateDataKey',
        'kms:Decrypt',
        'kms:GenerateDataKey',
        // Of channels of alerts; no DescribeSecret.
        ...writeSecrets.filter((action) => action !== 'secretsmanager:DescribeSecret'),
        ...launchTasks,
        'states:StartExecution',
        'states:DescribeExecution',
        'states:StopExecution',
        'sqs:SendMessage',
      ],
      authorize: authorizing,
      'change-tables': [...state, ...readSecret, ...launchTasks, 'sns:Publish'],
      'check-heartbeats': [...state, ...launchTasks, 'sns:Publish'],
      'copy-small-tables': [...state, ...readSecret, 'sns:Publish'],
      'delete-replication': [
        ...state,
        ...readSecret,
        ...stopTasks,
        'sns:Publish',
        'states:DescribeExecution',
        'states:StopExecution',
      ],
      'deliver-alerts': [
        ...state,
        ...readSecret,
        'sns:Publish',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
      'fail-start': [...state, 'sns:Publish'],
      'finish-copy': [...state, ...readSecret],
      'monitor-health': [
        ...state,
        ...readSecret,
        ...launchTasks,
        'sns:Publish',
        'states:DescribeExecution',
        'sqs:SendMessage',
        'states:StartExecution',
        'states:StopExecution',
      ],
      'plan-copy': [...state, ...readSecret, 'sns:Publish'],
      'start-capture': [...state, ...readSecret, 'sns:Publish'],
      'start-consumer': [...state, ...launchTasks],
      // What the authorizer may do, and the logs; it writes nothing but the last use of a token.
      'stream-logs': [...authorizing, 'logs:FilterLogEvents'],
      'validate-replication': [...state, ...readSecret, 'sns:Publish'],
    };
    const inEveryFunction = /^(ec2|xray):|^logs:(CreateLogStream|PutLogEvents)$/;
    for (const [name, { statements }] of Object.entries(functions)) {
      const actions = statements
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action)
        // Kafka's have a test of their own.
        .filter((action) => !inEveryFunction.test(action) && !action.startsWith('kafka-cluster:'));
      expect({ name, actions: actions.toSorted() }).toEqual({ name, actions: expected[name]?.toSorted() });
    }
  });

  test('keeps tokens and kept answers from everyone but the API and the two that check tokens', () => {
    const kept = [tokenKey('0'.repeat(64)).pk, tokenEntryKey(1).pk, requestKey('0'.repeat(64)).pk];
    const taskRole = rolePolicies(all)
      .filter(({ role }) => role.startsWith('WorkerTaskRole'))
      .map(({ statement }) => statement);
    const others = Object.entries({ ...functions, worker: { statements: taskRole } }).filter(
      ([name]) => !['api', 'authorize', 'stream-logs'].includes(name),
    );
    expect(others).toHaveLength(13);
    for (const [name, { statements }] of others) {
      const denied = statements.filter(({ Effect }) => Effect === 'Deny');
      const keysOf = (action: string): readonly string[] =>
        denied
          .filter(({ Action }) => Action.includes(action))
          .flatMap(({ Condition }) =>
            Object.values(leadingKeysSchema.parse(Condition)).flatMap((keys) => keys['dynamodb:LeadingKeys']),
          );
      const matches = (action: string, key: string): boolean =>
        keysOf(action).some((pattern) =>
          pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern,
        );
      for (const action of statements
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action)
        .filter((one) => one.startsWith('dynamodb:')))
        for (const key of kept)
          expect({ name, action, key, denied: matches(action, key) }).toEqual({
            name,
            action,
            key,
            denied: true,
          });
      expect(matches('dynamodb:PutItem', clientKey(1).pk)).toBe(true);
      expect(matches('dynamodb:GetItem', clientKey(1).pk)).toBe(false);
      for (const key of [replicationKey(1, 1).pk, leaseKey(1).pk, sequenceKey('x').pk])
        expect(matches('dynamodb:PutItem', key)).toBe(false);
    }
    const api = functions.api?.statements ?? [];
    expect(api.filter(({ Effect }) => Effect === 'Deny')).toEqual([]);
  });

  test('names the resources of those rights', () => {
    for (const { role, statement } of rolePolicies(all)) {
      const resource = JSON.stringify(statement.Resource);
      for (const action of statement.Action) {
        const [service] = action.split(':');
        const right = `${role}: ${action} on ${resource}`;
        if (service === 'dynamodb') expect(right).toMatch(/Table/);
        if (action.startsWith('secretsmanager:')) {
          expect(right).toMatch(new RegExp(`millrace/${env}/(databases|alert-channels)/\\*|AdminToken`));
        }
        if (service === 'sqs' && role.includes('Role') && !role.startsWith('Health')) {
          expect(right).toMatch(/Alerts/);
        }
        if (action === 'iam:PassRole') {
          expect(statement.Condition).toEqual({
            StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
          });
        }
        if (action === 'ecs:RunTask') {
          expect(right).toMatch(new RegExp(`task-definition/millrace-${env}-worker:\\*`));
        }
        if (action === 'ecs:StopTask') expect(right).toMatch(new RegExp(`task/millrace-${env}-workers/\\*`));
      }
    }
  });

  test('lets nobody but the Lambda that delivers alerts read the secrets of channels', () => {
    const readers = rolePolicies(all)
      .filter(
        ({ statement }) =>
          statement.Action.includes('secretsmanager:GetSecretValue') &&
          JSON.stringify(statement.Resource).includes('alert-channels'),
      )
      .map(({ role }) => role);
    expect(readers).toEqual([expect.stringContaining('deliver')]);
  });

  test('delivers alerts from a queue that keeps what nobody can handle, and only names local receivers', () => {
    partOf(env, 'replication').hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    partOf(env, 'state').hasResourceProperties('AWS::SQS::Queue', {
      QueueName: `millrace-${env}-alert-deliveries`,
      VisibilityTimeout: 360,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
    expect(functions['deliver-alerts']?.Environment.Variables.MILLRACE_WEBHOOK_RANGES).toBe(
      env === 'local' ? '127.0.0.0/8,::1/128' : '',
    );
  });

  test('lets nobody read the admin token but the two that check tokens', () => {
    const readers = rolePolicies(all)
      .filter(({ statement }) => JSON.stringify(statement.Resource).includes('AdminToken'))
      .map(({ role }) => role);
    expect(readers).toEqual([expect.stringContaining('authorize'), expect.stringContaining('streamlogs')]);
  });

  test('fills in every substitution of the state machines, and no unknown one', () => {
    const stateMachines = resourcesOf(all, 'AWS::StepFunctions::StateMachine');
    expect(stateMachines.length).toBeGreaterThan(1);
    for (const { Properties } of stateMachines) {
      const { DefinitionString, DefinitionSubstitutions } = z
        .object({ DefinitionString: z.string(), DefinitionSubstitutions: z.record(z.string(), z.unknown()) })
        .parse(Properties);
      const used = [...DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect([...new Set(used)].toSorted()).toEqual(Object.keys(DefinitionSubstitutions).toSorted());
    }
  });

  test('logs every event of the state machine', () => {
    partOf(env, 'replication').hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: Match.objectLike({ Level: 'ALL' }),
    });
  });

  test('runs the worker on Fargate with the longest stop timeout and a read-only disk', () => {
    partOf(env, 'replication').hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '1024',
      Memory: '4096',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'worker',
          StopTimeout: 120,
          ReadonlyRootFilesystem: true,
          LogConfiguration: Match.objectLike({ LogDriver: 'awslogs' }),
        }),
      ],
    });
  });

  test.each([
    ['monitor-health', 'rate(1 minute)'],
    ['check-heartbeats', 'rate(2 minutes)'],
  ])('runs %s at %s, and keeps what it could not deliver', (name, rate) => {
    partOf(env, 'replication').hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: `millrace-${env}-${name}`,
      ScheduleExpression: rate,
      State: 'ENABLED',
      Target: Match.objectLike({
        DeadLetterConfig: Match.anyValue(),
        RetryPolicy: { MaximumEventAgeInSeconds: Match.anyValue(), MaximumRetryAttempts: 2 },
      }),
    });
  });

  test('schedules as many runs of each health check as the environment has, each with its number', () => {
    const schedules = resourcesOf(all, 'AWS::Scheduler::Schedule').map(({ Properties }) => [
      Properties.Name,
      JSON.parse((Properties.Target as { readonly Input: string }).Input),
    ]);
    const count = { local: 1, dev: 1, staging: 2, prod: 4 }[env];
    expect(schedules).toHaveLength(2 * count);
    expect(schedules).toContainEqual([`millrace-${env}-monitor-health`, { run: { index: 0, count } }]);
    if (count > 1)
      expect(schedules).toContainEqual([`millrace-${env}-check-heartbeats-2`, { run: { index: 1, count } }]);
  });

  test('asks for a token on every route', () => {
    const methods = resourcesOf(all, 'AWS::ApiGateway::Method');
    const routed = methods.filter(({ Properties }) => Properties.HttpMethod !== 'OPTIONS');
    expect(routed).toHaveLength(2);
    for (const { Properties } of routed) {
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', HttpMethod: 'ANY' });
    }
    // A browser's preflight carries none.
    const open = methods.filter((method) => !routed.includes(method));
    expect(open).toHaveLength(2);
    for (const { Properties } of open) expect(Properties).toMatchObject({ AuthorizationType: 'NONE' });
    partOf(env, 'control').hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
    });
  });

  test('answers with problem+json whatever API Gateway answers by itself', () => {
    const responses = resourcesOf(all, 'AWS::ApiGateway::GatewayResponse');
    const types = responses.map(({ Properties }) => Properties.ResponseType);
    expect(types).toEqual(
      expect.arrayContaining([
        'THROTTLED',
        'INTEGRATION_TIMEOUT',
        'INTEGRATION_FAILURE',
        'DEFAULT_4XX',
        'DEFAULT_5XX',
      ]),
    );
    for (const { Properties } of responses) {
      const { StatusCode, ResponseParameters, ResponseTemplates } = z
        .object({
          StatusCode: z.string(),
          ResponseParameters: z.record(z.string(), z.string()),
          ResponseTemplates: z.object({ 'application/json': z.string() }),
        })
        .parse(Properties);
      const problem = problemDetailsSchema.parse(JSON.parse(ResponseTemplates['application/json']));
      expect(String(problem.status)).toBe(StatusCode);
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
      });
      expect('gatewayresponse.header.Retry-After' in ResponseParameters).toBe(StatusCode === '429');
    }
  });

  test('takes so many requests and no more, and says in its log whose they were', () => {
    const [stage] = resourcesOf(all, 'AWS::ApiGateway::Stage');
    const [settings] = z.array(z.record(z.string(), z.unknown())).parse(stage?.Properties.MethodSettings);
    expect(settings?.ThrottlingRateLimit).toBeGreaterThan(0);
    expect(settings?.ThrottlingBurstLimit).toBeGreaterThan(0);
    const { Format } = z.object({ Format: z.string() }).parse(stage?.Properties.AccessLogSetting);
    expect(JSON.parse(Format)).toMatchObject({
      principal: '$context.authorizer.principalId',
      path: '$context.path',
      status: '$context.status',
    });
    expect(Format).not.toMatch(/authorization|apiKey/i);
  });

  test('never logs bodies of requests, which hold passwords', () => {
    const [stage] = resourcesOf(all, 'AWS::ApiGateway::Stage');
    expect(stage?.Properties.MethodSettings).toEqual([expect.objectContaining({ DataTraceEnabled: false })]);
  });

  test('keeps its secrets under a key of its own, which is used for one kind of secret at a time', () => {
    const users = rolePolicies(all).filter(({ statement }) =>
      /secretskey/i.test(JSON.stringify(statement.Resource)),
    );
    expect(new Set(users.map(({ statement }) => statement.Sid))).toEqual(
      new Set([
        'DecryptAdminToken',
        'DecryptChannels',
        'DecryptDatabaseCredentials',
        'EncryptChannels',
        'EncryptDatabaseCredentials',
      ]),
    );
    for (const { statement } of users) {
      const condition = JSON.stringify(statement.Condition);
      expect(condition).toContain('kms:ViaService');
      expect(condition).toMatch(/SecretARN.*(databases\/\*|alert-channels\/\*|AdminToken)/);
    }
    for (const { Properties } of resourcesOf(all, 'AWS::SecretsManager::Secret'))
      expect(JSON.stringify(Properties.KmsKeyId)).toMatch(/SecretsKey/);
    expect(lambdaFunctions(all, env).api?.Environment.Variables.MILLRACE_SECRETS_KEY_ARN).toBeDefined();
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
      'RestApiId',
      'SecretsKeyArn',
      'StateKeyArn',
      'StateMachineArn',
      'StateTableName',
      'TaskDefinitionArn',
      ...(env === 'local' ? [] : ['WorkloadSecurityGroupId']),
    ]);
  });

  test('has a dashboard that shows service-wide and per-connector metrics', () => {
    const [dashboard] = resourcesOf(all, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const metric of [
      'RowsInserted',
      'RowsUpdated',
      'RowsDeleted',
      'LagMs',
      'LagEvents',
      'HeartbeatAgeMs',
      'Errors',
      'CopyRowsPerSecond',
      'ValuesNulled',
    ]) {
      expect(body).toContain(metric);
    }
    expect(body).toContain(
      `{${metricNamespace},${metricDimensions.environment},${metricDimensions.connector}}`,
    );
    expect(body).toContain(`{${metricNamespace},${metricDimensions.environment},${metricDimensions.code}}`);
  });
});

const loggedLines = (write: (log: Log) => void): readonly unknown[] => {
  const output = new PassThrough();
  write(createLog({ service: 'test', connectorName: 'shop', output }));
  return String(output.read())
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
};

describe('the alarms', () => {
  const runbook = readFileSync(fromRoot('docs', 'runbook', 'README.md'), 'utf8');
  // Other sections, such as that of a held table, have titles in words.
  const sections = [...runbook.matchAll(/^## ([a-z-]+)$/gm)].map(([, title]) => title);
  const highAndLow = ['any-high', 'any-low'];
  const alarmsOf = (env: EnvironmentName) => resourcesOf(synthesized[env], 'AWS::CloudWatch::Alarm');
  const nameOf = (env: EnvironmentName, properties: Readonly<Record<string, unknown>>) =>
    String(properties.AlarmName).replace(`millrace-${env}-`, '');

  test('have one section each in the runbook, and no section is left over', () => {
    const names = new Set(
      environmentNames.flatMap((env) => alarmsOf(env).map(({ Properties }) => nameOf(env, Properties))),
    );
    expect(sections.toSorted()).toEqual([...names].toSorted());
  });

  test.each(environmentNames)('of %s speak on the alert topic and point to the runbook', (env) => {
    const alarms = alarmsOf(env);
    expect(alarms.length).toBeGreaterThanOrEqual(11);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([{ 'Fn::ImportValue': expect.stringContaining('AlertTopic') }]);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      expect(Properties.AlarmDescription).toContain(`docs/runbook/README.md#${nameOf(env, Properties)}`);
    }
  });

  test.each(createdEnvironments)('of %s are summed up by severity, each in one of both', (env) => {
    const summaries = resourcesOf(synthesized[env], 'AWS::CloudWatch::CompositeAlarm');
    expect(summaries.map(({ Properties }) => nameOf(env, Properties))).toEqual(highAndLow);
    const rules = summaries.map(({ Properties }) => JSON.stringify(Properties.AlarmRule)).join('');
    for (const { logicalId, Properties } of alarmsOf(env)) {
      expect(rules.split(`"${logicalId}"`)).toHaveLength(2);
      expect(Properties.AlarmDescription).toMatch(/^Severity (high|low)\. /);
    }
  });

  test.each(createdEnvironments)(
    'of %s watch Kafka, Connect, the state table, the API and the steps',
    (env) => {
      const names = alarmsOf(env).map(({ Properties }) => nameOf(env, Properties));
      expect(names).toEqual(
        expect.arrayContaining([
          ...['kafka-disk', 'kafka-partitions', 'kafka-copies', 'connect-workers', 'connect-memory'],
          ...['state-table-throttled', 'api-slow', 'step-errors'],
        ]),
      );
    },
  );

  test.each(environmentNames)('of %s come with log groups that a key of their own encrypts', (env) => {
    const groups = resourcesOf(synthesized[env], 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(10);
    for (const { part, logicalId, Properties } of groups)
      expect({ part, logicalId, key: JSON.stringify(Properties.KmsKeyId) }).toEqual({
        ...{ part, logicalId },
        key: expect.stringMatching(/LogsKey/),
      });
    partOf(env, 'state').hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  test.each(createdEnvironments)('of %s come with saved queries of log groups that are there', (env) => {
    const groups = resourcesOf(synthesized[env], 'AWS::Logs::LogGroup').map(
      ({ Properties }) => Properties.LogGroupName,
    );
    const queries = resourcesOf(synthesized[env], 'AWS::Logs::QueryDefinition');
    expect(queries).toHaveLength(6);
    const [line] = loggedLines((log) =>
      log.error('It failed', { error: new MillraceError('Internal', 'x'), action: 'restart-consumer' }),
    );
    const text = queries.map(({ Properties }) => String(Properties.QueryString)).join(' ');
    expect(text).toContain('by connector, error.code');
    expect(line).toMatchObject({
      level: 'ERROR',
      connector: 'shop',
      error: { code: 'Internal' },
      action: 'restart-consumer',
    });
    for (const { Properties } of queries)
      expect(groups).toEqual(expect.arrayContaining(Properties.LogGroupNames as string[]));
  });

  test.each(environmentNames)('of %s on our own metrics use the service-wide copy', (env) => {
    const own = alarmsOf(env).filter(({ Properties }) => Properties.Namespace === metricNamespace);
    expect(own.map(({ Properties }) => Properties.MetricName).toSorted()).toEqual([
      'AlertsUndelivered',
      'ApiFaults',
      'ConnectorFailed',
      'HeartbeatAgeMs',
      'LagMs',
      'ReplicationsFailed',
    ]);
    for (const { Properties } of own) {
      expect(Properties.Dimensions).toEqual([{ Name: 'environment', Value: env }]);
    }
  });

  test('call a heartbeat stale above two minutes', () => {
    partOf('prod', 'observability').hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HeartbeatAgeMs',
      Statistic: 'Maximum',
      Threshold: 120_001,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });
});

describe.each(createdEnvironments)('%s creates its platform', (env) => {
  const all = synthesized[env];

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

  /** What a role may do at Kafka: each action with the names of the topics or groups, or `cluster`. */
  const kafkaRightsOf = (statements: readonly Statement[]): readonly string[] =>
    statements.flatMap(({ Action, Resource }) =>
      Action.filter((action) => action.startsWith('kafka-cluster:')).flatMap((action) =>
        [JSON.stringify(Resource).matchAll(/:(cluster|topic|group)\/([^/]+)\/\*(?:\/([^"]+))?"/g)].flatMap(
          (found) =>
            [...found].map(([, kind, cluster, name]) => {
              expect(cluster).toBe(`millrace-${env}-kafka-*`);
              return `${action.replace('kafka-cluster:', '')} ${kind === 'cluster' ? 'cluster' : name}`;
            }),
        ),
      ),
    );

  test('and gives each Lambda the topics of its job and no other', () => {
    const functions = lambdaFunctions(all, env);
    const rightsOf = (name: string) => kafkaRightsOf(functions[name]?.statements ?? []);
    const look = ['Connect cluster', 'DescribeCluster cluster'];
    for (const name of ['authorize', 'check-heartbeats', 'deliver-alerts', 'fail-start', 'start-consumer'])
      expect(rightsOf(name)).toEqual([]);
    for (const name of ['validate-replication']) {
      const rights = rightsOf(name);
      expect(rights).toEqual(expect.arrayContaining(look));
      expect(rights.filter((right) => !/^(Connect|Describe)/.test(right))).toEqual([]);
    }
    for (const name of [
      'start-capture',
      'plan-copy',
      'change-tables',
      'delete-replication',
      'monitor-health',
      'api',
    ]) {
      const rights = rightsOf(name);
      expect(rights).toEqual(expect.arrayContaining(['CreateTopic client_*', 'DeleteTopic client_*']));
      // Nobody of them reads or writes a row.
      expect(rights.filter((right) => /^(Read|Write)Data/.test(right))).toEqual([]);
    }
    expect(rightsOf('copy-small-tables').filter((right) => /^(Read|Write)Data/.test(right))).toEqual([
      'WriteData client_*.copy-requests',
      'ReadData client_*.copy-rows',
    ]);
  });

  test('and lets consumers read changes, and Connect write them', () => {
    const statementsOf = (part: string, role: string) =>
      rolePolicies({ ...all, templates: { [part]: partOf(env, part) } })
        .filter((policy) => policy.role.startsWith(role))
        .map(({ statement }) => statement);
    const worker = kafkaRightsOf(statementsOf('replication', 'WorkerTaskRole'));
    expect(worker).toEqual(expect.arrayContaining(['ReadData client_*', 'AlterGroup millrace-*']));
    expect(worker.filter((right) => right.startsWith('WriteData'))).toEqual([
      'WriteData client_*.dead-letters',
      'WriteData client_*.copy-requests',
    ]);
    expect(worker.filter((right) => right.startsWith('DeleteTopic'))).toEqual([]);
    const connect = kafkaRightsOf(statementsOf('connect', 'TaskRole'));
    expect(connect).toEqual(
      expect.arrayContaining([
        'WriteData client_*',
        `WriteData millrace-${env}-connect-*`,
        `AlterGroup millrace-${env}-connect`,
        'WriteDataIdempotently cluster',
      ]),
    );
    expect(connect.filter((right) => right.startsWith('Delete'))).toEqual([]);
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

test('what must not be lost survives the deletion of its stack in staging and prod', () => {
  for (const env of ['staging', 'prod'] as const) {
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::MSK::Cluster',
      'AWS::SecretsManager::Secret',
    ]) {
      const policies = resourcesOf(synthesized[env], type).map(({ DeletionPolicy }) => DeletionPolicy);
      expect({ env, type, policies: [...new Set(policies)] }).toEqual({
        env,
        type,
        policies: ['RetainExceptOnCreate'],
      });
    }
  }
});

test('runs of Lambda are kept free for the API and the health checks in prod', () => {
  const reserved = (env: EnvironmentName) =>
    resourcesOf(synthesized[env], 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
      .map(({ Properties }) => String(Properties.FunctionName).replace(`millrace-${env}-`, ''));
  expect(reserved('prod').toSorted()).toEqual(['api', 'check-heartbeats', 'monitor-health', 'stream-logs']);
  expect(reserved('dev')).toEqual([]);
});

test('a web ACL, tags and a boundary of an environment are on what it makes', () => {
  const boundary = 'arn:aws:iam::123456789012:policy/boundary';
  const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/millrace/0a1b';
  const dev = loadEnvironment((name) => (name === 'env' ? 'dev' : undefined));
  const given = synthesizeConfig({
    ...dev,
    api: { ...dev.api, webAclArn },
    tags: { team: 'data' },
    permissionsBoundary: boundary,
  });
  expect(
    resourcesOf(given, 'AWS::WAFv2::WebACLAssociation').map(({ Properties }) => Properties.WebACLArn),
  ).toEqual([webAclArn]);
  const roles = resourcesOf(given, 'AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(15);
  for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBe(boundary);
  const [table] = resourcesOf(given, 'AWS::DynamoDB::Table');
  expect(table?.Properties.Tags).toContainEqual({ Key: 'team', Value: 'data' });
});

test('copies on Spot go on demand where Spot fails, in both state machines, and nothing else changes', () => {
  const dev = loadEnvironment((name) => (name === 'env' ? 'dev' : undefined));
  const onSpot = synthesizeConfig({ ...dev, consumer: { ...dev.consumer, copies: 'spot' } });
  const definitions = (given: typeof onSpot): readonly string[] =>
    resourcesOf(given, 'AWS::StepFunctions::StateMachine')
      .map(({ Properties }) => JSON.stringify(Properties.DefinitionString))
      .filter((text) => text.includes('CopyBigTables'));
  expect(definitions(onSpot)).toHaveLength(2);
  for (const text of definitions(onSpot)) {
    expect(text).toContain('FARGATE_SPOT');
    expect(text).toContain('CopyBigTablesOnDemand');
    expect(text).toMatch(/LaunchType[\\": ]+FARGATE/);
  }
  for (const text of definitions(synthesized.dev)) expect(text).not.toContain('SPOT');
  const providers = (given: typeof onSpot) =>
    resourcesOf(given, 'AWS::ECS::ClusterCapacityProviderAssociations').map(
      ({ Properties }) => Properties.CapacityProviders,
    );
  expect(providers(onSpot)).toContainEqual(['FARGATE', 'FARGATE_SPOT']);
  expect(providers(synthesized.dev)).toEqual([]);
});

test('pool tasks take as many replications as the memory of a task has room for, and the API knows where new ones go', () => {
  const dev = loadEnvironment((name) => (name === 'env' ? 'dev' : undefined));
  const pooled = synthesizeConfig({
    ...dev,
    consumer: { ...dev.consumer, cpu: 512, memoryMib: 1_024, placement: 'pooled' },
  });
  const variablesOf = (given: typeof pooled, name: string): Record<string, string> => {
    const found = resourcesOf(given, 'AWS::Lambda::Function').find(({ Properties }) =>
      String(Properties.FunctionName).endsWith(`-${name}`),
    );
    const environment = found?.Properties.Environment as { Variables: Record<string, string> } | undefined;
    return environment?.Variables ?? {};
  };
  expect(variablesOf(pooled, 'start-consumer').MILLRACE_POOL_CAPACITY).toBe('32');
  expect(variablesOf(pooled, 'api').MILLRACE_CONSUMER_PLACEMENT).toBe('pooled');
  expect(variablesOf(synthesized.dev, 'start-consumer').MILLRACE_POOL_CAPACITY).toBe('200');
  expect(variablesOf(synthesized.dev, 'api').MILLRACE_CONSUMER_PLACEMENT).toBe('own');
});

test('local has nothing that the emulator cannot create', () => {
  const unsupported =
    /NatGateway|QueryDefinition|EIP|SecurityGroupIngress|SecurityGroupEgress|FlowLog|CompositeAlarm|ApplicationAutoScaling|MSK|DBProxy|WebACLAssociation|CloudTrail|VpcLink|RotationSchedule|CustomResource/;
  const types = resourcesOf(synthesized.local).map(({ Type }) => Type);
  expect(types.filter((type) => unsupported.test(type))).toEqual([]);
  const alarms = resourcesOf(synthesized.local, 'AWS::CloudWatch::Alarm');
  expect(alarms.filter(({ Properties }) => Properties.Metrics !== undefined)).toEqual([]);
});

test('local takes the addresses of Kafka, Connect and the stream from the deployment', () => {
  const { local } = synthesized;
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
