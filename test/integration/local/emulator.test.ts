import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import {
  DeleteFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readDefinition } from '../../../infra/constructs/state-machine-definition.ts';
import { prepareEmulator } from '../../../local/downloads.ts';
import { engineSocketOf, haltPart, killPart, launchPart } from '../../../local/parts.ts';
import { findFreePort } from '../../../local/ports.ts';
import { runningPart, runningTasks, type StackPlan } from '../../../local/stack-state.ts';
import { type StateFolder, stateFolder } from '../../../local/state-folder.ts';

/** What the test's tasks run: each prints what it got, then does what its command says. */
const taskProgram = `
  process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(0); });
  console.log('password ' + process.env.DATABASE_PASSWORD);
  console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Test',
    Dimensions: [['service']], Metrics: [{ Name: 'FromTask', Unit: 'Count' }] }] }, service: 'task', FromTask: 7 }));
  if (process.env.EXIT_CODE) process.exit(Number(process.env.EXIT_CODE));
  setInterval(() => {}, 1000);
`;

const lambdaCode = `
  exports.handler = async (event) => {
    console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Test',
      Dimensions: [['service']], Metrics: [{ Name: 'FromLambda', Unit: 'Count' }] }] }, service: 'lambda', FromLambda: 3 }));
    if (event.fail) { const error = new Error('the slot is lost'); error.name = 'NeedsResync'; throw error; }
    return { ok: true };
  };
`;

/** What each Lambda of start-replication may return, and nothing to copy. */
const anyStepCode = `
  exports.handler = async () => ({ isDone: true, nextTable: 1, isReady: true, connectorName: 'c', position: '0/1', lanes: [],
    hasFargateTables: false, launchId: 'l', status: 'error' });
`;

const runTask = (sync: boolean) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::ecs:runTask${sync ? '.sync' : ''}`,
  Parameters: {
    Cluster: 'workers',
    TaskDefinition: 'worker',
    LaunchType: 'FARGATE',
    Overrides: {
      ContainerOverrides: [{ Name: 'main', Environment: [{ Name: 'EXIT_CODE', 'Value.$': '$.exitCode' }] }],
    },
  },
});

const stateMachine = (name: string, states: object) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName: name,
    RoleArn: 'arn:aws:iam::000000000000:role/any',
    DefinitionString: JSON.stringify({
      StartAt: 'Run',
      States: { ...states, Caught: { Type: 'Pass', Result: 'caught', End: true } },
    }),
  },
});

const template = {
  Resources: {
    Password: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'test/db-1', SecretString: '{"password":"from the secret"}' },
    },
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'workers' } },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/test/tasks' } },
    Worker: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'worker',
        NetworkMode: 'awsvpc',
        RequiresCompatibilities: ['FARGATE'],
        ContainerDefinitions: [
          {
            Name: 'main',
            Image: 'registry.example/test-worker:1',
            Secrets: [
              {
                Name: 'DATABASE_PASSWORD',
                ValueFrom: { 'Fn::Join': ['', [{ Ref: 'Password' }, ':password::']] },
              },
            ],
            LogConfiguration: {
              LogDriver: 'awslogs',
              Options: { 'awslogs-group': '/test/tasks', 'awslogs-stream-prefix': 'task' },
            },
          },
        ],
      },
    },
    Unknown: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { Family: 'unknown', ContainerDefinitions: [{ Name: 'main', Image: 'nobody/knows:1' }] },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'step',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { ZipFile: lambdaCode },
      },
    },
    CallLambda: stateMachine('call-lambda', {
      Run: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:000000000000:function:step',
        Catch: [{ ErrorEquals: ['NeedsResync'], ResultPath: '$.failure', Next: 'Keep' }],
        End: true,
      },
      Keep: { Type: 'Pass', OutputPath: '$.failure', End: true },
    }),
    StartTask: stateMachine('start-task', {
      Run: { ...runTask(false), OutputPath: '$.Tasks[0].TaskArn', End: true },
    }),
    Throttled: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'throttled-step',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { ZipFile: anyStepCode },
      },
    },
    StartReplication: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'start-replication',
        RoleArn: 'arn:aws:iam::000000000000:role/any',
        DefinitionString: readDefinition('start-replication').replaceAll(
          /\$\{(\w+)\}/g,
          'arn:aws:lambda:us-east-1:000000000000:function:throttled-step',
        ),
      },
    },
    AwaitTask: stateMachine('await-task', {
      Run: {
        ...runTask(true),
        Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }],
        ResultSelector: { 'stopCode.$': '$.StopCode' },
        End: true,
      },
    }),
  },
  Outputs: { SecretRef: { Value: { Ref: 'Password' } } },
};

let root: string;
let folder: StateFolder;
let plan: StackPlan;
let config: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
let ecs: ECSClient;
let sfn: SFNClient;
let outputs: Record<string, string | undefined>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-emulator-'));
  folder = stateFolder(root);
  const port = await findFreePort();
  plan = {
    ports: { source: 0, target: 0, kafka: 0, kafkaController: 0, connect: 0, emulator: port },
    java: { command: 'java', connectHome: '' },
    emulatorPython: await prepareEmulator(),
    engineSocket: engineSocketOf(folder),
    images: { 'test-worker': { command: [process.execPath, '-e', taskProgram], cwd: root } },
  };
  await launchPart('engine', folder, plan);
  await launchPart('emulator', folder, plan);
  config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  ecs = new ECSClient(config);
  sfn = new SFNClient(config);
  const cloudFormation = new CloudFormationClient(config);
  await cloudFormation.send(
    new CreateStackCommand({ StackName: 'test', TemplateBody: JSON.stringify(template) }),
  );
  await until(async () => {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'test' }));
    const stack = Stacks?.[0];
    if (stack?.StackStatus?.includes('ROLLBACK')) throw new Error(stack.StackStatusReason);
    outputs = Object.fromEntries((stack?.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue]));
    return stack?.StackStatus === 'CREATE_COMPLETE';
  });
}, 120_000);

afterAll(async () => {
  await haltPart('emulator', folder);
  await haltPart('engine', folder);
  rmSync(root, { recursive: true, force: true });
});

/** Polls until `condition` holds; fails after 30 s, which is ten times what a loaded machine needs. */
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 30 s in vain');
    await sleep(100);
  }
};

const execute = async (machine: string, input: object): Promise<string> => {
  const started = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`,
      input: JSON.stringify(input),
    }),
  );
  return started.executionArn ?? '';
};

