import { describe, expect, test } from '@jest/globals';
import validate from 'asl-validator';
import { z } from 'zod';
import { taskEnvironmentSchema } from '#core/contracts/environment.ts';
import {
  captureOutputSchema,
  copySmallTablesInputSchema,
  copySmallTablesOutputSchema,
  failStartInputSchema,
  failStartOutputSchema,
  finishCopyOutputSchema,
  type PlanCopyOutput,
  planCopyOutputSchema,
  type Run,
  runSchema,
  type StepName,
  startConsumerOutputSchema,
  validateInputSchema,
  validateOutputSchema,
} from '#core/contracts/steps.ts';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { copyOnSpot, readDefinition } from '../../infra/constructs/state-machine-definition.ts';
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
const lanes = (count: number) =>
  Array.from({ length: count }, (_unused, lane) => ({ run, lane, lanes: count }));
const plans = {
  'small and big tables': { isDone: true, lanes: lanes(2), hasFargateTables: true },
  'small tables only': { isDone: true, lanes: lanes(1), hasFargateTables: false },
  'big tables only': { isDone: true, lanes: [], hasFargateTables: true },
  'nothing to copy': { isDone: true, lanes: [], hasFargateTables: false },
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
    input: validateInputSchema,
    output: validateOutputSchema,
    result: () => ({ isDone: true, nextTable: 2 }),
    step: 'Validate',
  },
  StartCapture: {
    functionArn: 'StartCaptureArn',
    input: runSchema,
    output: captureOutputSchema,
    result: () => ({ isReady: true, connectorName: 'acme_shop_connector', position: '16/B374D848' }),
    step: 'Capture',
  },
  PlanCopy: {
    functionArn: 'PlanCopyArn',
    input: runSchema,
    output: planCopyOutputSchema,
    result: (plan) => plan,
    step: 'Copy',
  },
  CopyLane: {
    functionArn: 'CopySmallTablesArn',
    input: copySmallTablesInputSchema,
    output: copySmallTablesOutputSchema,
    result: () => ({ rows: 16, isDone: true }),
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
  /** What the Lambdas got. */
  readonly payloads: readonly Json[];
}

/**
 * Runs the state machine with Tasks whose inputs and outputs are held to the contracts. `failing` says how a Task fails:
 * the error's name, and for how many attempts. `answers` are what a Task returns first, before what it usually does.
 */
const execute = (
  planName: PlanName,
  failing: Readonly<Record<string, { readonly error: string; readonly times: number }>> = {},
  answers: Readonly<Record<string, readonly Json[]>> = {},
): Execution => {
  const pending = new Map(Object.entries(answers).map(([state, list]) => [state, [...list]]));
  const payloads: Json[] = [];
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
      payloads.push(Payload as Json);
      if (state === 'FailStart') failures.push(failStartInputSchema.parse(payload));
    }
    if (failure !== undefined && attempt <= failure.times) throw new TaskError(failure.error);
    const contract = lambdaContracts[state];
    if (contract === undefined) return {};
    const payload = invokeSchema.parse(parameters).Payload;
    return {
      Payload: contract.output.parse(
        pending.get(state)?.shift() ?? contract.result(plans[planName], payload),
      ) as Json,
      StatusCode: 200,
    };
  });
  return { ...outcome, failures, workers, payloads };
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

  test('copies in at most four lanes at a time', () => {
    expect(states.find(([name]) => name === 'CopySmallTables')?.[1].MaxConcurrency).toBe(4);
  });
});

