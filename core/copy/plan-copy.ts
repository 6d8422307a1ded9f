import { captureTopics } from '../capture/capture-topics.ts';
import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import type { TableProgress } from '../contracts/copy.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { ChangeKind } from '../contracts/schema-policy.ts';
import { type PlanCopyOutput, type Run, stepLabel } from '../contracts/steps.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError, type Problem, toMillraceError } from '../errors/millrace-error.ts';
import { tableGone } from '../errors/table-gone.ts';
import { requireCurrentRun } from '../lifecycle/current-run.ts';
import { type HoldUncopiedPorts, holdUncopiedTable, isOfTable } from '../lifecycle/hold-uncopied-table.ts';
import { isCopyBy, isUnfit, unfitTables } from '../lifecycle/table-progress.ts';
import { mapTable, ownColumns } from '../mapping/map-table.ts';
import { countOf } from '../naming/count-of.ts';
import { createdTableMark } from '../naming/names.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { KafkaAdminPort, PartitionOffsets } from '../ports/services.ts';
import type { CopyStore, ReplicationStore, ShapeStore } from '../ports/state-store.ts';
import { harmSince } from '../schema/compare-tables.ts';
import { findMappedTableProblems } from '../validation/validate-table.ts';
import { laneCount } from './lanes.ts';
import { chooseCopier, estimateRows, planChunks } from './plan-table.ts';

export interface PlanCopyPorts extends HoldUncopiedPorts {
  readonly store: HoldUncopiedPorts['store'] &
    Pick<ReplicationStore, 'updateReplication'> &
    Pick<CopyStore, 'putTablePlan'> &
    Pick<ShapeStore, 'putTableShape' | 'getTableShape'>;
  readonly source: SourceDatabase;
  readonly target: TargetDatabase;
  readonly kafka: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly owner: TargetOwner;
  /** Sets the consumer's checkpoints, so that it goes on at the given end offsets; whatever they were before. */
  readonly resetCheckpoints: (offsets: readonly PartitionOffsets[]) => Promise<void>;
}

/** Planning is catalog reads and index scans; four at once keep a source's load low and 100 tables below a minute. */
const planParallelism = 4;

const step = stepLabel('Copy');

/**
 * The first part of STEP 3/4: decides for each table whether it is copied, resumed, done or skipped, creates missing
 * target tables, and stores the chunks. A table that has a plan of the replication's copy generation keeps it, so a
 * repetition, also under a later start, resumes. A table that cannot be copied for a reason of its own is held, unless the
 * replication has no other.
 *
 * Big tables get their chunks from the worker that copies them (`splitPendingTable`), since walking along the key of a
 * billion rows takes longer than a step may.
 */
export const planCopy = async (
  run: Run,
  ports: PlanCopyPorts,
  isOver: () => boolean = () => false,
): Promise<PlanCopyOutput> => {
  const { store, log } = ports;
  const notDone: PlanCopyOutput = { isDone: false, lanes: [], hasFargateTables: false };
  const current = await requireCurrentRun(store, run);
  const progress = await store.listTableProgress(current.replicationId);
  const replication = await beginCopyGeneration(run, withoutUnfit(run, current, progress), ports, isOver);
  if (replication === undefined) return notDone;
  const existing = new Map(
    progress
      .filter(({ generation }) => generation === replication.copyGeneration)
      .map((table) => [tableKey(table.source), table]),
  );
  const failures: PlanFailure[] = [];
  const tried = await forEachBounded(replication.tables, planParallelism, async (mapping) => {
    const planned = existing.get(tableKey(mapping.source));
    if (planned !== undefined && isCopyBy(planned, mapping)) return planned;
    if (isOver()) return undefined;
    try {
      return await planTable(replication, mapping, ports);
    } catch (error) {
      // What is not of this table ends the planning of all.
      if (!isOfTable(toMillraceError(error), mapping.source)) throw error;
      failures.push({ source: mapping.source, error });
      return undefined;
    }
  });
  const plans = tried.filter((plan) => plan !== undefined);
  const [firstFailure] = failures;
  // None is held when all would be: nothing of it was copied, so the next start looks at all of them again.
  if (firstFailure !== undefined && failures.length + plans.filter(isUnfit).length === tried.length)
    throw firstFailure.error;
  for (const { source, error } of failures) await holdUncopiedTable(run, source, error, ports);
  if (plans.length + failures.length < tried.length) {
    log.info(
      `${step} ${plans.length + failures.length} of ${countOf(tried.length, 'table')} are planned; the next call goes on`,
      { step },
    );
    return notDone;
  }

  const open = plans.filter(({ state }) => state === 'pending' || state === 'copying');
  const lambdaTables = open.filter(({ runsOn }) => runsOn === 'lambda').length;
  const fargateTables = open.length - lambdaTables;
  const skipped = plans.filter(({ state }) => state === 'skipped').length;
  const waiting = plans.filter(({ state }) => state === 'held').length;
  const held = waiting + failures.length;
  log.info(
    `${step} ${countOf(tried.length, 'table')}: ${lambdaTables} small and ${fargateTables} big ones to copy, ` +
      `${plans.length - open.length - skipped - waiting} copied already, ${skipped} skipped, ${held} held`,
    { step },
  );
  const lanes = Math.min(laneCount, lambdaTables);
  return {
    isDone: true,
    lanes: Array.from({ length: lanes }, (_unused, lane) => ({ run, lane, lanes })),
    hasFargateTables: fargateTables > 0,
  };
};

