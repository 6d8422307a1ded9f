import { describe, expect, test } from '@jest/globals';
import validate from 'asl-validator';
import { z } from 'zod';
import { taskEnvironmentSchema } from '#core/contracts/environment.ts';
import {
  captureOutputSchema,
  copyTableInputSchema,
  copyTableOutputSchema,
  failStartInputSchema,
  failStartOutputSchema,
  finishCopyOutputSchema,
  type PlanCopyOutput,
  planCopyOutputSchema,
  type Run,
  runSchema,
  type StepName,
  startConsumerOutputSchema,
  validateOutputSchema,
} from '#core/contracts/steps.ts';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { readDefinition } from '../../infra/constructs/state-machine-definition.ts';
import {
  type Definition,
  type Json,
  type Outcome,
  runDefinition,
  type State,
  TaskError,
  UnresolvedPath,
} from './asl-interpreter.ts';

const text = readDefinition('start-replication');
const substituted = text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
  name === 'Subnets' ? 'subnet-1,subnet-2' : name === 'SecurityGroups' ? 'sg-1' : name,
);
const definition = JSON.parse(substituted) as Definition;

const run: Run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const planned = (table: string) => ({ run, table: { schema: 'public', table } });
const plans = {
  'small and big tables': {
    lambdaTables: [planned('airlines'), planned('planes')],
    hasFargateTables: true,
    fargateTables: 1,
  },
  'small tables only': { lambdaTables: [planned('airlines')], hasFargateTables: false, fargateTables: 0 },
  'big tables only': { lambdaTables: [], hasFargateTables: true, fargateTables: 2 },
  'nothing to copy': { lambdaTables: [], hasFargateTables: false, fargateTables: 0 },
} as const satisfies Record<string, PlanCopyOutput>;
type PlanName = keyof typeof plans;

/** What a Lambda gets and gives, by the contracts; what FailStart is told when it fails. */
interface LambdaContract {
  readonly functionArn: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly result: (plan: PlanCopyOutput, payload: unknown) => unknown;
  readonly step?: StepName;
}
const lambdaContracts: Record<string, LambdaContract> = {
  ValidateReplication: {
    functionArn: 'ValidateReplicationArn',
    input: runSchema,
    output: validateOutputSchema,
    result: () => ({ tables: 2 }),
    step: 'Validate',
  },
  StartCapture: {
    functionArn: 'StartCaptureArn',
    input: runSchema,
    output: captureOutputSchema,
    result: () => ({ connectorName: 'acme_shop_connector', position: '16/B374D848' }),
    step: 'Capture',
  },
  PlanCopy: {
    functionArn: 'PlanCopyArn',
    input: runSchema,
    output: planCopyOutputSchema,
    result: (plan) => plan,
    step: 'Copy',
  },
  CopyTable: {
    functionArn: 'CopyTableArn',
    input: copyTableInputSchema,
    output: copyTableOutputSchema,
    result: (_, payload) => ({ table: copyTableInputSchema.parse(payload).table.table, rows: 16 }),
    step: 'Copy',
  },
  FinishCopy: {
    functionArn: 'FinishCopyArn',
    input: runSchema,
    output: finishCopyOutputSchema,
    result: () => ({ tables: 2 }),
    step: 'Copy',
  },
  StartConsumer: {
    functionArn: 'StartConsumerArn',
    input: runSchema,
    output: startConsumerOutputSchema,
    result: () => ({ launchId: 'r7-g3-l1' }),
    step: 'Consume',
  },
  FailStart: {
    functionArn: 'FailStartArn',
    input: failStartInputSchema,
    output: failStartOutputSchema,
    result: () => ({ status: 'error' }),
  },
};

const invokeSchema = z.strictObject({ FunctionName: z.string(), Payload: z.unknown() });
const runTaskSchema = z.strictObject({
  LaunchType: z.literal('FARGATE'),
  Cluster: z.literal('ClusterArn'),
  TaskDefinition: z.literal('TaskDefinition'),
  PropagateTags: z.literal('TASK_DEFINITION'),
  NetworkConfiguration: z.strictObject({
    AwsvpcConfiguration: z.strictObject({
      Subnets: z.array(z.string()),
      SecurityGroups: z.array(z.string()),
      AssignPublicIp: z.literal('DISABLED'),
    }),
  }),
  Overrides: z.strictObject({
    ContainerOverrides: z.tuple([
      z.strictObject({
        Name: z.literal('ContainerName'),
        Environment: z.array(z.strictObject({ Name: z.string(), Value: z.string() })),
      }),
    ]),
  }),
});
type RunTask = z.infer<typeof runTaskSchema>;

interface Execution extends Outcome {
  readonly failures: readonly z.infer<typeof failStartInputSchema>[];
  readonly workers: readonly RunTask[];
}

/**
 * Runs the state machine with Tasks whose inputs and outputs are held to the contracts. `failing` says how a Task fails:
 * the error's name, and for how many attempts.
 */
