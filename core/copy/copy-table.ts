import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import { retryTransient } from '../concurrency/retry-transient.ts';
import { transientRetryDelaysMs } from '../contracts/consumer.ts';
import type { Chunk, TableProgress } from '../contracts/copy.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { type Run, stepLabel } from '../contracts/steps.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import { tableGone } from '../errors/table-gone.ts';
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
import type { CopyStore, ReplicationStore, ShapeStore, TableShape } from '../ports/state-store.ts';
import { actionFor } from '../schema/change-policy.ts';
import { harmSince } from '../schema/compare-tables.ts';
import { lookAtNewPartitions } from '../schema/partitions.ts';
import { findTargetHarm, isSameTarget, outlineTarget } from '../schema/target-harm.ts';
import { CopyReport } from './copy-report.ts';
import { splitPendingTable } from './plan-copy.ts';

export interface CopyTablePorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    Pick<ShapeStore, 'getTableShape' | 'putTableShape'> &
    Pick<
      CopyStore,
      'getTableProgress' | 'putTablePlan' | 'listUnfinishedChunks' | 'recordFinishedChunk' | 'setTableState'
    >;
  /** What the copy asks the source for besides rows: of one that is copied through Kafka, nothing is asked directly. */
  readonly source: Pick<SourceDatabase, 'describeTable' | 'nextChunkBound' | 'lookAtPartitions'>;
  readonly target: Pick<TargetDatabase, 'describeTable' | 'dialect'>;
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
  /** No further chunk is begun once it says true; the copy then ends without an error. */
  readonly isOver?: () => boolean;
}

export interface CopiedTable {
  /** Rows that were copied now. */
  readonly rows: number;
  /** False when `isOver` said true before all chunks were begun. */
  readonly isDone: boolean;
}

const step = stepLabel('Copy');

/**
 * Copies the chunks of a planned table that are not finished yet. Each chunk is
 * one transaction at the target and recorded afterwards, so a chunk is copied again only when its worker died between
 * the two, which replaces the same rows. Transient errors are retried chunk by chunk.
 *
 * The run is looked up before each attempt at a chunk, and again before its rows are committed, so that a copy which a stop
 * or a newer start has replaced ends by itself and adds no rows to those of the newer one: throws `Superseded`.
 */