const outcomeOf = async (executionArn: string) => {
  let outcome: { status: string | undefined; output: unknown } = { status: undefined, output: undefined };
  await until(async () => {
    const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    outcome = { status, output: output === undefined ? undefined : JSON.parse(output) };
    return status !== 'RUNNING';
  });
  return outcome;
};

const startTask = async (exitCode: string, clientToken?: string): Promise<string> => {
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster: 'workers',
      taskDefinition: 'worker',
      launchType: 'FARGATE',
      ...(clientToken === undefined ? {} : { clientToken }),
      overrides: {
        containerOverrides: [{ name: 'main', environment: [{ name: 'EXIT_CODE', value: exitCode }] }],
      },
    }),
  );
  return tasks?.[0]?.taskArn ?? '';
};

const describeTask = async (task: string) => {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'workers', tasks: [task] }));
  return tasks?.[0];
};

const processOf = (taskArn: string): number | undefined => {
  const id = taskArn.split('/').at(-1)?.slice(0, 8) ?? '';
  return runningTasks(folder).find(({ name }) => name.includes(id))?.identity.pid;
};

const taskLog = (taskArn: string): string => {
  const file = join(folder.logs, 'tasks', `ministack-ecs-${taskArn.split('/').at(-1)?.slice(0, 8)}-main.log`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const sumOfMetric = async (name: string, service: string): Promise<number> => {
  const { Datapoints } = await new CloudWatchClient(config).send(
    new GetMetricStatisticsCommand({
      Namespace: 'Test',
      MetricName: name,
      Dimensions: [{ Name: 'service', Value: service }],
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: ['Sum'],
    }),
  );
  return (Datapoints ?? []).reduce((sum, point) => sum + (point.Sum ?? 0), 0);
};

describe('Step Functions', () => {
  test('catches a Lambda error by its own name and hands its message on', async () => {
    const outcome = await outcomeOf(await execute('call-lambda', { fail: true }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'NeedsResync' } });
    const { Cause } = outcome.output as { Cause: string };
    expect(JSON.parse(Cause)).toMatchObject({ errorType: 'NeedsResync', errorMessage: 'the slot is lost' });
  });

  test('names a throttled Lambda as AWS does, so that start-replication tries it again until it is let through', async () => {
    const lambda = new LambdaClient(config);
    const limit = { FunctionName: 'throttled-step', ReservedConcurrentExecutions: 0 };
    await lambda.send(new PutFunctionConcurrencyCommand(limit));
    const run = { clientId: 1, replicationId: 1, generation: 1, forceResync: false };
    const executionArn = await execute('start-replication', run);
    const failures = async () => {
      const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
      return (events ?? []).flatMap(
        (event) => (event.taskFailedEventDetails ?? event.lambdaFunctionFailedEventDetails)?.error ?? [],
      );
    };
    await until(async () => (await failures()).length >= 2);
    expect(new Set(await failures())).toEqual(new Set(['Lambda.TooManyRequestsException']));
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'throttled-step' }));
    expect(await outcomeOf(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  }, 60_000);

  test('hands the started task on in PascalCase', async () => {
    const outcome = await outcomeOf(await execute('start-task', { exitCode: '0' }));
    expect(outcome.output).toMatch(/^arn:aws:ecs:us-east-1:000000000000:task\/workers\//);
  });

  test('awaits a task that exits with zero', async () => {
    const outcome = await outcomeOf(await execute('await-task', { exitCode: '0' }));
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { stopCode: 'EssentialContainerExited' } });
  });

  test('fails with States.TaskFailed when a task exits with another code', async () => {
    const outcome = await outcomeOf(await execute('await-task', { exitCode: '3' }));
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: 'caught' });
  });

  test('stops the awaited task when its execution is stopped', async () => {
    const before = runningTasks(folder).length;
    const executionArn = await execute('await-task', { exitCode: '' });
    await until(async () => runningTasks(folder).length === before + 1);
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await until(async () => runningTasks(folder).length === before);
    expect(await outcomeOf(executionArn)).toMatchObject({ status: 'ABORTED' });
  });

  test('takes a second start with the same name and input for the first', async () => {
    const request = {
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:await-task',
      name: 'twice',
      input: '{"exitCode":""}',
    };
    const first = await sfn.send(new StartExecutionCommand(request));
    const second = await sfn.send(new StartExecutionCommand(request));
    expect(second.executionArn).toBe(first.executionArn);
    const other = sfn.send(new StartExecutionCommand({ ...request, input: '{"exitCode":"0"}' }));
    await expect(other).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn ?? '' }));
    await until(async () => runningTasks(folder).length === 0);
  });
});

