import { describe, expect, test } from '@jest/globals';
import validate from 'asl-validator';
import { z } from 'zod';
import {
  changeTablesInputSchema,
  copySmallTablesInputSchema,
  type PlanCopyOutput,
  runSchema,
  type TableChangeRun,
} from '#core/contracts/steps.ts';
import { readDefinition } from '../../infra/constructs/state-machine-definition.ts';
import { type Definition, type Json, type Outcome, runDefinition, TaskError } from './asl-interpreter.ts';

const definition = JSON.parse(
  readDefinition('change-tables').replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
    name === 'Subnets' || name === 'SecurityGroups' ? 'a,b' : name,
  ),
) as Definition;

const change: TableChangeRun = {
  run: { clientId: 1, replicationId: 7, generation: 3, forceResync: false },
  version: 4,
};
const plan: PlanCopyOutput = {
  isDone: true,
  lanes: [{ run: change.run, lane: 0, lanes: 1 }],
  hasFargateTables: true,
};
const invokeSchema = z.strictObject({ FunctionName: z.string(), Payload: z.unknown() });

const lambdas: Readonly<Record<string, (payload: unknown, isActive: boolean) => unknown>> = {
  ChangeTablesArn: (payload, isActive) => {
    const input = changeTablesInputSchema.parse(payload);
    expect(input).toMatchObject(change);
    return { isActive };
  },
  PlanCopyArn: (payload) => {
    expect(runSchema.parse(payload)).toEqual(change.run);
    return plan;
  },
  CopySmallTablesArn: (payload) => {
    copySmallTablesInputSchema.parse(payload);
    return { rows: 1, isDone: true };
  },
  FinishCopyArn: (payload) => {
    runSchema.parse(payload);
    return { tables: 1 };
  },
};

/** `failures`: what a state throws, each time. */
const runWith = (
  options: { readonly isActive?: boolean; readonly failures?: Readonly<Record<string, string>> } = {},
): Outcome =>
  runDefinition(definition, change, (state, parameters) => {
    const failure = options.failures?.[state];
    if (failure !== undefined) throw new TaskError(failure);
    if (state === 'CopyBigTables') return {};
    const { FunctionName, Payload } = invokeSchema.parse(parameters);
    const result = lambdas[FunctionName]?.(Payload, options.isActive ?? true);
    return { Payload: result as Json };
  });

const states = ({ visits }: Outcome): ReadonlySet<string> => new Set(visits.map(({ state }) => state));

describe('change-tables', () => {
  test('is valid', () => {
    expect(validate(definition as never)).toMatchObject({ isValid: true });
  });

  test('copies what is new, and then lets a consumer apply it', () => {
    const outcome = runWith();
    expect(outcome.status).toBe('SUCCEEDED');
    expect([...states(outcome)]).toEqual([
      'PrepareTables',
      'AreTablesCopied',
      'PlanCopy',
      'IsPlanned',
      'CopyTables',
      'CopySmallTables',
      'CopyLane',
      'IsLaneCopied',
      'LaneCopied',
      'HasBigTables',
      'CopyBigTables',
      'FinishCopy',
      'FinishTables',
      'Changed',
    ]);
  });

  test('copies nothing of a replication that does not run', () => {
    const outcome = runWith({ isActive: false });
    expect(outcome.status).toBe('SUCCEEDED');
    expect(states(outcome)).not.toContain('PlanCopy');
    expect(states(outcome)).toContain('FinishTables');
  });

  test.each(['PrepareTables', 'PlanCopy', 'CopyLane', 'CopyBigTables', 'FinishCopy', 'FinishTables'])(
    'says what is wrong when %s fails',
    (state) => {
      const outcome = runWith({ failures: { [state]: 'ValueRejected' } });
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'ChangeFailed' });
      expect(states(outcome)).toContain('FailTables');
    },
  );

  test('repeats a step that waits for older transactions', () => {
    const outcome = runWith({ failures: { PrepareTables: 'CaptureNotStreaming' } });
    expect(outcome.visits.filter(({ state }) => state === 'PrepareTables')).toHaveLength(6);
  });
});
