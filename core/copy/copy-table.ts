import { addNulled, describeNulled, totalOf } from '../canonical/describe-nulled.ts';
import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import { retryTransient } from '../concurrency/retry-transient.ts';
import { transientRetryDelaysMs } from '../contracts/consumer.ts';
import type { Chunk, TableProgress } from '../contracts/copy.ts';
import { metricNames } from '../contracts/environment.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { type Run, stepLabel } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { requireCurrentRun } from '../lifecycle/current-run.ts';
import { mapTable } from '../mapping/map-table.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type {
  ChunkCopier,
  CopiedChunk,
  CopiedTables,
  SourceDatabase,
  TargetDatabase,
} from '../ports/databases.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import type { CopyStore, ReplicationStore } from '../ports/state-store.ts';
import { describePace, paceOf } from './copy-progress.ts';
import { splitPendingTable } from './plan-copy.ts';

export interface CopyTablePorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    Pick<
      CopyStore,
      'getTableProgress' | 'putTablePlan' | 'listUnfinishedChunks' | 'recordFinishedChunk' | 'setTableState'
    >;
  readonly source: SourceDatabase;
  readonly target: Pick<TargetDatabase, 'describeTable'>;
  readonly copier: ChunkCopier;
  readonly metrics: MetricsPort;
  readonly clock: Clock;
  readonly log: Log;
}

export interface CopyTableOptions {
  /** Chunks that are copied at the same time; each takes one connection to the source and one to the target. */
  readonly parallelChunks: number;
  /** Ends the copy; chunks in the middle are rolled back. */
  readonly signal: AbortSignal;
}

/** A line and a metric so often at most: a person who watches sees it move, and the log stays short. */
const progressIntervalMs = 5_000;

const step = stepLabel('Copy');

/**
 * Copies the chunks of a planned table that are not finished yet, and returns how many rows that were. Each chunk is
 * one transaction at the target and recorded afterwards, so a chunk is copied again only when its worker died between
 * the two, which replaces the same rows. Transient errors are retried chunk by chunk.
 *
 * Before each chunk the run is looked up, so that a copy which a stop or a newer start has replaced ends by itself:
 * throws `Superseded`.
 */
export const copyTable = async (
  run: Run,
  table: TableRef,
  ports: CopyTablePorts,
  options: CopyTableOptions,
): Promise<number> => {
  const { store, metrics, clock, log } = ports;
  const { replicationId } = run;
  const label = tableLabel(table);
  const replication = await requireCurrentRun(store, run);

  const planned = await store.getTableProgress(replicationId, table);
  if (planned === undefined || planned.generation !== replication.copyGeneration) {
    throw new MillraceError('CopyFailed', `Table ${label} has no plan for this copy.`, {
      facts: { table: label, generation: replication.copyGeneration },
    });
  }
  if (planned.state !== 'pending' && planned.state !== 'copying') return 0;
  const progress = await splitPendingTable(replicationId, planned, ports);
  const tables = await describeBoth(replication, progress, ports);
  const unfinished = await store.listUnfinishedChunks(replicationId, table, progress.generation);

  const startedAtMs = clock.now().getTime();
  await store.setTableState(replicationId, table, {
    state: 'copying',
    startedAt: progress.startedAt ?? new Date(startedAtMs).toISOString(),
  });
  if (unfinished.length < progress.chunks) {
    log.info(`${step} ${label}: resuming, ${unfinished.length} of ${progress.chunks} chunks are left`, {
      step,
      table: label,
    });
  }

  const counter = {
    chunks: progress.chunks,
    doneBefore: progress.chunks - unfinished.length,
    startedAtMs,
    doneNow: 0,
    rowsNow: 0,
  };
  let reportedAtMs = startedAtMs;
  const nulled = new Map<string, number>();
  let nulledReported = 0;
  /** The sums so far; those of the last line are of the whole table, as far as this run copied it. */
  const reportNulled = (): void => {
    if (totalOf(nulled) === nulledReported) return;
    nulledReported = totalOf(nulled);
    log.warn(`${step} ${describeNulled(progress.target, nulled)}`, {
      step,
      table: label,
      nulled: Object.fromEntries(nulled),
    });
  };
  const report = (copied: CopiedChunk): void => {
    counter.doneNow += 1;
    counter.rowsNow += copied.rows;
    metrics.emit(replication.connectorName, { [metricNames.copyRows]: copied.rows });
    if (copied.nulled !== undefined) {
      addNulled(nulled, copied.nulled);
      metrics.emit(replication.connectorName, { [metricNames.valuesNulled]: totalOf(copied.nulled) });
    }
    const nowMs = clock.now().getTime();
    if (nowMs - reportedAtMs < progressIntervalMs && counter.doneNow < unfinished.length) return;
    reportedAtMs = nowMs;
    const pace = paceOf(counter, nowMs);
    metrics.emit(replication.connectorName, { [metricNames.copyRowsPerSecond]: pace.rowsPerSecond });
    log.info(`${step} ${label}: ${describePace(pace)}`, { step, table: label, ...pace });
    reportNulled();
  };

  // The first failure also ends the chunks that run at the same time.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  await forEachBounded(unfinished, options.parallelChunks, async (chunk) => {
    try {
      signal.throwIfAborted();
      await requireCurrentRun(store, run);
      report(await copyChunk(replicationId, progress, tables, chunk, ports, signal));
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  }).finally(reportNulled);

  await store.setTableState(replicationId, table, {
    state: 'copying',
    finishedAt: clock.now().toISOString(),
  });
  return counter.rowsNow;
};