const execute = (
  planName: PlanName,
  failing: Readonly<Record<string, { readonly error: string; readonly times: number }>> = {},
): Execution => {
  const failures: z.infer<typeof failStartInputSchema>[] = [];
  const workers: RunTask[] = [];
  const outcome = runDefinition(definition, run, (state, parameters, attempt) => {
    const failure = failing[state];
    if (state === 'CopyBigTables') workers.push(runTaskSchema.parse(parameters));
    else {
      const { FunctionName, Payload } = invokeSchema.parse(parameters);
      const contract = lambdaContracts[state];
      if (contract === undefined) throw new Error(`There is no contract for ${state}`);
      expect(FunctionName).toBe(contract.functionArn);
      const payload = contract.input.parse(Payload);
      if (state === 'FailStart') failures.push(failStartInputSchema.parse(payload));
    }
    if (failure !== undefined && attempt <= failure.times) throw new TaskError(failure.error);
    const contract = lambdaContracts[state];
    if (contract === undefined) return {};
    const payload = invokeSchema.parse(parameters).Payload;
    return {
      Payload: contract.output.parse(contract.result(plans[planName], payload)) as Json,
      StatusCode: 200,
    };
  });
  return { ...outcome, failures, workers };
};

const statesIn = (part: Definition): readonly (readonly [string, State])[] =>
  Object.entries(part.States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[
      ...(state.Branches ?? []),
      ...(state.ItemProcessor === undefined ? [] : [state.ItemProcessor]),
    ].flatMap(statesIn),
  ]);
const states = statesIn(definition);
const tasks = states.filter(([, state]) => state.Type === 'Task');
const namesOf = (execution: Outcome): readonly string[] => execution.visits.map(({ state }) => state);
const codesWith = (disposition: string): readonly ErrorCode[] =>
  (Object.keys(errorPolicies) as ErrorCode[]).filter(
    (code) => errorPolicies[code].disposition === disposition,
  );

