import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ExecutionPort, StateMachineName } from '#core/ports/services.ts';
import { traceHeader } from '../observability/trace.ts';
import { isElsewhere } from './own-region.ts';
import { awsClientDefaults, awsErrorName, toServiceError } from './service-errors.ts';

export interface ExecutionPortOptions {
  readonly stateMachineArns: Readonly<Record<StateMachineName, string>>;
  readonly client?: SFNClient;
}

/** `arn:aws:states:R:A:stateMachine:NAME` and an execution's name give `arn:aws:states:R:A:execution:NAME:EXECUTION`. */
const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

const isMissing = (error: unknown): boolean => awsErrorName(error) === 'ExecutionDoesNotExist';

/** An execution that waits for its redrive is going to run again, so it counts as running. */
const asStatus = (status: ExecutionStatus) => (status === 'PENDING_REDRIVE' ? 'RUNNING' : status);

export const createExecutionPort = ({
  stateMachineArns,
  client = new SFNClient(awsClientDefaults),
}: ExecutionPortOptions): ExecutionPort => {
  const getStatus: ExecutionPort['getStatus'] = async (arn) => {
    if (isElsewhere(arn)) return undefined;
    try {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      if (status === undefined) throw new MillraceError('Internal', `Execution ${arn} has no status.`);
      return asStatus(status);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw toServiceError(error, 'Step Functions', `describe execution ${arn}`);
    }
  };

  return {
    startExecution: async (stateMachine, name, input) => {
      const stateMachineArn = stateMachineArns[stateMachine];
      try {
        // The execution and its Lambdas then belong to the trace of the request that has asked for it.
        const trace = traceHeader();
        const started = await client.send(
          new StartExecutionCommand({
            ...{ stateMachineArn, name, input },
            ...(trace !== undefined && { traceHeader: trace }),
          }),
        );
        return started.executionArn ?? executionArn(stateMachineArn, name);
      } catch (error) {
        // Step Functions answers a repetition with the running execution, but with this error once it has ended.
        if (awsErrorName(error) === 'ExecutionAlreadyExists') return executionArn(stateMachineArn, name);
        throw toServiceError(error, 'Step Functions', `start execution ${name}`);
      }
    },

    getStatus,

    stopExecution: async (arn, reason) => {
      if (isElsewhere(arn)) return;
      try {
        await client.send(new StopExecutionCommand({ executionArn: arn, cause: reason }));
      } catch (error) {
        if (isMissing(error)) return;
        // An execution that has ended is refused as invalid, and so is a malformed request: its status tells which.
        if (awsErrorName(error) === 'ValidationException' && (await getStatus(arn)) !== 'RUNNING') return;
        throw toServiceError(error, 'Step Functions', `stop execution ${arn}`);
      }
    },
  };
};
