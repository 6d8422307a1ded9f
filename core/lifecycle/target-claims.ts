import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** Replication ids by `tableKey` of the target table. */
export type TargetClaims = Readonly<Record<string, number>>;

export interface ClaimedTables {
  /** The claims as they are once the replication has taken its own. */
  readonly claims: TargetClaims;
  /** Tables that were claimed already. */
  readonly taken: readonly TableRef[];
}

/** Two replications never write the same target table, and one replication never writes it twice. */
export const claimTables = (
  existing: TargetClaims,
  replicationId: Replication['replicationId'],
  targets: readonly TableRef[],
): ClaimedTables => {
  const claims: Record<string, number> = { ...existing };
  const taken: TableRef[] = [];
  for (const target of targets) {
    const key = tableKey(target);
    if (Object.hasOwn(claims, key)) taken.push(target);
    claims[key] = replicationId;
  }
  return { claims, taken };
};

/** Throws `TargetTableClaimed`, which names every table in question, unless there is none. */
export const refuseTakenTables = (taken: readonly TableRef[]): void => {
  if (taken.length === 0) return;
  const tables = taken.map(tableLabel).sort();
  throw new MillraceError(
    'TargetTableClaimed',
    `Another replication writes, or this one names twice: ${tables.join(', ')}.`,
    { facts: { tables } },
  );
};
