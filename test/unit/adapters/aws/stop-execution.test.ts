import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  SFNClient,
  SFNServiceException,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createExecutionPort } from '#adapters/aws/execution-port.ts';

const arn = 'arn:aws:states:us-east-1:000000000000:execution:start:replication-1-start-1';

const refusal = new SFNServiceException({
  name: 'ValidationException',
  $fault: 'client',
  message: 'Execution is not running',
  $metadata: {},
});

const client = new SFNClient({ region: 'us-east-1' });
const stepFunctions = mockClient(client);
const port = createExecutionPort({
  stateMachineArns: {
    'start-replication': 'arn:aws:states:us-east-1:000000000000:stateMachine:start',
    'change-tables': 'arn:tables',
    'delete-replication': 'arn:aws:states:eu-west-1:1:stateMachine:millrace-dev-delete-replication',
  },
  client,
});

beforeEach(() => {
  stepFunctions.reset();
});

describe('stopping an execution', () => {
  test.each(['SUCCEEDED', 'FAILED', 'ABORTED'] as const)(
    'that is %s already does nothing',
    async (status) => {
      stepFunctions.on(StopExecutionCommand).rejects(refusal);
      stepFunctions.on(DescribeExecutionCommand).resolves({ status });
      await expect(port.stopExecution(arn, 'a user stopped it')).resolves.toBeUndefined();
    },
  );

  test('that Step Functions has forgotten does nothing', async () => {
    stepFunctions
      .on(StopExecutionCommand)
      .rejects(new ExecutionDoesNotExist({ message: 'gone', $metadata: {} }));
    await expect(port.stopExecution(arn, 'a user stopped it')).resolves.toBeUndefined();
  });

  test('that runs and is refused all the same fails', async () => {
    stepFunctions.on(StopExecutionCommand).rejects(refusal);
    stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    await expect(port.stopExecution(arn, 'a user stopped it')).rejects.toThrow('could not stop execution');
  });
});