describe('ECS', () => {
  test('gives a task its secrets, and its output to CloudWatch Logs and metrics', async () => {
    const before = await sumOfMetric('FromTask', 'task');
    const task = await startTask('0');
    await until(async () => (await describeTask(task))?.lastStatus === 'STOPPED');
    const id = task.split('/').at(-1);
    const logs = new CloudWatchLogsClient(config);
    let messages: (string | undefined)[] = [];
    await until(async () => {
      const { events } = await logs.send(
        new FilterLogEventsCommand({ logGroupName: '/test/tasks', logStreamNames: [`task/main/${id}`] }),
      );
      messages = (events ?? []).map(({ message }) => message);
      return messages.length >= 2;
    });
    expect(messages[0]).toBe('password from the secret');
    await until(async () => (await sumOfMetric('FromTask', 'task')) === before + 7);
    expect(taskLog(task)).toContain('password from the secret');
  });

  test('starts one task however often a client token is used', async () => {
    const [first, second] = [await startTask('0', 'launch-1'), await startTask('0', 'launch-1')];
    expect(second).toBe(first);
    expect(await startTask('0', 'launch-2')).not.toBe(first);
  });

  test('stops a task with SIGTERM and answers before it has ended', async () => {
    const task = await startTask('');
    await until(async () => (await describeTask(task))?.lastStatus === 'RUNNING');
    await until(async () => taskLog(task).includes('password'));
    await ecs.send(new StopTaskCommand({ cluster: 'workers', task, reason: 'test' }));
    await until(async () => processOf(task) === undefined);
    expect(taskLog(task)).toContain('got SIGTERM');
    expect(await describeTask(task)).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'test' });
  });

  test('reports 137 for a task that SIGKILL ended', async () => {
    const task = await startTask('');
    await until(async () => (await describeTask(task))?.lastStatus === 'RUNNING');
    await until(async () => processOf(task) !== undefined);
    process.kill(processOf(task) ?? 0, 'SIGKILL');
    await until(async () => (await describeTask(task))?.lastStatus === 'STOPPED');
    expect((await describeTask(task))?.containers?.[0]?.exitCode).toBe(137);
  });

  test('says which images there are when a task wants another', async () => {
    const { tasks } = await ecs.send(new RunTaskCommand({ cluster: 'workers', taskDefinition: 'unknown' }));
    const task = tasks?.[0]?.taskArn ?? '';
    await until(async () => (await describeTask(task))?.lastStatus === 'STOPPED');
    expect((await describeTask(task))?.stoppedReason).toContain(
      'No such image: nobody/knows. The local stack runs only these, each as a process: test-worker.',
    );
  });
});

