import { expect, test } from '@jest/globals';
import { readFailure } from '../../../../../lambdas/steps/fail-start/read-failure.ts';

test('a MillraceError keeps its code and message', () => {
  const Cause = JSON.stringify({ errorType: 'NeedsResync', errorMessage: 'The slot is gone.', trace: ['x'] });
  expect(readFailure('Capture', { Error: 'NeedsResync', Cause })).toEqual({
    code: 'NeedsResync',
    message: 'The slot is gone.',
    isSecondHand: false,
  });
});

test('an error that is not ours is a defect', () => {
  const Cause = JSON.stringify({ errorType: 'TypeError', errorMessage: 'x is not a function' });
  expect(readFailure('Copy', { Error: 'TypeError', Cause })).toMatchObject({
    code: 'Internal',
    message: 'x is not a function',
  });
});

test('a container task tells its exit code and reason', () => {
  const Cause = JSON.stringify({
    Containers: [{ ExitCode: 137, Name: 'worker' }],
    StoppedReason: 'OutOfMemoryError',
    TaskArn: 'arn',
  });
  expect(readFailure('Copy', { Error: 'States.TaskFailed', Cause })).toEqual({
    code: 'CopyFailed',
    message: 'Its container task ended with exit code 137: OutOfMemoryError.',
    isSecondHand: true,
  });
});

test.each([
  ['Validate', 'Internal'],
  ['Capture', 'CaptureNotStreaming'],
  ['Copy', 'CopyFailed'],
  ['Consume', 'TaskLaunchFailed'],
] as const)('a timeout in %s is %s', (step, code) => {
  expect(readFailure(step, { Error: 'States.Timeout' })).toMatchObject({
    code,
    message: 'It took longer than its time limit.',
  });
});

test.each([
  ['Lambda.TooManyRequestsException', 'Rate exceeded'],
  ['States.Runtime', '{"not": "ours"}'],
  ['States.Runtime', undefined],
])('what nobody foresaw is told as it is: %s', (name, cause) => {
  const failure = readFailure('Copy', cause === undefined ? { Error: name } : { Error: name, Cause: cause });
  expect(failure.code).toBe('CopyFailed');
  expect(failure.message).toContain(name);
  expect(failure.message).toContain(cause ?? '');
});