const copyChunk = async (
  replicationId: number,
  { source: table, generation }: TableProgress,
  tables: CopiedTables,
  chunk: Chunk,
  { copier, store, clock, log }: CopyTablePorts,
  signal: AbortSignal,
): Promise<CopiedChunk> => {
  const label = tableLabel(table);
  const retry = <T>(action: () => Promise<T>): Promise<T> =>
    retryTransient(action, {
      delaysMs: transientRetryDelaysMs,
      clock,
      signal,
      onRetry: (error, attempt, delayMs) =>
        log.warn(
          `${step} ${label}: chunk ${chunk.chunkNumber} failed (attempt ${attempt}), again in ${delayMs / 1_000} s: ` +
            error.message,
          { step, table: label, error: error.code },
        ),
    });

  const startedAtMs = clock.now().getTime();
  const copied = await retry(() => copier.copyChunk(tables, chunk, signal));
  const finishedAt = clock.now();
  await retry(() =>
    store.recordFinishedChunk(replicationId, table, generation, {
      chunkNumber: chunk.chunkNumber,
      rows: copied.rows,
      bytes: copied.bytes,
      durationMs: finishedAt.getTime() - startedAtMs,
      finishedAt: finishedAt.toISOString(),
    }),
  );
  return copied;
};

const describeBoth = async (
  { tables }: Pick<Replication, 'tables'>,
  progress: TableProgress,
  { source, target }: CopyTablePorts,
): Promise<CopiedTables> => {
  const [sourceTable, targetTable] = await Promise.all([
    source.describeTable(progress.source),
    target.describeTable(progress.target),
  ]);
  if (sourceTable === undefined || targetTable === undefined) {
    const [side, ref] =
      sourceTable === undefined
        ? (['source', progress.source] as const)
        : (['target', progress.target] as const);
    throw new MillraceError('TableNotFound', `The ${side} has no table ${tableLabel(ref)} any more.`, {
      facts: { table: tableLabel(ref) },
    });
  }
  const mapping = tables.find((table) => tableKey(table.source) === tableKey(progress.source));
  if (mapping === undefined) {
    throw new MillraceError('Internal', `Table ${tableLabel(progress.source)} has a plan but no mapping.`);
  }
  const { valuePolicy } = mapping;
  return {
    ...mapTable(sourceTable, mapping),
    target: targetTable,
    ...(valuePolicy !== undefined && { valuePolicy }),
  };
};