export const copyTable = async (
  run: Run,
  table: TableRef,
  ports: CopyTablePorts,
  options: CopyTableOptions,
): Promise<CopiedTable> => {
  const { store, clock } = ports;
  const { replicationId } = run;
  const label = tableLabel(table);
  const replication = await requireCurrentRun(store, run);

  const planned = await store.getTableProgress(replicationId, table);
  if (planned === undefined || planned.generation !== replication.copyGeneration) {
    throw new MillraceError('CopyFailed', `Table ${label} has no plan for this copy.`, {
      facts: { table: label, generation: replication.copyGeneration },
    });
  }
  if (planned.state !== 'pending' && planned.state !== 'copying') return { rows: 0, isDone: true };
  const ofThisPlan = { generation: planned.generation, states: ['pending', 'copying'] } as const;
  const progress = await splitPendingTable(replicationId, planned, ports);
  const tables = await describeBoth(replication, progress, ports);
  const unfinished = await store.listUnfinishedChunks(replicationId, table, planned.generation);

  await requireCurrentRun(store, run);
  await store.setTableState(
    replicationId,
    table,
    { state: 'copying', startedAt: progress.startedAt ?? clock.now().toISOString() },
    ofThisPlan,
  );
  const report = new CopyReport({
    ...ports,
    connectorName: replication.connectorName,
    progress,
    unfinished: unfinished.length,
  });

  // The first failure also ends the chunks that run at the same time.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  let isDone = true;
  let begun = 0;
  await forEachBounded(unfinished, options.parallelChunks, async (chunk) => {
    try {
      signal.throwIfAborted();
      // The first chunk is copied in any case, so that each call gets on.
      if (!isDone || (begun > 0 && options.isOver?.() === true)) {
        isDone = false;
        return;
      }
      begun += 1;
      report.add(await copyChunk(run, planned, { replication, tables, chunk, signal }, ports));
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  })
    .catch(async (error: unknown) => {
      // A statement for a table that has changed since fails in many ways; the change itself is what a person has to know.
      if (toMillraceError(error).policy.isOfOneTable === true) {
        await requireUnchanged(replication, table, ports);
      }
      throw error;
    })
    .finally(() => report.tellNulled());
  if (!isDone) return { rows: report.rows, isDone };

  await store.setTableState(
    replicationId,
    table,
    { state: 'copying', finishedAt: clock.now().toISOString() },
    ofThisPlan,
  );
  return { rows: report.rows, isDone };
};

interface ChunkWork {
  readonly replication: Replication;
  readonly tables: CopiedTables;
  readonly chunk: Chunk;
  readonly signal: AbortSignal;
}

const copyChunk = async (
  run: Run,
  { source: table, generation }: TableProgress,
  { replication, tables, chunk, signal }: ChunkWork,
  ports: CopyTablePorts,
): Promise<CopiedChunk> => {
  const { copier, store, clock, log } = ports;
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
  const requireCurrent = (): Promise<unknown> => requireCurrentRun(store, run);
  const copied = await retry(async () => {
    // A wait between two attempts is long enough for a newer start.
    await requireCurrent();
    return copier.copyChunk(tables, chunk, signal, requireCurrent);
  }).catch(async (error: unknown): Promise<CopiedChunk> => {
    if (!(await isOfGonePartition(replication, table, chunk, error, ports))) throw error;
    log.info(
      `${step} ${label}: partition ${tableLabel(chunk.partition ?? table)} was dropped before its rows were copied`,
      {
        step,
        table: label,
      },
    );
    return { rows: 0, bytes: 0 };
  });
  const finishedAt = clock.now();
  await retry(() =>
    store.recordFinishedChunk(run.replicationId, table, generation, {
      chunkNumber: chunk.chunkNumber,
      rows: copied.rows,
      bytes: copied.bytes,
      durationMs: finishedAt.getTime() - startedAtMs,
      finishedAt: finishedAt.toISOString(),
    }),
  );
  return copied;
};

/** Whether a chunk has no rows any more, since its partition was dropped, and the policy lets that pass. Throws as `requireUnchanged`. */
const isOfGonePartition = async (
  replication: Replication,
  table: TableRef,
  { partition }: Chunk,
  error: unknown,
  ports: CopyTablePorts,
): Promise<boolean> => {
  if (partition === undefined || toMillraceError(error).policy.isOfOneTable !== true) return false;
  const { catalog } = (await requireUnchanged(replication, table, ports)).now;
  return catalog?.partitions?.every(({ ref }) => tableKey(ref) !== tableKey(partition)) === true;
};

/**
 * Throws `SchemaChanged` when the source table is not what it was when its copy was planned, and `TargetChanged` when the target table does
 * not hold every value of it, or not any more. What the target is when its copy begins is noted.
 */
const describeBoth = async (
  replication: Pick<Replication, 'replicationId' | 'tables' | 'schemaPolicy'>,
  progress: TableProgress,
  { source, target, store }: CopyTablePorts,
): Promise<CopiedTables> => {
  const [{ now: sourceTable, planned }, targetTable] = await Promise.all([
    requireUnchanged(replication, progress.source, { source, store }),
    target.describeTable(progress.target),
  ]);
  if (targetTable === undefined) throw tableGone(progress.target, 'target');
  const mapping = replication.tables.find((table) => tableKey(table.source) === tableKey(progress.source));
  if (mapping === undefined) {
    throw new MillraceError('Internal', `Table ${tableLabel(progress.source)} has a plan but no mapping.`);
  }
  const harm = findTargetHarm({
    mapping,
    shape: { copied: sourceTable, seen: sourceTable, ...(planned?.target && { target: planned.target }) },
    now: targetTable,
    compare: target.dialect.compareTargetTable,
  });
  if (harm !== undefined) throw harm;
  const outlined = outlineTarget(targetTable);
  if (planned !== undefined && !isSameTarget(planned.target, outlined))
    await store.putTableShape(replication.replicationId, progress.source, { ...planned, target: outlined });
  const { valuePolicy } = mapping;
  return {
    ...mapTable(sourceTable, mapping),
    target: targetTable,
    ...(valuePolicy !== undefined && { valuePolicy }),
  };
};

/** The source table as it is now, and as its copy was planned. Throws `SchemaChanged` when rows that were copied and those to come may have another form. */
const requireUnchanged = async (
  { replicationId, schemaPolicy }: Pick<Replication, 'replicationId' | 'schemaPolicy'>,
  ref: TableRef,
  { source, store }: Pick<CopyTablePorts, 'source' | 'store'>,
): Promise<{ readonly now: TableDescription; readonly planned: TableShape | undefined }> => {
  const [now, planned] = await Promise.all([
    source.describeTable(ref),
    store.getTableShape(replicationId, ref),
  ]);
  if (now === undefined) throw tableGone(ref);
  const looked = await lookAtNewPartitions(source, planned?.seen, now);
  const harm =
    planned &&
    harmSince(
      planned,
      looked,
      (kind) => kind === 'drop-partition' && actionFor(schemaPolicy, ref, kind) === 'ignore',
    );
  if (harm !== undefined) throw harm;
  return { now, planned };
};
