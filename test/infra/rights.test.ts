import { describe, expect, test } from '@jest/globals';
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
import { environmentNames } from '../../infra/config/environment-config.ts';
import {
  createdEnvironments,
  lambdaFunctions,
  partOf,
  resourcesOf,
  rolePolicies,
  type Statement,
  synthesize,
} from './synthesize.ts';

/* Who may do what: the policies of each role. */

const leadingKeysSchema = z.record(
  z.string(),
  z.object({ 'dynamodb:LeadingKeys': z.array(z.string()).or(z.string().transform((key) => [key])) }),
);

describe.each(environmentNames)('%s', (env) => {
  const all = synthesize(env);
  const functions = lambdaFunctions(all, env);

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

  test('lets who checks tokens look at tokens, and the stream of logs at whose a replication is', () => {
    const keysOf = (name: string): unknown =>
      functions[name]?.statements.find(({ Sid }) => Sid === 'FindTokens')?.Condition;
    const only = (...keys: readonly string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    });
    expect(keysOf('authorize')).toEqual(only('TOKEN#*'));
    expect(keysOf('stream-logs')).toEqual(only('TOKEN#*', 'CLIENTS', 'CLIENT#*'));
    const matches = (pattern: string, key: string): boolean =>
      pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
    for (const { pk } of [tokenKey('0'.repeat(64)), clientKey(1), replicationKey(1, 1)])
      expect(['TOKEN#*', 'CLIENTS', 'CLIENT#*'].some((pattern) => matches(pattern, pk))).toBe(true);
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

  test('lets nobody read the admin token but the two that check tokens', () => {
    const readers = rolePolicies(all)
      .filter(({ statement }) => JSON.stringify(statement.Resource).includes('AdminToken'))
      .map(({ role }) => role);
    expect(readers).toEqual([expect.stringContaining('authorize'), expect.stringContaining('streamlogs')]);
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
});

describe.each(createdEnvironments)('%s creates its platform', (env) => {
  const all = synthesize(env);

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
});
