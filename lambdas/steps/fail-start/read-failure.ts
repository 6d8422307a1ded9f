import { z } from 'zod';
import type { StepName } from '#core/contracts/steps.ts';
import { type ErrorCode, errorPolicies, toErrorCode } from '#core/errors/error-policies.ts';

/** What went wrong, in our own terms. */
export interface StartFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The failing part could not speak through Step Functions, so it may have left its own words in the state. */
  readonly isSecondHand: boolean;
}

/** How Lambda describes a thrown error (developer guide, "Node.js function errors"). */
const lambdaCauseSchema = z.looseObject({ errorType: z.string(), errorMessage: z.string() });

/** How `ecs:runTask.sync` describes a failed task: the task as ECS's API describes it, with capitals. */
const taskCauseSchema = z.looseObject({
  Containers: z.array(z.looseObject({ ExitCode: z.number().optional(), Reason: z.string().optional() })),
  StoppedReason: z.string().optional(),
});

/** What a step has failed with when nobody says anything better. */
const codeOfStep = {
  Validate: 'Internal',
  Capture: 'CaptureNotStreaming',
  Copy: 'CopyFailed',
  Consume: 'TaskLaunchFailed',
} as const satisfies Record<StepName, ErrorCode>;

/** Cloud-side causes that are no JSON can be long: a stack trace, an HTML page. */
const maxCauseLength = 1_000;

const parseCause = (cause: string | undefined): unknown => {
  try {
    return cause === undefined ? undefined : JSON.parse(cause);
  } catch {
    return undefined;
  }
};

/** Reads the Error and Cause that a Catch hands over. Never throws: a failure that cannot be read is still one. */
export const readFailure = (
  step: StepName,
  failure: { readonly Error: string; readonly Cause?: string | undefined },
): StartFailure => {
  const cause = parseCause(failure.Cause);
  const thrown = lambdaCauseSchema.safeParse(cause);
  if (thrown.success) {
    const { errorType, errorMessage } = thrown.data;
    const name = Object.hasOwn(errorPolicies, errorType) ? errorType : failure.Error;
    return { code: toErrorCode(name), message: errorMessage, isSecondHand: false };
  }
  const code = codeOfStep[step];
  const task = taskCauseSchema.safeParse(cause);
  if (task.success) {
    const exitCodes = task.data.Containers.flatMap(({ ExitCode }) => ExitCode ?? []);
    const exit = exitCodes.length === 0 ? '' : ` with exit code ${exitCodes.join(', ')}`;
    const reason = task.data.StoppedReason ?? 'no reason is known';
    return { code, message: `Its container task ended${exit}: ${reason}.`, isSecondHand: true };
  }
  if (failure.Error === 'States.Timeout') {
    return { code, message: 'It took longer than its time limit.', isSecondHand: true };
  }
  const detail = failure.Cause === undefined ? '' : `: ${failure.Cause.slice(0, maxCauseLength)}`;
  return Object.hasOwn(errorPolicies, failure.Error)
    ? {
        code: toErrorCode(failure.Error),
        message: failure.Cause ?? 'No message was given.',
        isSecondHand: false,
      }
    : { code, message: `${failure.Error}${detail}`, isSecondHand: true };
};