interface PlanFailure {
  readonly source: TableRef;
  readonly error: unknown;
}

/** Without the tables that are unfit: the target keeps what it has of them. */
const withoutUnfit = (
  run: Run,
  replication: Replication,
  progress: readonly TableProgress[],
): Replication => {
  const unfit = new Set(unfitTables(run, replication, progress).map(({ source }) => tableKey(source)));
  return { ...replication, tables: replication.tables.filter(({ source }) => !unfit.has(tableKey(source))) };
};

/**
 * Decides which generation's copy the target is to hold. A forced start empties the target tables and moves the
 * consumer to the topics' ends: all earlier events are contained in the copy, which begins only now. It is done once,
 * since it ends with moving `copyGeneration`, and nothing is copied before that. Undefined when the time was over before;
 * tables that are empty already are not truncated again.
 */
const beginCopyGeneration = async (
  run: Run,
  replication: Replication,
  ports: PlanCopyPorts,
  isOver: () => boolean,
): Promise<Replication | undefined> => {
  const { store, kafka, source, target, owner, log } = ports;
  const isBegun = replication.copyGeneration === run.generation;
  if (isBegun || (replication.copyGeneration > 0 && !run.forceResync)) return replication;

  if (run.forceResync) {
    const topics = captureTopics(replication, source.dialect.capture, 1).map(({ topic }) => topic);
    const ends = await kafka.topicOffsets(topics);
    await requireNothingOfItsOwn(replication.tables, ports);
    for (const { target: table } of replication.tables) {
      if (isOver()) return undefined;
      if ((await target.describeTable(table)) === undefined || !(await target.hasRows(table))) continue;
      // A newer start may have begun meanwhile, and these tables are then its own.
      await requireCurrentRun(store, run);
      await target.truncate(table, { owner, generation: run.generation });
      log.info(`${step} Truncated ${tableLabel(table)}: the start forces a resync`, { step });
    }
    await requireCurrentRun(store, run);
    await ports.resetCheckpoints(ends);
  }
  const updated = await store.updateReplication(
    run.clientId,
    run.replicationId,
    { copyGeneration: run.generation },
    { generation: run.generation, desired: 'running' },
  );
  if (updated === undefined) {
    throw new MillraceError('Superseded', `Start ${run.generation} was replaced while its copy was planned.`);
  }
  return updated;
};

/**
 * A column that only the target has would be empty after a forced start. Throws `ValidationFailed` before any table is emptied,
 * unless the tables with such columns are empty already.
 */
const requireNothingOfItsOwn = async (
  tables: readonly TableMapping[],
  { source, target }: PlanCopyPorts,
): Promise<void> => {
  const problems: Problem[] = [];
  await forEachBounded(tables, planParallelism, async (mapping) => {
    const [sourceTable, targetTable] = await Promise.all([
      source.describeTable(mapping.source),
      target.describeTable(mapping.target),
    ]);
    if (sourceTable === undefined || targetTable === undefined) return;
    const own = ownColumns(mapTable(sourceTable, mapping).mapped, targetTable);
    if (own.length === 0 || !(await target.hasRows(mapping.target))) return;
    problems.push({
      subject: `target table ${tableLabel(mapping.target)}`,
      problem:
        `A forced start empties it and copies its rows again, and the source does not have its ` +
        `${own.length === 1 ? 'column' : 'columns'} ${own.join(', ')}: the values would be lost.`,
      remedy:
        'Save them to another table with the key, TRUNCATE the target table, start again, and put them back when the table ' +
        'is live. Or drop the columns if nobody needs them.',
    });
  });
  if (problems.length === 0) return;
  throw new MillraceError(
    'ValidationFailed',
    `No table was emptied.\n${problems.map(({ subject, problem, remedy }) => `- ${subject}: ${problem} Remedy: ${remedy}`).join('\n')}`,
    { facts: { problems } },
  );
};

