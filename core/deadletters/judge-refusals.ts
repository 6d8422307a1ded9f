import type { DeadLetterSettings } from '../contracts/dead-letter.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** So many refusals of one cause in a table, within a batch or `alikeWindowMs`, are the fault of single rows. More are that of the table. */
export const maxAlike = 20;
export const alikeWindowMs = 10_000;

/** The refusals of the last seconds, by cause and table. */
export class RecentRefusals {
  readonly #times = new Map<string, number[]>();

  /** How many there are within the window, with `count` more of this moment. */
  countWith(cause: string, count: number, nowMs: number): number {
    const recent = (this.#times.get(cause) ?? []).filter((at) => nowMs - at < alikeWindowMs);
    this.#times.set(cause, recent);
    return recent.length + count;
  }

  add(cause: string, nowMs: number): void {
    this.#times.set(cause, [...(this.#times.get(cause) ?? []), nowMs]);
  }
}

/** Why refused rows hold their table instead of becoming dead letters, where they are too many of one kind. */
export const systemicFault = (error: MillraceError): MillraceError =>
  new MillraceError(
    'SystemicFault',
    `More than ${maxAlike} rows were refused for one cause within a batch or ${alikeWindowMs / 1_000} s, so no further one becomes ` +
      `a dead letter. The first: ${error.message}`,
    { facts: error.facts, cause: error },
  );

/** Why an event holds its table when the replication has as many dead letters as it may have. */
export const limitReached = (
  { limit }: DeadLetterSettings,
  error: MillraceError | undefined,
): MillraceError =>
  new MillraceError(
    'DeadLetterLimit',
    `The replication has ${limit} dead letters, as many as it may have.` +
      (error === undefined
        ? ' The next event waits behind one of them.'
        : ` The next event was refused, too: ${error.message}`),
    { facts: { ...error?.facts, limit }, ...(error && { cause: error }) },
  );
