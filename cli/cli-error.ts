/** What the command line ends with. docs/guide/cli.md lists them for scripts. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line itself is wrong, or `plan` has found changes. */
  usage: 2,
  /** Nothing can be said: the API or what it had to look at did not answer. */
  unchecked: 3,
  notLoggedIn: 4,
  timedOut: 5,
  /** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One of several things that are wrong, as the API lists them. */
export interface ListedProblem {
  readonly subject: string;
  readonly message: string;
  readonly remedy: string | null;
}

export interface CliErrorOptions {
  /** What to do next. */
  readonly advice?: string;
  /** `failed` when left out. */
  readonly exitCode?: ExitCode;
  readonly problems?: readonly ListedProblem[];
  readonly cause?: unknown;
}

/** What a person is told when a command cannot do what it should. The message says what happened, and to what. */
export class CliError extends Error {
  readonly advice: string | undefined;
  readonly exitCode: ExitCode;
  readonly problems: readonly ListedProblem[];

  constructor(message: string, { advice, exitCode, problems, cause }: CliErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.advice = advice;
    this.exitCode = exitCode ?? exitCodes.failed;
    this.problems = problems ?? [];
  }
}

/** A command line that is wrong as it stands. */
export const usageError = (message: string, advice?: string): CliError =>
  new CliError(message, { exitCode: exitCodes.usage, ...(advice === undefined ? {} : { advice }) });
