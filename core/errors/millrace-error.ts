import { type ErrorCode, type ErrorPolicy, errorPolicies } from './error-policies.ts';

/** One of several things that have to be fixed, where an error reports them all at once. */
export interface Problem {
  /** What it is about: a table, a column, a server. */
  readonly subject: string;
  readonly problem: string;
  /** What to do; a statement to run where there is one. */
  readonly remedy?: string;
  /** The code of the error that it comes from, where time may cure it. */
  readonly passing?: ErrorCode;
}

/** Structured facts about an error: identifiers, counts, positions. Never a row's values, never a secret. */
export type ErrorFacts = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly Problem[] | undefined>
>;

/** The one error class of Millrace. `message` says what happened and to what; the policy says what to do next. */
export class MillraceError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; facts?: ErrorFacts } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    // Step Functions matches Retry and Catch against the error's name, so the name is the code.
    this.name = code;
    this.code = code;
    this.facts = options.facts ?? {};
  }

  get policy(): ErrorPolicy {
    return errorPolicies[this.code];
  }

  get isTransient(): boolean {
    return this.policy.disposition === 'transient';
  }
}

/** Returns `error` when it is ours, and otherwise wraps it as `Internal` so that its policy is defined. */
export const toMillraceError = (error: unknown): MillraceError =>
  error instanceof MillraceError
    ? error
    : new MillraceError('Internal', error instanceof Error ? error.message : String(error), { cause: error });
