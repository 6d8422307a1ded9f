import type { TableProgress } from '../contracts/copy.ts';
import { type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';

/**
 * Tables that were added to a replication after its copy, and that no copy was planned for yet. Their earlier changes may
 * have been captured in part, so capture has to be made ready for each before it is copied: core/capture/prepare-tables.ts.
 */
export const freshTables = (
  { tables, copyGeneration }: Pick<Replication, 'tables' | 'copyGeneration'>,
  progress: readonly TableProgress[],
): readonly TableMapping[] => {
  if (copyGeneration === 0) return [];
  const planned = new Set(
    progress.filter(({ generation }) => generation === copyGeneration).map(({ source }) => tableKey(source)),
  );
  return tables.filter(({ source }) => !planned.has(tableKey(source)));
};

/**
 * Tables whose changes a consumer applies. While a table is copied they wait in its topic, since a chunk may have been read
 * before a change that would be applied first.
 */
export const appliedTables = (
  replication: Pick<Replication, 'tables' | 'copyGeneration'>,
  progress: readonly TableProgress[],
): readonly TableMapping[] => {
  const fresh = new Set(freshTables(replication, progress).map(({ source }) => tableKey(source)));
  const waiting = new Set(
    progress
      .filter(({ state }) => state === 'skipped' || state === 'pending' || state === 'copying')
      .map(({ source }) => tableKey(source)),
  );
  return replication.tables.filter(
    ({ source }) => !fresh.has(tableKey(source)) && !waiting.has(tableKey(source)),
  );
};

/** Source tables that wait. What has become of them at the source keeps no other table from being captured. */
export const heldTables = (progress: readonly TableProgress[]): readonly TableRef[] =>
  progress.filter(({ state }) => state === 'held').map(({ source }) => source);
