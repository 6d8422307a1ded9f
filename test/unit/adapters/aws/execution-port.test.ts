import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createExecutionPort } from '#adapters/aws/execution-port.ts';

const create = () => ({
  mock: mockClient(SFNClient),
  executions: createExecutionPort({
    stateMachineArns: {
      'start-replication': 'arn:aws:states:eu-west-1:1:stateMachine:millrace-dev-start-replication',
      'change-tables': 'arn:aws:states:eu-west-1:1:stateMachine:millrace-dev-change-tables',
      'delete-replication': 'arn:aws:states:eu-west-1:1:stateMachine:millrace-dev-delete-replication',
    },
    client: new SFNClient({ region: 'eu-west-1' }),
  }),
});
const named = (name: string) => Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });

test('a start is handed on with its name and input', async () => {
  const { mock, executions } = create();
  mock.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
  expect(await executions.startExecution('start-replication', 'replication-1-start-2', '{"x":1}')).toBe(
    'arn:execution',
  );
  expect(mock.commandCalls(StartExecutionCommand)[0]?.args[0].input).toMatchObject({
    name: 'replication-1-start-2',
    input: '{"x":1}',
  });
});

test('a start whose execution has ended already is that execution', async () => {
  const { mock, executions } = create();
  mock.on(StartExecutionCommand).rejects(named('ExecutionAlreadyExists'));
  expect(await executions.startExecution('start-replication', 'replication-1-start-2', '{}')).toBe(
    'arn:aws:states:eu-west-1:1:execution:millrace-dev-start-replication:replication-1-start-2',
  );
});

test('an unknown execution has no status, and one that waits for its redrive runs', async () => {
  const { mock, executions } = create();
  mock.on(DescribeExecutionCommand).rejectsOnce(named('ExecutionDoesNotExist'));
  expect(await executions.getStatus('arn:x')).toBeUndefined();
  mock.on(DescribeExecutionCommand).resolves({ status: 'PENDING_REDRIVE' });
  expect(await executions.getStatus('arn:x')).toBe('RUNNING');
  mock.on(DescribeExecutionCommand).rejects(named('AccessDeniedException'));
  await expect(executions.getStatus('arn:x')).rejects.toMatchObject({ code: 'PermissionDenied' });
});

describe('in the trace of a request', () => {
  const variable = '_X_AMZN_TRACE_ID';
  const before = process.env[variable];
  afterEach(() => {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  });

  test.each([
    [
      'its execution belongs to it',
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
      true,
    ],
    ['what is no trace is not handed on', 'Self=1', false],
  ])('%s', async (_what, header, isHandedOn) => {
    process.env[variable] = header;
    const { mock, executions } = create();
    mock.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
    await executions.startExecution('start-replication', 'replication-1-start-2', '{}');
    expect(mock.commandCalls(StartExecutionCommand)[0]?.args[0].input.traceHeader).toBe(
      isHandedOn ? header : undefined,
    );
  });
});
