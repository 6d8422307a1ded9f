import type { TextRow } from '#test/kit/text-rows.ts';
import type { DatabaseEnd } from './database-end.ts';
import { accountCount, openingBalance, phantomMark, type WorkloadTable, workloadTables } from './workload.ts';
import type { Pair } from './world.ts';

export interface TableDifference {
  readonly table: WorkloadTable;
  /** Keys of rows that the target lacks, or has otherwise. */
  readonly lost: readonly string[];
  /** Keys of rows that the target has and the source has not. */
  readonly phantom: readonly string[];
}

export interface PairComparison {
  readonly rows: number;
  readonly differences: readonly TableDifference[];
  /** Commits that the source had acknowledged and does not have: the harness's own books are wrong, or the server lost them. */
  readonly lostAtSource: readonly number[];
  /** Commits that are there more than once. */
  readonly doubled: number;
  /** Whether the accounts have in sum what they had at the beginning. */
  readonly isSumKept: boolean;
}

/** Source and target row by row, and the target against the books of the workload. Nobody may write meanwhile. */
export const comparePair = async (pair: Pair): Promise<PairComparison> => {
  const { source, target, workload } = pair;
  const differences: TableDifference[] = [];
  let rows = 0;
  let ledger: ReadonlyMap<string, string> = new Map();
  let sourceLedger: ReadonlyMap<string, string> = new Map();
  let sum = 0;
  for (const table of workloadTables) {
    // Columns that the source has no more stay at the target, by the policy `safe`.
    const columns = (await source.columns(table)).join(', ');
    const [expected, actual] = await Promise.all([
      readRows(source, `SELECT ${columns} FROM ${table}`),
      readRows(target, `SELECT ${columns} FROM ${pair.targetName(table)}`),
    ]);
    rows += expected.size;
    const lost = [...expected].flatMap(([id, row]) => (actual.get(id) === row ? [] : [id]));
    const phantom = [...actual.keys()].filter((id) => !expected.has(id));
    if (lost.length > 0 || phantom.length > 0) differences.push({ table, lost, phantom });
    if (table === 'ledger') {
      ledger = actual;
      sourceLedger = expected;
    }
    if (table === 'accounts')
      for (const row of actual.values()) sum += Number((JSON.parse(row) as TextRow)[1]);
  }
  const marks = [...ledger.values()].map((row) => String((JSON.parse(row) as TextRow)[1]));
  const doubled =
    marks.length - new Set(marks).size + marks.filter((mark) => mark.startsWith(phantomMark)).length;
  return {
    rows,
    differences,
    doubled,
    lostAtSource: workload.acknowledged.map(({ id }) => id).filter((id) => !sourceLedger.has(String(id))),
    isSumKept: sum === accountCount * openingBalance,
  };
};

const readRows = (end: DatabaseEnd, query: string): Promise<ReadonlyMap<string, string>> =>
  end.session(async (session) => {
    const rows = await session.rows(query);
    return new Map(rows.map((row) => [String(row[0]), JSON.stringify(row)]));
  });

/** Whether the two ends have the same, and the books agree. */
export const isEqual = ({ differences, lostAtSource, doubled, isSumKept }: PairComparison): boolean =>
  differences.length === 0 && lostAtSource.length === 0 && doubled === 0 && isSumKept;
