import type { TableProgress } from '../contracts/copy.ts';
import { type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';

/** Whether a copy is one by the mapping that the table has now. */
export const isCopyBy = (
  { mappingRevision = 1 }: Pick<TableProgress, 'mappingRevision'>,
  { revision = 1 }: Pick<TableMapping, 'revision'>,
): boolean => mappingRevision === revision;

/**
 * Tables that were added to a replication after its copy, or mapped otherwise, and that no copy was planned for yet. Their earlier changes may
 * have been captured in part, so capture has to be made ready for each before it is copied: core/capture/prepare-tables.ts.
 */
export const freshTables = (
  { tables, copyGeneration }: Pick<Replication, 'tables' | 'copyGeneration'>,
  progress: readonly TableProgress[],
): readonly TableMapping[] => {
  if (copyGeneration === 0) return [];
  const planned = new Map(
    progress
      .filter(({ generation }) => generation === copyGeneration)
      .map((table) => [tableKey(table.source), table]),
  );
  return tables.filter((mapping) => {
    const copy = planned.get(tableKey(mapping.source));
    return copy === undefined || !isCopyBy(copy, mapping);
  });
};

/**
 * Tables whose changes a consumer applies. While a table is copied they wait in its topic, since a chunk may have been read
 * before a change that would be applied first. Those of a table that a start found unfit wait as well.
 */
export const appliedTables = (
  replication: Pick<Replication, 'tables' | 'copyGeneration'>,
  progress: readonly TableProgress[],
): readonly TableMapping[] => {
  const fresh = new Set(freshTables(replication, progress).map(({ source }) => tableKey(source)));
  const waiting = new Set(
    progress
      .filter(
        (table) =>
          table.state === 'skipped' ||
          table.state === 'pending' ||
          table.state === 'copying' ||
          isUnfit(table),
      )
      .map(({ source }) => tableKey(source)),
  );
  return replication.tables.filter(
    ({ source }) => !fresh.has(tableKey(source)) && !waiting.has(tableKey(source)),
  );
};

/** Whether a start found the table unfit, so that no consumer applies it. */
export const isUnfit = ({ state, heldUntil }: TableProgress): boolean =>
  state === 'held' && (heldUntil === 'fit' || heldUntil === 'copy');

/** The start whose copy the target has, or gets by this run: the first start and a forced one copy everything. */
export const generationOfCopy = (
  { forceResync, generation }: Pick<Run, 'forceResync' | 'generation'>,
  { copyGeneration }: Pick<Replication, 'copyGeneration'>,
): number => (forceResync || copyGeneration === 0 ? generation : copyGeneration);

/**
 * The tables that a start goes on without, because it or an earlier one found them unfit. A start that copies everything looks at
 * all again.
 */
export const unfitTables = (
  run: Pick<Run, 'forceResync' | 'generation'>,
  replication: Pick<Replication, 'copyGeneration'>,
  progress: readonly TableProgress[],
): readonly TableProgress[] => {
  const generation = generationOfCopy(run, replication);
  return progress.filter((table) => isUnfit(table) && table.generation === generation);
};

/** Source tables that are not captured until they are copied again. */
export const leftOutOfCapture = (progress: readonly TableProgress[]): readonly TableRef[] =>
  progress
    .filter(({ state, heldUntil }) => state === 'held' && heldUntil === 'copy')
    .map(({ source }) => source);

/** Source tables that wait. What has become of them at the source keeps no other table from being captured. */
export const heldTables = (progress: readonly TableProgress[]): readonly TableRef[] =>
  progress.filter(({ state }) => state === 'held').map(({ source }) => source);
