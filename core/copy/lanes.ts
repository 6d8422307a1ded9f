import type { TableProgress } from '../contracts/copy.ts';
import { tableKey } from '../contracts/identifiers.ts';

/** Lambdas that copy small tables side by side; the state machine runs as many (`MaxConcurrency`). */
export const laneCount = 4;

/**
 * The tables of one of `lanes` workers, in the order in which it copies them. Every worker comes to the same division by
 * itself, also when tables have been copied since, because it depends on the plan alone: the biggest tables first, each to
 * the lane that has least so far.
 */
export const tablesOfLane = (
  tables: readonly TableProgress[],
  { lane, lanes }: { readonly lane: number; readonly lanes: number },
): readonly TableProgress[] => {
  const loads = Array.from({ length: lanes }, () => 0);
  const ordered = tables.toSorted(
    (a, b) => b.estimatedBytes - a.estimatedBytes || (tableKey(a.source) < tableKey(b.source) ? -1 : 1),
  );
  return ordered.filter((table) => {
    const lightest = loads.indexOf(Math.min(...loads));
    // An empty table takes its connection's time, too.
    loads[lightest] = (loads[lightest] ?? 0) + Math.max(fixedCostBytes, table.estimatedBytes);
    return lightest === lane;
  });
};

/** What the statements for one table cost at least, in bytes that are copied in that time: 0.1 s at 25 MB/s. */
const fixedCostBytes = 2_500_000;
