import { tableKey } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import { findKeyProblems, storesRows } from './validate-table.ts';

/** A table that cannot be replicated as it is, while others can. */
export interface UnfitTable {
  readonly mapping: TableMapping;
  readonly problems: readonly Problem[];
  /** Whether changes of it are missed until it is copied again. */
  readonly isUncaptured: boolean;
  readonly isGone: boolean;
  /** A change of the target table may have rounded or cut rows that were copied, see core/schema/target-harm.ts. */
  readonly isTargetLost?: true;
}

/** The problems of some tables, by the table that each is of. */
export interface TableFindings {
  readonly unfit: readonly Omit<UnfitTable, 'isUncaptured' | 'isGone' | 'isTargetLost'>[];
  /** What concerns several tables, and none of them alone. */
  readonly shared: readonly Problem[];
}

/**
 * Finds the tables that problems belong to by looking at fewer and fewer tables: where all are fit, that is one look.
 * `check` returns the problems of some tables.
 */
export const findUnfitTables = async (
  mappings: readonly TableMapping[],
  check: (mappings: readonly TableMapping[]) => Promise<readonly Problem[]>,
): Promise<TableFindings> => {
  const found = await divide(mappings, check);
  if (found.unfit.length === 0 || found.shared.length > 0) return found;
  // What the others have together was not seen where an unfit one explained the problems of them all.
  const unfit = new Set(found.unfit.map(({ mapping }) => mapping));
  const others = mappings.filter((mapping) => !unfit.has(mapping));
  return { unfit: found.unfit, shared: others.length > 1 ? await check(others) : [] };
};

const divide = async (
  mappings: readonly TableMapping[],
  check: (mappings: readonly TableMapping[]) => Promise<readonly Problem[]>,
): Promise<TableFindings> => {
  const problems = await check(mappings);
  const [mapping] = mappings;
  if (problems.length === 0 || mapping === undefined) return { unfit: [], shared: problems };
  if (mappings.length === 1) return { unfit: [{ mapping, problems }], shared: [] };
  const middle = Math.ceil(mappings.length / 2);
  const first = await divide(mappings.slice(0, middle), check);
  const second = await divide(mappings.slice(middle), check);
  const found = {
    unfit: [...first.unfit, ...second.unfit],
    shared: [...first.shared, ...second.shared],
  };
  return found.unfit.length + found.shared.length > 0 ? found : { unfit: [], shared: problems };
};

/**
 * Adds what becomes of the tables' changes. A table that is gone is not captured. Neither is one without a usable key: publishing it
 * can make the application's own statements fail. `lostTargets` (by `tableKey` of the source) have to be copied again in any case.
 */
export const judgeUnfitTables = (
  replication: Replication,
  found: TableFindings['unfit'],
  source: SourceDatabase,
  lostTargets: ReadonlySet<string> = new Set(),
): Promise<readonly UnfitTable[]> =>
  Promise.all(
    found.map(async ({ mapping, problems }) => {
      const ref = mapping.source;
      const table = await source.describeTable(ref);
      const isGone = table === undefined;
      const isHarmed = isGone || !storesRows(table) || findKeyProblems(table, source.dialect).length > 0;
      const uncaptured = isHarmed ? [] : ((await source.listUncaptured?.(replication, [ref])) ?? []);
      const isUncaptured = isHarmed || uncaptured.some((other) => tableKey(other) === tableKey(ref));
      const isTargetLost = lostTargets.has(tableKey(ref));
      return { mapping, problems, isGone, isUncaptured, ...(isTargetLost && { isTargetLost }) };
    }),
  );