describe('the definition', () => {
  test('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(JSON.parse(text));
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  test('has a contract for each of its tasks, and no contract is left over', () => {
    expect(tasks.map(([name]) => name).toSorted()).toEqual(
      [...Object.keys(lambdaContracts), 'CopyBigTables'].toSorted(),
    );
  });

  test.each(tasks)('%s has a timeout shorter than the whole start', (_, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    expect(state.TimeoutSeconds).toBeLessThan(definition.TimeoutSeconds ?? 0);
  });

  test.each(tasks)('%s retries with full jitter, bounded waits and bounded attempts', (_, state) => {
    expect(state.Retry?.length).toBeGreaterThan(0);
    for (const retrier of state.Retry ?? []) {
      expect(retrier).toMatchObject({ JitterStrategy: 'FULL', BackoffRate: 2 });
      expect(retrier.MaxDelaySeconds).toBeGreaterThanOrEqual(retrier.IntervalSeconds);
      expect(retrier.MaxDelaySeconds).toBeLessThanOrEqual(120);
      expect(retrier.MaxAttempts).toBeGreaterThan(0);
      expect(retrier.MaxAttempts).toBeLessThanOrEqual(6);
      expect(retrier.ErrorEquals).not.toContain('States.ALL');
    }
  });

  test.each(tasks)('%s catches every error, itself or by the Parallel around it', (name, state) => {
    const [, catching] = states.find(
      ([outer, candidate]) =>
        outer === name ||
        (candidate.Type === 'Parallel' &&
          (candidate.Branches ?? []).some((branch) => statesIn(branch).some(([inner]) => inner === name))),
    ) ?? [name, state];
    expect(catching.Catch?.map(({ ErrorEquals }) => ErrorEquals)).toEqual([['States.ALL']]);
  });

  test('retries exactly the transient codes in every Lambda task', () => {
    const transient = codesWith('transient').toSorted();
    for (const [name, state] of tasks.filter(([task]) => task !== 'CopyBigTables')) {
      const codes = (state.Retry ?? [])
        .flatMap(({ ErrorEquals }) => ErrorEquals)
        .filter((error) => error in errorPolicies);
      expect({ name, codes: codes.toSorted() }).toEqual({ name, codes: transient });
    }
  });

  test('retries what the Lambda service itself reports', () => {
    for (const [name, state] of tasks.filter(([task]) => task !== 'CopyBigTables')) {
      const errors = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
      expect({ name, errors }).toEqual({
        name,
        errors: expect.arrayContaining([
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.TooManyRequestsException',
        ]),
      });
    }
  });

  test('copies at most four small tables at a time', () => {
    expect(states.find(([name]) => name === 'CopySmallTables')?.[1].MaxConcurrency).toBe(4);
  });
});

describe('a start that succeeds', () => {
  const before = ['KeepRun', 'ValidateReplication', 'StartCapture', 'PlanCopy', 'CopyTables'];
  const after = ['FinishCopy', 'StartConsumer', 'Started'];
  test.each<[PlanName, readonly string[]]>([
    ['small and big tables', ['CopySmallTables', 'CopyTable', 'CopyTable', 'HasBigTables', 'CopyBigTables']],
    ['small tables only', ['CopySmallTables', 'CopyTable', 'HasBigTables', 'NoBigTables']],
    ['big tables only', ['CopySmallTables', 'HasBigTables', 'CopyBigTables']],
    ['nothing to copy', ['CopySmallTables', 'HasBigTables', 'NoBigTables']],
  ])('with %s walks its path', (plan, copying) => {
    const execution = execute(plan);
    expect(execution.status).toBe('SUCCEEDED');
    expect(namesOf(execution)).toEqual([...before, ...copying, ...after]);
    expect(execution.failures).toEqual([]);
  });

  test('launches the copy worker with what its environment schema asks for', () => {
    const [worker] = execute('big tables only').workers;
    const [container] = worker?.Overrides.ContainerOverrides ?? [];
    const environment = Object.fromEntries(
      (container?.Environment ?? []).map(({ Name, Value }) => [Name, Value]),
    );
    expect(taskEnvironmentSchema.parse(environment)).toEqual({
      MILLRACE_ROLE: 'copy-worker',
      MILLRACE_CLIENT_ID: run.clientId,
      MILLRACE_REPLICATION_ID: run.replicationId,
      MILLRACE_GENERATION: run.generation,
    });
    expect(worker?.NetworkConfiguration.AwsvpcConfiguration).toMatchObject({
      Subnets: ['subnet-1', 'subnet-2'],
      SecurityGroups: ['sg-1'],
    });
  });

  test.each(
    tasks.flatMap(([name, state]) =>
      (state.Retry ?? []).map((retrier, index) => [name, index, retrier] as const),
    ),
  )('%s recovers by its retrier %i', (name, _, retrier) => {
    for (const error of retrier.ErrorEquals) {
      const failing = {
        [name]: {
          error: error === 'States.TaskFailed' ? 'Container.Failed' : error,
          times: retrier.MaxAttempts,
        },
        // FailStart is only reached by another failure.
        ...(name === 'FailStart' ? { FinishCopy: { error: 'CopyFailed', times: 1 } } : {}),
      };
      const execution = execute('small and big tables', failing);
      expect({ error, end: namesOf(execution).at(-1) }).toEqual({
        error,
        end: name === 'FailStart' ? 'StartFailed' : 'Started',
      });
      expect(execution.visits.filter(({ state }) => state === name).at(-1)?.attempt).toBe(
        retrier.MaxAttempts + 1,
      );
    }
  });
});

describe('a start that fails', () => {
  const steps = [
    ...Object.entries(lambdaContracts).flatMap(([name, { step }]) =>
      step === undefined ? [] : [[name, step] as const],
    ),
    ['CopyBigTables', 'Copy'] as const,
  ];

  test.each(steps)('at %s tells FailStart that %s failed, and why', (name, step) => {
    const execution = execute('small and big tables', { [name]: { error: 'Internal', times: 99 } });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'StartFailed' });
    expect(execution.failures).toEqual([
      { run, step, failure: { Error: 'Internal', Cause: 'made by the test' } },
    ]);
    expect(namesOf(execution).slice(-3)).toEqual([`${step}Failed`, 'FailStart', 'StartFailed']);
  });

  test.each(steps)('at %s when the step (%s) runs out of time', (name, step) => {
    const execution = execute('small and big tables', { [name]: { error: 'States.Timeout', times: 99 } });
    expect(execution.failures).toMatchObject([{ step, failure: { Error: 'States.Timeout' } }]);
  });

  test.each(steps.filter(([name]) => name !== 'CopyBigTables'))(
    'at %s is not repeated for a persistent code or a bug',
    (name) => {
      for (const code of [...codesWith('persistent'), ...codesWith('bug')]) {
        const execution = execute('small tables only', { [name]: { error: code, times: 99 } });
        expect({ code, attempts: execution.visits.filter(({ state }) => state === name).length }).toEqual({
          code,
          attempts: 1,
        });
      }
    },
  );

  test('and cannot be recorded ends in a failure of its own', () => {
    const execution = execute('nothing to copy', {
      StartConsumer: { error: 'Superseded', times: 1 },
      FailStart: { error: 'Internal', times: 99 },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'FailureUnrecorded' });
  });
});

test('every state is reached by one of the paths above', () => {
  const reached = new Set([
    ...namesOf(execute('small and big tables')),
    ...namesOf(execute('nothing to copy')),
    ...['ValidateReplication', 'StartCapture', 'PlanCopy', 'StartConsumer'].flatMap((name) =>
      namesOf(execute('nothing to copy', { [name]: { error: 'Internal', times: 99 } })),
    ),
    ...namesOf(
      execute('nothing to copy', {
        StartConsumer: { error: 'Internal', times: 99 },
        FailStart: { error: 'Internal', times: 99 },
      }),
    ),
  ]);
  expect(states.map(([name]) => name).filter((name) => !reached.has(name))).toEqual([]);
});

test('the interpreter refuses a path that finds nothing, which the emulator does not', () => {
  const broken: Definition = {
    StartAt: 'Broken',
    States: { Broken: { Type: 'Pass', Parameters: { 'run.$': '$.nowhere' }, End: true } },
  };
  expect(() => runDefinition(broken, run, () => ({}))).toThrow(UnresolvedPath);
});
