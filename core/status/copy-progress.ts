import type { TableCounts, TableProgress, TableState } from '../contracts/copy.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { isCopyBy } from '../lifecycle/table-progress.ts';

/** How far the initial copy of one table is. */
export interface TableCopyStatus {
  readonly source: TableRef;
  readonly target: TableRef;
  readonly state: TableState;
  readonly rowsCopied: number;
  readonly bytesCopied: number;
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
  readonly chunks: number;
  readonly chunksDone: number;
  /** 0 to 100, by chunks, whose sizes are alike; rows are only estimated. 100 exactly when the copy has ended. */
  readonly percent: number;
  /** Since the copy of the table began; undefined before the first chunk. */
  readonly rowsPerSecond: number | undefined;
  readonly bytesPerSecond: number | undefined;
  /** At the rate so far; undefined while there is none, 0 when the copy has ended. */
  readonly secondsLeft: number | undefined;
  /** The chunk that took longest; undefined before the first. */
  readonly slowestChunk: { readonly number: number; readonly durationMs: number } | undefined;
  readonly runsOn: TableProgress['runsOn'] | undefined;
  readonly keyIndex: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** Why the table is skipped or held. */
  readonly message: string | undefined;
  readonly heldSince: string | undefined;
  /** The change that a person has to decide on before a held table goes on. */
  readonly waitingChange?: string | undefined;
  /** What was applied of it; undefined before a consumer has told it, and where tables share a topic. */
  readonly applied: TableCounts | undefined;
}

