import { DescribeTasksCommand, ECSClient, StopTaskCommand } from '@aws-sdk/client-ecs';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createChannelSecrets } from '#adapters/aws/channel-secrets.ts';
import { createExecutionPort } from '#adapters/aws/execution-port.ts';
import { inOwnRegion, isElsewhere } from '#adapters/aws/own-region.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { createTaskRunner } from '#adapters/aws/task-runner.ts';

const before = process.env.AWS_REGION;
beforeEach(() => {
  process.env.AWS_REGION = 'eu-central-1';
});
afterEach(() => {
  if (before === undefined) delete process.env.AWS_REGION;
  else process.env.AWS_REGION = before;
});

const secretIn = (region: string): string =>
  `arn:aws:secretsmanager:${region}:123456789012:secret:millrace/prod/databases/client-1/database-1-AbCdEf`;
const credentials = { username: 'u', password: 'p' };

test.each([
  [secretIn('eu-west-1'), secretIn('eu-central-1')],
  [secretIn('eu-central-1'), secretIn('eu-central-1')],
  ['millrace/prod/x', 'millrace/prod/x'],
  ['pool:r7-g1-l1', 'pool:r7-g1-l1'],
])('%s is %s here', (arn, here) => {
  expect(inOwnRegion(arn)).toBe(here);
  expect(isElsewhere(arn)).toBe(arn !== here);
});

test('where the region is not known, nothing is changed', () => {
  delete process.env.AWS_REGION;
  expect(inOwnRegion(secretIn('eu-west-1'))).toBe(secretIn('eu-west-1'));
  process.env.AWS_REGION = '';
  expect(inOwnRegion(secretIn('eu-west-1'))).toBe(secretIn('eu-west-1'));
});

test('secrets are read and removed where this code runs, whichever region has made them', async () => {
  const mock = mockClient(SecretsManagerClient);
  const client = new SecretsManagerClient({ region: 'eu-central-1' });
  mock.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(credentials) });
  mock.on(DeleteSecretCommand).resolves({});
  const store = createSecretStore({ client });
  expect(await store.getCredentials(secretIn('eu-west-1'))).toEqual(credentials);
  await store.deleteCredentials(secretIn('eu-west-1'));
  await createChannelSecrets({ client })
    .get(secretIn('eu-west-1'))
    .catch(() => undefined);
  const asked = [...mock.commandCalls(GetSecretValueCommand), ...mock.commandCalls(DeleteSecretCommand)];
  expect(asked.map(({ args }) => args[0].input.SecretId)).toEqual(Array(3).fill(secretIn('eu-central-1')));
});

test('a secret gets a copy in the other region, once, and loses it before it is removed', async () => {
  const mock = mockClient(SecretsManagerClient);
  const store = createSecretStore({
    client: new SecretsManagerClient({ region: 'eu-central-1' }),
    replica: { region: 'eu-west-1', keyArn: 'arn:key' },
  });
  mock.on(CreateSecretCommand).resolves({ ARN: secretIn('eu-central-1') });
  mock.on(DescribeSecretCommand).resolvesOnce({});
  mock.on(ReplicateSecretToRegionsCommand).resolves({});
  await store.putCredentials('millrace/prod/x', credentials);
  expect(mock.commandCalls(ReplicateSecretToRegionsCommand)[0]?.args[0].input).toMatchObject({
    SecretId: 'millrace/prod/x',
    AddReplicaRegions: [{ Region: 'eu-west-1', KmsKeyId: 'arn:key' }],
  });
  mock.on(DescribeSecretCommand).resolves({ ReplicationStatus: [{ Region: 'eu-west-1', Status: 'InSync' }] });
  await store.putCredentials('millrace/prod/x', credentials);
  expect(mock.commandCalls(ReplicateSecretToRegionsCommand)).toHaveLength(1);
  mock.on(RemoveRegionsFromReplicationCommand).resolves({});
  mock.on(DeleteSecretCommand).resolves({});
  await store.deleteCredentials(secretIn('eu-central-1'));
  expect(
    mock
      .calls()
      .map(({ args }) => args[0].constructor.name)
      .slice(-2),
  ).toEqual(['RemoveRegionsFromReplicationCommand', 'DeleteSecretCommand']);
});

test('a task and an execution of a lost region are gone, and nobody is asked', async () => {
  const ecs = mockClient(ECSClient);
  const sfn = mockClient(SFNClient);
  const runner = createTaskRunner({
    environment: {
      MILLRACE_CLUSTER: 'arn:cluster',
      MILLRACE_TASK_DEFINITION: 'arn:definition',
      MILLRACE_TASK_CONTAINER: 'main',
      MILLRACE_POOL_CAPACITY: 200,
      MILLRACE_SUBNETS: 'subnet-a',
      MILLRACE_SECURITY_GROUPS: 'sg-1',
    },
    client: new ECSClient({ region: 'eu-central-1' }),
  });
  const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:m';
  const executions = createExecutionPort({
    stateMachineArns: {
      'start-replication': machine,
      'change-tables': machine,
      'delete-replication': machine,
    },
    client: new SFNClient({ region: 'eu-central-1' }),
  });
  const task = 'arn:aws:ecs:eu-west-1:123456789012:task/millrace-prod-workers/0123';
  const execution = 'arn:aws:states:eu-west-1:123456789012:execution:m:replication-1-start-1';
  expect(await runner.describeTask(task)).toBeUndefined();
  await runner.stopTask(task, 'x');
  expect(await executions.getStatus(execution)).toBeUndefined();
  await executions.stopExecution(execution, 'x');
  for (const [mock, command] of [
    [ecs, DescribeTasksCommand],
    [ecs, StopTaskCommand],
    [sfn, DescribeExecutionCommand],
    [sfn, StopExecutionCommand],
  ] as const)
    expect(mock.commandCalls(command as never)).toEqual([]);
});
