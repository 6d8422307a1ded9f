import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createTaskRunner } from '#adapters/aws/task-runner.ts';

const launch = { clientId: 3, replicationId: 7, launchId: 'r7-g3-l2' };

const create = () => ({
  mock: mockClient(ECSClient),
  runner: createTaskRunner({
    environment: {
      MILLRACE_CLUSTER: 'arn:cluster',
      MILLRACE_TASK_DEFINITION: 'arn:definition',
      MILLRACE_TASK_CONTAINER: 'main',
      MILLRACE_POOL_CAPACITY: 200,
      MILLRACE_SUBNETS: 'subnet-a, subnet-b',
      MILLRACE_SECURITY_GROUPS: 'sg-1',
    },
    client: new ECSClient({ region: 'eu-west-1' }),
  }),
});

test('a consumer is launched with its role and identifiers in private subnets', async () => {
  const { mock, runner } = create();
  mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 'arn:task' }], failures: [] });
  expect(await runner.runConsumer(launch)).toBe('arn:task');
  expect(mock.commandCalls(RunTaskCommand)[0]?.args[0].input).toMatchObject({
    cluster: 'arn:cluster',
    taskDefinition: 'arn:definition',
    launchType: 'FARGATE',
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: ['subnet-a', 'subnet-b'],
        securityGroups: ['sg-1'],
        assignPublicIp: 'DISABLED',
      },
    },
    overrides: {
      containerOverrides: [
        {
          name: 'main',
          environment: [
            { name: 'MILLRACE_ROLE', value: 'consumer' },
            { name: 'MILLRACE_CLIENT_ID', value: '3' },
            { name: 'MILLRACE_REPLICATION_ID', value: '7' },
            { name: 'MILLRACE_LAUNCH_ID', value: 'r7-g3-l2' },
          ],
        },
      ],
    },
  });
});

test('the same launch has the same token, another one another, within the limits of ECS', async () => {
  const { mock, runner } = create();
  mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 'arn:task' }] });
  await runner.runConsumer(launch);
  await runner.runConsumer(launch);
  await runner.runConsumer({ ...launch, launchId: 'r7-g3-l3' });
  const [first, second, third] = mock
    .commandCalls(RunTaskCommand)
    .map((call) => call.args[0].input.clientToken);
  expect(first).toMatch(/^[a-z0-9]{1,64}$/);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('a launch without a task says why', async () => {
  const { mock, runner } = create();
  mock
    .on(RunTaskCommand)
    .resolves({ tasks: [], failures: [{ reason: 'RESOURCE:CPU', detail: 'none left' }] });
  await expect(runner.runConsumer(launch)).rejects.toMatchObject({
    code: 'TaskLaunchFailed',
    message: expect.stringContaining('RESOURCE:CPU: none left'),
  });
  mock.on(RunTaskCommand).rejects(new Error('No such cluster'));
  await expect(runner.runConsumer(launch)).rejects.toMatchObject({
    code: 'TaskLaunchFailed',
    message: expect.stringContaining('No such cluster'),
  });
});

test('stopping a task that ECS has forgotten is done; another failure is told', async () => {
  const { mock, runner } = create();
  mock
    .on(StopTaskCommand)
    .rejectsOnce(Object.assign(new Error('gone'), { name: 'InvalidParameterException' }));
  await expect(runner.stopTask('arn:task', 'x'.repeat(2_000))).resolves.toBeUndefined();
  expect(mock.commandCalls(StopTaskCommand)[0]?.args[0].input.reason).toHaveLength(255);
  mock.on(StopTaskCommand).rejects(new Error('socket hang up'));
  await expect(runner.stopTask('arn:task', 'x')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});

test('a task is described by its own container; an unknown one is undefined', async () => {
  const { mock, runner } = create();
  mock.on(DescribeTasksCommand).resolvesOnce({
    tasks: [
      {
        taskArn: 'arn:task',
        lastStatus: 'STOPPED',
        stoppedReason: 'Essential container exited',
        containers: [
          { name: 'sidecar', exitCode: 0 },
          { name: 'main', exitCode: 137 },
        ],
      },
    ],
  });
  expect(await runner.describeTask('arn:task')).toEqual({
    lastStatus: 'STOPPED',
    stoppedReason: 'Essential container exited',
    exitCode: 137,
  });
  mock.on(DescribeTasksCommand).resolves({ tasks: [], failures: [{ reason: 'MISSING' }] });
  expect(await runner.describeTask('arn:task')).toBeUndefined();
});

test('tasks that are asked for at once are described by one call for each hundred', async () => {
  const { mock, runner } = create();
  mock.on(DescribeTasksCommand).callsFake(({ tasks }: { tasks: readonly string[] }) => ({
    tasks: tasks
      .filter((taskArn) => taskArn !== 'arn:13')
      .map((taskArn) => ({ taskArn, lastStatus: `RUNNING ${taskArn}` })),
    failures: [{ arn: 'arn:13', reason: 'MISSING' }],
  }));
  const arns = Array.from({ length: 250 }, (_, index) => `arn:${index}`);
  const seen = await Promise.all(arns.map((arn) => runner.describeTask(arn)));
  expect(mock.commandCalls(DescribeTasksCommand).map((call) => call.args[0].input.tasks?.length)).toEqual([
    100, 100, 50,
  ]);
  expect(seen[13]).toBeUndefined();
  expect(seen[249]).toEqual({ lastStatus: 'RUNNING arn:249' });

  mock.reset();
  mock.on(DescribeTasksCommand).rejects(new Error('socket hang up'));
  const failed = await Promise.allSettled([runner.describeTask('arn:1'), runner.describeTask('arn:2')]);
  expect(failed.map((one) => one.status === 'rejected' && one.reason.code)).toEqual([
    'ServiceUnavailable',
    'ServiceUnavailable',
  ]);
});

test('a size goes with the launch, and tells the consumer its memory', async () => {
  const { mock, runner } = create();
  mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 'arn:task' }] });
  await runner.runConsumer({ ...launch, size: { cpu: 256, memoryMib: 512 } });
  expect(mock.commandCalls(RunTaskCommand)[0]?.args[0].input.overrides).toMatchObject({
    cpu: '256',
    memory: '512',
    containerOverrides: [
      { environment: expect.arrayContaining([{ name: 'MILLRACE_TASK_MEMORY_MIB', value: '512' }]) },
    ],
  });
});

test('a pool task is launched once for its number, and says which image it has', async () => {
  const { mock, runner } = create();
  const taskDefinitionArn = 'arn:aws:ecs:us-east-1:1:task-definition/worker:12';
  mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 'arn:task', taskDefinitionArn }] });
  expect(await runner.runPoolTask('p3')).toEqual({ taskArn: 'arn:task', taskDefinition: taskDefinitionArn });
  await runner.runPoolTask('p3');
  const [first, second] = mock.commandCalls(RunTaskCommand).map(({ args }) => args[0].input);
  expect(first?.clientToken).toBe(second?.clientToken);
  expect(first?.overrides?.containerOverrides).toEqual([
    {
      name: 'main',
      environment: [
        { name: 'MILLRACE_ROLE', value: 'pool' },
        { name: 'MILLRACE_POOL_TASK_ID', value: 'p3' },
      ],
    },
  ]);
});
