import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';

/** `InvalidRequest` that names every problem, with the list in `facts.problems`. */
export const invalidRequest = (problems: readonly Problem[]): MillraceError =>
  new MillraceError(
    'InvalidRequest',
    problems.length === 1
      ? `The request is not valid: ${problems[0]?.subject}: ${problems[0]?.problem}`
      : `The request is not valid: ${problems.length} problems.`,
    { facts: { problems } },
  );