describe('a start that succeeds', () => {
  const before = [
    ...['KeepRun', 'ValidateReplication', 'IsValidated', 'StartCapture', 'IsCaptureReady'],
    ...['PlanCopy', 'IsPlanned', 'CopyTables'],
  ];
  const lane = ['CopyLane', 'IsLaneCopied', 'LaneCopied'];
  const after = ['FinishCopy', 'StartConsumer', 'Started'];
  test.each<[PlanName, readonly string[]]>([
    ['small and big tables', ['CopySmallTables', ...lane, ...lane, 'HasBigTables', 'CopyBigTables']],
    ['small tables only', ['CopySmallTables', ...lane, 'HasBigTables', 'NoBigTables']],
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

describe('with copies on Spot', () => {
  const onSpot = JSON.parse(copyOnSpot(substituted)) as Definition;
  const spotTask = z.strictObject({
    ...runTaskSchema.omit({ LaunchType: true }).shape,
    CapacityProviderStrategy: z.tuple([
      z.strictObject({ CapacityProvider: z.literal('FARGATE_SPOT'), Weight: z.literal(1) }),
    ]),
  });
  const workersOf = (isInterrupted: (attempt: number) => string | undefined) => {
    const workers: string[] = [];
    const outcome = runDefinition(onSpot, run, (state, parameters, attempt) => {
      if (state === 'CopyBigTables') {
        spotTask.parse(parameters);
        workers.push('spot');
        const error = isInterrupted(attempt);
        if (error !== undefined) throw new TaskError(error);
        return {};
      }
      if (state === 'CopyBigTablesOnDemand') {
        runTaskSchema.parse(parameters);
        workers.push('on demand');
        return {};
      }
      const contract = lambdaContracts[state];
      const { Payload } = invokeSchema.parse(parameters);
      return {
        Payload: contract?.output.parse(contract.result(plans['big tables only'], Payload)) as Json,
        StatusCode: 200,
      };
    });
    return { workers, status: outcome.status };
  };

  test('is valid Amazon States Language', () => {
    const { errorsText } = validate(JSON.parse(copyOnSpot(text)));
    expect(errorsText('\n')).toBe('');
  });

  test('a worker that Fargate takes away is followed by another one on Spot', () => {
    const taken = workersOf((attempt) => (attempt <= 2 ? 'States.TaskFailed' : undefined));
    expect(taken).toEqual({ workers: ['spot', 'spot', 'spot'], status: 'SUCCEEDED' });
  });

  test.each(['States.TaskFailed', 'AmazonECS.Unknown'])(
    'where %s lasts, the copy goes on with a worker on demand',
    (error) => {
      const { workers, status } = workersOf(() => error);
      expect(workers.filter((worker) => worker === 'on demand')).toHaveLength(1);
      expect(workers.at(-1)).toBe('on demand');
      expect(status).toBe('SUCCEEDED');
    },
  );
});

describe('a step that needs more calls', () => {
  const notReady = { isReady: false, connectorName: 'acme_shop_connector', position: null };
  const notPlanned = { isDone: false, lanes: [], hasFargateTables: false };

  test.each<[string, readonly Json[], readonly string[]]>([
    [
      'ValidateReplication',
      [{ isDone: false, nextTable: 250 }],
      ['ValidateReplication', 'IsValidated', 'ValidateReplication', 'IsValidated', 'StartCapture'],
    ],
    [
      'StartCapture',
      [notReady],
      ['StartCapture', 'IsCaptureReady', 'WaitForTransactions', 'StartCapture', 'IsCaptureReady', 'PlanCopy'],
    ],
    ['PlanCopy', [notPlanned], ['PlanCopy', 'IsPlanned', 'PlanCopy', 'IsPlanned', 'CopyTables']],
    [
      'CopyLane',
      [{ rows: 1, isDone: false }],
      ['CopyLane', 'IsLaneCopied', 'CopyLane', 'IsLaneCopied', 'LaneCopied'],
    ],
  ])('%s is called again, and the start goes on', (state, answers, expected) => {
    const execution = execute('small tables only', {}, { [state]: answers });
    expect(execution.status).toBe('SUCCEEDED');
    const names = namesOf(execution);
    const at = names.indexOf(state);
    expect(names.slice(at, at + expected.length)).toEqual(expected);
  });

  test('validation goes on with the table that it names', () => {
    const answers = {
      ValidateReplication: [
        { isDone: false, nextTable: 250 },
        { isDone: false, nextTable: 500 },
      ],
    };
    const { payloads } = execute('nothing to copy', {}, answers);
    expect(payloads.slice(0, 3)).toEqual([
      { run, fromTable: 0 },
      { run, fromTable: 250 },
      { run, fromTable: 500 },
    ]);
  });

  test('a day of waiting stays far below the 25,000 events that an execution may have', () => {
    // Each call waits for two minutes: 720 calls, of ten events each at most.
    const calls = Array.from({ length: 720 }, () => notReady);
    const execution = execute('nothing to copy', {}, { StartCapture: calls });
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.visits.filter(({ state }) => state === 'StartCapture')).toHaveLength(721);
    expect(execution.visits.length * 4).toBeLessThan(25_000);
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
    ...namesOf(
      execute(
        'nothing to copy',
        {},
        { StartCapture: [{ isReady: false, connectorName: 'acme_shop_connector', position: null }] },
      ),
    ),
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
