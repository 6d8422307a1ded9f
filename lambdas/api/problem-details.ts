import type { z } from 'zod';
import type { MillraceError, Problem } from '#core/errors/millrace-error.ts';
import type { problemDetailsSchema, problemSchema } from './shared-contracts.ts';

export type ProblemDetails = z.input<typeof problemDetailsSchema>;

export const problemContentType = 'application/problem+json';

export const toProblemItem = ({ subject, problem, remedy }: Problem): z.input<typeof problemSchema> => ({
  subject,
  message: problem,
  remedy: remedy ?? null,
});

/**
 * An error as RFC 9457 says it. The message of a bug in Millrace stays in the log: it can hold anything, so the caller
 * gets the request's id to ask for it.
 */
export const toProblemDetails = (error: MillraceError, requestId: string): ProblemDetails => {
  const { disposition, httpStatus, advice } = error.policy;
  const { problems } = error.facts;
  return {
    type: 'about:blank',
    title: error.code,
    status: httpStatus,
    detail:
      disposition === 'bug'
        ? `The request failed unexpectedly; the log has it as request ${requestId}.`
        : error.message,
    code: error.code,
    advice,
    request_id: requestId,
    ...(isProblemList(problems) ? { problems: problems.map(toProblemItem) } : {}),
  };
};

const isProblemList = (value: unknown): value is readonly Problem[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object');
