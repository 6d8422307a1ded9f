import { tableLabel } from '#core/contracts/identifiers.ts';
import type { UnfitRows } from '#core/contracts/schema-change.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import {
  type RehearsalRequest,
  type RehearsalResult,
  rehearsalLockTimeoutMs,
  rehearsalStatementTimeoutMs,
} from '#core/ports/table-changer.ts';
import { describeUnfit } from '#core/schema/describe-unfit.ts';

/** A rehearsal has a connection of its own, which neither waits nor works for long. */
export const rehearsalOptions = {
  applicationName: 'millrace-rehearsal',
  maxConnections: 1,
  statementTimeoutMs: rehearsalStatementTimeoutMs,
  lockTimeoutMs: rehearsalLockTimeoutMs,
} as const;

/** What each kind of target does in its own way. */
export interface RehearsalSteps {
  readonly describe: () => Promise<TableDescription | undefined>;
  /** The rows of the target table that would not fit. */
  readonly countUnfit: (limit: RehearsalRequest['limits'][number]) => Promise<number>;
  /** Tries the statements on the table, or on a copy. What the target refuses is a problem and no error. */
  readonly tryOut: (
    before: TableDescription,
  ) => Promise<Omit<RehearsalResult, 'unfit' | 'estimatedRows' | 'durationMs'>>;
}

/** Counts what would not fit and tries the statements. Throws transient errors, but for a count or a trial that took too long. */
export const rehearseChange = async (
  { target, statements, limits }: RehearsalRequest,
  { describe, countUnfit, tryOut }: RehearsalSteps,
): Promise<RehearsalResult> => {
  const begunMs = performance.now();
  const before = await describe();
  const unfit: UnfitRows[] = [];
  for (const limit of limits) unfit.push(describeUnfit(limit, await countOrGiveUp(() => countUnfit(limit))));
  const found = await tryWhatIsThere(before, { target, statements }, tryOut);
  return {
    unfit,
    ...(before !== undefined && { estimatedRows: before.estimatedRows }),
    ...found,
    durationMs: Math.round(performance.now() - begunMs),
  };
};

const tryWhatIsThere = async (
  before: TableDescription | undefined,
  { target, statements }: Pick<RehearsalRequest, 'target' | 'statements'>,
  tryOut: RehearsalSteps['tryOut'],
): ReturnType<RehearsalSteps['tryOut']> => {
  if (before === undefined)
    return { method: 'counted', problems: [`There is no target table ${tableLabel(target)}.`] };
  return statements.length === 0 ? { method: 'counted', problems: [] } : tryOut(before);
};

/** Undefined where counting takes too long, or the column cannot be compared so. */
const countOrGiveUp = async (count: () => Promise<number>): Promise<number | undefined> => {
  try {
    return await count();
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.isTransient && error.code !== 'DatabaseTimeout') throw error;
    return undefined;
  }
};
