import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { type EnvironmentName, environmentNames } from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { lambdaFunctions, partOf, resourcesOf, synthesize, synthesizeConfig } from './synthesize.ts';

/* Lambdas, state machines, the task of the workers, and the health checks. */

describe.each(environmentNames)('%s', (env) => {
  const all = synthesize(env);
  const functions = lambdaFunctions(all, env);

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
});

test('runs of Lambda are kept free for the API and the health checks in prod', () => {
  const reserved = (env: EnvironmentName) =>
    resourcesOf(synthesize(env), 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
      .map(({ Properties }) => String(Properties.FunctionName).replace(`millrace-${env}-`, ''));
  expect(reserved('prod').toSorted()).toEqual(['api', 'check-heartbeats', 'monitor-health', 'stream-logs']);
  expect(reserved('dev')).toEqual([]);
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
  for (const text of definitions(synthesize('dev'))) expect(text).not.toContain('SPOT');
  const providers = (given: typeof onSpot) =>
    resourcesOf(given, 'AWS::ECS::ClusterCapacityProviderAssociations').map(
      ({ Properties }) => Properties.CapacityProviders,
    );
  expect(providers(onSpot)).toContainEqual(['FARGATE', 'FARGATE_SPOT']);
  expect(providers(synthesize('dev'))).toEqual([]);
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
  expect(variablesOf(synthesize('dev'), 'start-consumer').MILLRACE_POOL_CAPACITY).toBe('200');
  expect(variablesOf(synthesize('dev'), 'api').MILLRACE_CONSUMER_PLACEMENT).toBe('own');
});