describe('CloudFormation and CloudWatch', () => {
  test('refers to a secret by its ARN', () => {
    expect(outputs.SecretRef).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:test\/db-1-/);
  });

  test("makes metrics of a Lambda's lines in the embedded metric format, and keeps its lines in a file", async () => {
    const before = await sumOfMetric('FromLambda', 'lambda');
    await new LambdaClient(config).send(new InvokeCommand({ FunctionName: 'step', Payload: '{}' }));
    await until(async () => (await sumOfMetric('FromLambda', 'lambda')) === before + 3);
    expect(readFileSync(join(folder.logs, 'lambda.log'), 'utf8')).toContain('step {"_aws"');
  });
});

// They come last: the emulator is killed and started again.
describe('the state', () => {
  const stateFile = () => join(folder.data, 'emulator', 'state.json');
  const readSecret = async (name: string) =>
    (await new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  const createSecret = (name: string) =>
    new SecretsManagerClient(config).send(
      new CreateSecretCommand({ Name: name, SecretString: `of ${name}` }),
    );
  const stackStatus = async () => {
    const { Stacks } = await new CloudFormationClient(config).send(
      new DescribeStacksCommand({ StackName: 'test' }),
    );
    return Stacks?.[0]?.StackStatus;
  };
  const isSaved = (name: string) => readFileSync(stateFile(), 'utf8').includes(`of ${name}`);

  test('is there again after a SIGKILL, with what was made a few seconds before it', async () => {
    await createSecret('late');
    await until(async () => isSaved('late'));
    await killPart('emulator', folder);
    await launchPart('emulator', folder, plan);
    expect(await readSecret('late')).toBe('of late');
    expect(await readSecret('test/db-1')).toContain('from the secret');
    expect(await stackStatus()).toBe('CREATE_COMPLETE');
    expect(await outcomeOf(await execute('call-lambda', {}))).toMatchObject({ output: { ok: true } });
  }, 120_000);

  test('is whole when it is killed while it saves, again and again', async () => {
    for (let round = 0; round < 5; round += 1) {
      await createSecret(`round-${round}`);
      await until(async () => isSaved(`round-${round}`));
      // SIGTERM makes it save; a draft that is there then is not finished any more.
      const { pid } = runningPart(folder, 'emulator') ?? { pid: 0 };
      await createSecret(`unsaved-${round}`);
      process.kill(pid, 'SIGTERM');
      await sleep(round * 40);
      await killPart('emulator', folder);
      await launchPart('emulator', folder, plan);
      expect(await readSecret(`round-${round}`)).toBe(`of round-${round}`);
      expect(await readSecret('test/db-1')).toContain('from the secret');
      expect(await stackStatus()).toBe('CREATE_COMPLETE');
    }
  }, 180_000);

  test('is that of before when half of a newer one was written, and when a stack was half made', async () => {
    writeFileSync(`${stateFile()}.new`, '{"secretsmanager": "{');
    const saved = readFileSync(stateFile(), 'utf8');
    const cloudFormation = new CloudFormationClient(config);
    const waits = Object.fromEntries(
      Array.from({ length: 40 }, (_none, index) => [
        `Parameter${index}`,
        { Type: 'AWS::SSM::Parameter', Properties: { Name: `/p/${index}`, Type: 'String', Value: 'x' } },
      ]),
    );
    await cloudFormation.send(
      new CreateStackCommand({ StackName: 'half', TemplateBody: JSON.stringify({ Resources: waits }) }),
    );
    await killPart('emulator', folder);
    expect(readFileSync(stateFile(), 'utf8')).toBe(saved);
    await launchPart('emulator', folder, plan);
    await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'half' }))).rejects.toMatchObject(
      { message: expect.stringContaining('half') },
    );
    expect(await stackStatus()).toBe('CREATE_COMPLETE');
  }, 120_000);
});