export interface CopyStatus {
  readonly tables: readonly TableCopyStatus[];
  readonly rowsCopied: number;
  readonly bytesCopied: number;
  readonly estimatedRows: number;
  /** Over all tables that are copied, weighted by their estimated bytes. */
  readonly percent: number;
  readonly rowsPerSecond: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

export const isCopied = (state: TableState): boolean =>
  state === 'catching-up' || state === 'live' || state === 'held';

/** Below 100 until the copy has ended, so that nobody reads a rounded 100 as the end. */
const percentOf = (share: number): number => Math.min(99.9, Math.floor(share * 1_000) / 10);

const round = (value: number): number => Math.round(value * 10) / 10;

const tableStatus = (progress: TableProgress, now: Date): TableCopyStatus => {
  const hasAllChunks = progress.chunks > 0 && progress.chunksDone >= progress.chunks;
  // A table may be held before its copy has ended.
  const ended = isCopied(progress.state) && (progress.heldUntil !== 'copy' || hasAllChunks);
  const startedMs = progress.startedAt === undefined ? undefined : Date.parse(progress.startedAt);
  const endMs = progress.finishedAt === undefined ? now.getTime() : Date.parse(progress.finishedAt);
  // A table that is copied within the clock's resolution took a millisecond.
  const seconds =
    startedMs === undefined || progress.chunksDone === 0 ? undefined : Math.max(1, endMs - startedMs) / 1_000;
  const share = progress.chunks === 0 ? 0 : progress.chunksDone / progress.chunks;
  return {
    source: progress.source,
    target: progress.target,
    state: progress.state,
    rowsCopied: progress.rowsCopied,
    bytesCopied: progress.bytesCopied,
    estimatedRows: progress.estimatedRows,
    estimatedBytes: progress.estimatedBytes,
    chunks: progress.chunks,
    chunksDone: progress.chunksDone,
    percent: ended ? 100 : percentOf(share),
    rowsPerSecond: seconds === undefined ? undefined : round(progress.rowsCopied / seconds),
    bytesPerSecond: seconds === undefined ? undefined : Math.round(progress.bytesCopied / seconds),
    secondsLeft: ended
      ? 0
      : seconds === undefined
        ? undefined
        : round(((progress.chunks - progress.chunksDone) * seconds) / progress.chunksDone),
    slowestChunk:
      progress.slowestChunk === undefined || progress.slowestChunkMs === undefined
        ? undefined
        : { number: progress.slowestChunk, durationMs: progress.slowestChunkMs },
    runsOn: progress.runsOn,
    keyIndex: progress.keyIndex,
    startedAt: progress.startedAt,
    finishedAt: progress.finishedAt,
    message: progress.state === 'skipped' || progress.state === 'held' ? progress.message : undefined,
    heldSince: progress.state === 'held' ? progress.heldSince : undefined,
    applied: countsIn(progress),
    ...(progress.state === 'held' &&
      progress.waitingChange !== undefined &&
      progress.waitingChange !== '' && { waitingChange: progress.waitingChange }),
  };
};

const notPlanned = (mapping: Replication['tables'][number]): TableCopyStatus => ({
  source: mapping.source,
  target: mapping.target,
  state: 'pending',
  rowsCopied: 0,
  bytesCopied: 0,
  estimatedRows: 0,
  estimatedBytes: 0,
  chunks: 0,
  chunksDone: 0,
  percent: 0,
  rowsPerSecond: undefined,
  bytesPerSecond: undefined,
  secondsLeft: undefined,
  slowestChunk: undefined,
  runsOn: undefined,
  keyIndex: undefined,
  startedAt: undefined,
  finishedAt: undefined,
  message: undefined,
  heldSince: undefined,
  applied: undefined,
});

const countsIn = ({ inserts, updates, deletes, lastChangeAt }: TableProgress): TableCounts | undefined =>
  inserts === undefined || updates === undefined || deletes === undefined
    ? undefined
    : { inserts, updates, deletes, ...(lastChangeAt !== undefined && { lastChangeAt }) };

const sum = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((total, item) => total + of(item), 0);

/** From the first table's start to the last one's end, or to now while one is open. */
const elapsedSeconds = (tables: readonly TableCopyStatus[], now: Date): number | undefined => {
  const begun = tables.filter(({ startedAt }) => startedAt !== undefined);
  if (begun.length === 0) return undefined;
  const starts = begun.map(({ startedAt }) => Date.parse(startedAt ?? ''));
  const isOpen = tables.some(({ state }) => state === 'pending' || state === 'copying');
  const ends = begun.map(({ finishedAt }) =>
    finishedAt === undefined ? now.getTime() : Date.parse(finishedAt),
  );
  const end = isOpen ? now.getTime() : Math.max(...ends);
  return Math.max(1, end - Math.min(...starts)) / 1_000;
};

/** The copy of a replication, in the order of its tables. A table of which nothing is stored is pending. */
export const describeCopy = (
  replication: Pick<Replication, 'tables'>,
  progress: readonly TableProgress[],
  now: Date,
): CopyStatus => {
  const key = ({ schema, table }: TableRef): string => JSON.stringify([schema, table]);
  const bySource = new Map(progress.map((table) => [key(table.source), table]));
  const tables = replication.tables.map((mapping) => {
    const stored = bySource.get(key(mapping.source));
    return stored === undefined || !isCopyBy(stored, mapping)
      ? notPlanned(mapping)
      : tableStatus(stored, now);
  });

  const counted = tables.filter(({ state }) => state !== 'skipped');
  // An empty table weighs something, or a copy of only empty tables would never be complete.
  const weight = ({ estimatedBytes }: TableCopyStatus): number => Math.max(1, estimatedBytes);
  const isComplete = counted.every(({ state }) => isCopied(state));
  const share = sum(counted, (table) => weight(table) * (table.percent / 100)) / sum(counted, weight);
  const rowsCopied = sum(counted, (table) => table.rowsCopied);
  const seconds = elapsedSeconds(counted, now);
  const bytesCopied = sum(counted, (table) => table.bytesCopied);
  const moving = seconds !== undefined && rowsCopied > 0;
  return {
    tables,
    rowsCopied,
    bytesCopied,
    estimatedRows: sum(counted, (table) => table.estimatedRows),
    percent: counted.length === 0 ? 0 : isComplete ? 100 : percentOf(share),
    rowsPerSecond: moving ? round(rowsCopied / seconds) : undefined,
    bytesPerSecond: moving ? Math.round(bytesCopied / seconds) : undefined,
    secondsLeft:
      counted.length > 0 && isComplete
        ? 0
        : moving && share > 0
          ? round((seconds * (1 - share)) / share)
          : undefined,
  };
};