const planTable = async (
  replication: Replication,
  mapping: TableMapping,
  ports: PlanCopyPorts,
): Promise<TableProgress> => {
  const { store, source, target, owner, log } = ports;
  const { replicationId, copyGeneration } = replication;
  const label = tableLabel(mapping.source);

  const table = await describeOrThrow(source, mapping.source);
  await requireCopyable(replicationId, table, mapping, ports);
  // Before the plan, so that nothing is copied of which the shape is not known. Capture runs, so every later change is noticed.
  await store.putTableShape(replicationId, mapping.source, {
    generation: copyGeneration,
    copied: table,
    seen: table,
  });
  const planned: Omit<TableProgress, 'state' | 'chunks'> = {
    source: mapping.source,
    target: mapping.target,
    generation: copyGeneration,
    ...(mapping.revision !== undefined && { mappingRevision: mapping.revision }),
    estimatedRows: estimateRows(table),
    estimatedBytes: table.bytes,
    chunksDone: 0,
    rowsCopied: 0,
    bytesCopied: 0,
    runsOn: chooseCopier(table),
    ...(table.keyIndex !== undefined && { keyIndex: table.keyIndex }),
  };

  if (table.keyIndex !== undefined) {
    const key = `the unique index ${table.keyIndex} (${table.primaryKey.join(', ')})`;
    log.info(`${step} ${label}: its key is ${key}`, { step, table: label });
  }
  const targetTable = await target.describeTable(mapping.target);
  if (targetTable !== undefined && (await target.hasRows(mapping.target))) {
    const targetLabel = tableLabel(mapping.target);
    const message =
      `Target table ${targetLabel} had rows that Millrace has not copied, so it is neither copied nor applied. ` +
      'Empty it, map the table to another name, or start with force_resync, which truncates and reloads.';
    const skipped: TableProgress = { ...planned, state: 'skipped', chunks: 0, message };
    await store.putTablePlan(replicationId, skipped, []);
    log.warn(`${step} ${label}: skipped. ${message}`, { step, table: label });
    return skipped;
  }
  if (targetTable === undefined) {
    await target.createTable(
      mapping.target,
      mapTable(table, mapping).mapped,
      createdTableMark(replication, owner),
    );
    log.info(`${step} Created ${tableLabel(mapping.target)} at the target`, { step, table: label });
  }

  const chunks = planned.runsOn === 'lambda' ? await planChunks(source, table) : [];
  const progress: TableProgress = { ...planned, state: 'pending', chunks: chunks.length };
  await store.putTablePlan(replicationId, progress, chunks);
  log.info(
    `${step} ${label}: about ${countOf(planned.estimatedRows, 'row')}, ` +
      (planned.runsOn === 'lambda' ? countOf(chunks.length, 'chunk') : 'split by its worker'),
    { step, table: label },
  );
  return progress;
};

const partitionChanges: ReadonlySet<ChangeKind> = new Set(['drop-partition', 'attach-partition']);

/**
 * Throws `SchemaChanged` when the table is not what it was when capture began with it, since the events from before the change
 * cannot be told from those after it by what the rows are now; and when it cannot be replicated any more.
 */
const requireCopyable = async (
  replicationId: number,
  table: TableDescription,
  mapping: TableMapping,
  { store, source }: Pick<PlanCopyPorts, 'store' | 'source'>,
): Promise<void> => {
  const before = await store.getTableShape(replicationId, table.ref);
  // Of the partitions those that are there now are copied.
  const harm = before && harmSince(before, table, (kind) => partitionChanges.has(kind));
  if (harm !== undefined) throw harm;
  const problems = findMappedTableProblems(table, mapping, source.dialect);
  if (problems.length === 0) return;
  throw new MillraceError(
    'SchemaChanged',
    `Table ${tableLabel(table.ref)} has changed at the source, and cannot be replicated as it is: ` +
      problems
        .map(({ problem, remedy }) => (remedy === undefined ? problem : `${problem} ${remedy}`))
        .join(' '),
    { facts: { table: tableLabel(table.ref), problems } },
  );
};

export interface SplitPorts {
  readonly store: Pick<CopyStore, 'putTablePlan' | 'getTableProgress'>;
  readonly source: Pick<SourceDatabase, 'describeTable' | 'nextChunkBound'>;
  readonly log: Log;
}

/** Splits a big table, for the worker that is about to copy it. Does nothing when that was done. */
export const splitPendingTable = async (
  replicationId: number,
  progress: TableProgress,
  ports: SplitPorts,
): Promise<TableProgress> => {
  if (progress.chunks > 0) return progress;
  const { store, source, log } = ports;
  const label = tableLabel(progress.source);
  const table = await describeOrThrow(source, progress.source);
  const chunks = await planChunks(source, table);
  const split: TableProgress = { ...progress, chunks: chunks.length };
  await store.putTablePlan(replicationId, split, chunks);
  log.info(`${step} ${label}: split into ${countOf(chunks.length, 'chunk')}`, { step, table: label });
  return (await store.getTableProgress(replicationId, progress.source)) ?? split;
};

const describeOrThrow = async (
  source: Pick<SourceDatabase, 'describeTable'>,
  ref: TableRef,
): Promise<TableDescription> => {
  const table = await source.describeTable(ref);
  if (table !== undefined) return table;
  throw tableGone(ref);
};
