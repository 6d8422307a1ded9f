import { describe, expect, test } from '@jest/globals';
import validate from 'asl-validator';
import { z } from 'zod';
import { type DeletionRun, deletionOutputSchema, deletionRunSchema } from '#core/contracts/deletion.ts';
import { readDefinition } from '../../infra/constructs/state-machine-definition.ts';
import { type Definition, type Json, type Outcome, runDefinition, TaskError } from './asl-interpreter.ts';

const definition = JSON.parse(
  readDefinition('delete-replication').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => name),
) as Definition;

const run: DeletionRun = { clientId: 1, replicationId: 7, attempt: 2 };
const invokeSchema = z.strictObject({
  FunctionName: z.literal('DeleteReplicationArn'),
  Payload: deletionRunSchema,
});

/** Runs the machine with what the Lambda answers, one after the other; the last one again and again. */
const runWith = (answers: readonly (Json | TaskError)[]): Outcome => {
  let call = 0;
  return runDefinition(definition, run, (_state, parameters) => {
    expect(invokeSchema.parse(parameters).Payload).toEqual(run);
    const answer = answers[Math.min(call, answers.length - 1)] as Json | TaskError;
    call += 1;
    if (answer instanceof TaskError) throw answer;
    return { Payload: deletionOutputSchema.parse(answer) };
  });
};

const looks = ({ visits }: Outcome): number => visits.filter(({ state }) => state === 'DeleteParts').length;

describe('delete-replication', () => {
  test('is valid', () => {
    expect(validate(definition as never)).toMatchObject({ isValid: true });
  });

  test('looks again as long as it is told to', () => {
    const outcome = runWith([
      { again: true, state: 'running' },
      { again: true, state: 'running' },
      { again: false, state: 'done' },
    ]);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(looks(outcome)).toBe(3);
    expect(outcome.visits.filter(({ state }) => state === 'Pause')).toHaveLength(2);
  });

  test.each(['StoreUnavailable', 'Lambda.TooManyRequestsException', 'Sandbox.Timedout', 'Lambda.Unknown'])(
    'goes on after %s',
    (error) => {
      const outcome = runWith([new TaskError(error), { again: false, state: 'done' }]);
      expect(outcome.status).toBe('SUCCEEDED');
      expect(looks(outcome)).toBe(2);
    },
  );

  test("ends when it is blocked: the next attempt is the user's", () => {
    expect(looks(runWith([{ again: false, state: 'blocked' }]))).toBe(1);
  });

  test('fails with a defect, and monitor-health begins another attempt', () => {
    expect(runWith([new TaskError('Internal')]).status).toBe('FAILED');
  });
});
