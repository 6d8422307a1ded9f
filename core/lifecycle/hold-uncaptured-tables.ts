import { describeUncaptured } from '../contracts/capture-verdict.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import { toMillraceError } from '../errors/millrace-error.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import { findUnfitTables, judgeUnfitTables, type UnfitTable } from '../validation/find-unfit-tables.ts';
import { findSourceTableProblems } from '../validation/source-table-problems.ts';
import { type HoldUnfitPorts, holdUnfitTables } from './hold-unfit-tables.ts';
import { freshTables, heldTables, unfitTables } from './table-progress.ts';

export interface HoldUncapturedPorts extends HoldUnfitPorts {
  readonly source: SourceDatabase;
}

/**
 * Does `action`, which begins or changes capture. When it fails because of single tables, which may have been dropped, renamed
 * or taken from the user since they were validated, they are held, and `action` is done once more without them. Throws what it
 * failed with when no table is to blame, or all are.
 */
export const withoutUncapturedTables = async <Result>(
  run: Run,
  replication: Replication,
  ports: HoldUncapturedPorts,
  action: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await action();
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.isTransient || error.code === 'Superseded' || error.code === 'OpenTransactions') throw cause;
    if (!(await holdUncapturedTables(run, replication, ports))) throw cause;
    return action();
  }
};

/** Whether some tables are held now that were not before, and others are left. */
const holdUncapturedTables = async (
  run: Run,
  replication: Replication,
  ports: HoldUncapturedPorts,
): Promise<boolean> => {
  const { store, source } = ports;
  const progress = await store.listTableProgress(run.replicationId);
  const without = new Set(unfitTables(run, replication, progress).map((table) => tableKey(table.source)));
  const candidates = replication.tables.filter((mapping) => !without.has(tableKey(mapping.source)));
  const found = await findUnfitTables(candidates, (some) => findSourceTableProblems(some, source));
  const unfit = await judgeUnfitTables(replication, found.unfit, source);
  const known = new Set(unfit.map(({ mapping }) => tableKey(mapping.source)));
  const all = [
    ...unfit,
    ...(await listLost(
      run,
      replication,
      candidates.filter((mapping) => !known.has(tableKey(mapping.source))),
      ports,
    )),
  ];
  if (all.length === 0 || all.length === candidates.length) return false;
  await holdUnfitTables(run, { replication, looked: [], unfit: all }, ports);
  return true;
};

/** Tables of which changes were missed since they were copied. */
const listLost = async (
  run: Run,
  replication: Replication,
  mappings: readonly TableMapping[],
  { store, source }: HoldUncapturedPorts,
): Promise<readonly UnfitTable[]> => {
  if (run.forceResync || replication.copyGeneration === 0) return [];
  const progress = await store.listTableProgress(run.replicationId);
  const excepted = new Set(
    [...freshTables(replication, progress).map((table) => table.source), ...heldTables(progress)].map(
      tableKey,
    ),
  );
  const copied = mappings.filter((mapping) => !excepted.has(tableKey(mapping.source)));
  const lost =
    (await source.listUncaptured?.(
      replication,
      copied.map((mapping) => mapping.source),
    )) ?? [];
  const lostKeys = new Set(lost.map(tableKey));
  return copied
    .filter((mapping) => lostKeys.has(tableKey(mapping.source)))
    .map((mapping) => ({
      mapping,
      problems: [
        {
          subject: `source table ${tableLabel(mapping.source)}`,
          problem: `Changes of it were lost: ${describeUncaptured([mapping.source])}.`,
        },
      ],
      isUncaptured: true,
      isGone: false,
    }));
};
