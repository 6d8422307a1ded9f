import type { HeldUntil, TableProgress } from '../contracts/copy.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import { tableGone } from '../errors/table-gone.ts';
import type { CopyStore } from '../ports/state-store.ts';
import type { UnfitTable } from '../validation/find-unfit-tables.ts';
import { type RecordHeldPorts, recordHeld } from './record-held.ts';
import { generationOfCopy, isCopyBy, isUnfit } from './table-progress.ts';

export interface HoldUnfitPorts extends RecordHeldPorts {
  readonly store: RecordHeldPorts['store'] & Pick<CopyStore, 'listTableProgress'>;
}

/**
 * Records what a start has found out about some tables: those that are unfit are held, so that the others can start, and
 * those that were unfit at an earlier start and are fit again are given back to the consumer. Repeating it changes nothing.
 */
export const holdUnfitTables = async (
  run: Run,
  {
    replication,
    looked,
    unfit,
  }: {
    readonly replication: Replication;
    readonly looked: readonly TableMapping[];
    readonly unfit: readonly UnfitTable[];
  },
  ports: HoldUnfitPorts,
): Promise<void> => {
  const { store } = ports;
  const progress = new Map(
    (await store.listTableProgress(run.replicationId)).map((table) => [tableKey(table.source), table]),
  );
  const unfitKeys = new Set(unfit.map(({ mapping }) => tableKey(mapping.source)));
  for (const table of unfit) {
    await holdOne(run, replication, table, progress.get(tableKey(table.mapping.source)), ports);
  }
  for (const { source } of looked) {
    const table = progress.get(tableKey(source));
    if (table?.heldUntil !== 'fit' || table.state !== 'held' || unfitKeys.has(tableKey(source))) continue;
    await store.setTableState(run.replicationId, source, { state: 'held', heldUntil: 'start' });
    ports.log.info(`Table ${tableLabel(source)} is fit again; the consumer goes on with it`);
  }
};

const holdOne = async (
  run: Run,
  replication: Replication,
  table: UnfitTable,
  progress: TableProgress | undefined,
  ports: HoldUnfitPorts,
): Promise<void> => {
  const { source } = table.mapping;
  const label = tableLabel(source);
  const generation = generationOfCopy(run, replication);
  const isCurrent = progress?.generation === generation && isCopyBy(progress, table.mapping);
  const planned = isCurrent ? progress : undefined;
  const isCopied = planned?.state === 'catching-up' || planned?.state === 'live' || planned?.state === 'held';
  const mustCopy =
    !isCopied || table.isUncaptured || table.isTargetLost === true || planned.heldUntil === 'copy';
  const heldUntil: HeldUntil = mustCopy ? 'copy' : 'fit';
  // What the consumer has said of its next change stays true.
  const isHeldByConsumer = planned !== undefined && planned.state === 'held' && !isUnfit(planned);
  const reason = table.isGone
    ? tableGone(source).message
    : table.problems
        .map(
          ({ subject, problem, remedy }) =>
            `${subject}: ${problem}${remedy === undefined ? '' : ` ${remedy}`}`,
        )
        .join(' ');
  const advice = adviceFor(label, heldUntil, table.isGone);
  const message =
    isHeldByConsumer && !mustCopy && planned.message !== undefined ? planned.message : `${reason} ${advice}`;
  await recordHeld(
    replication,
    { mapping: table.mapping, generation, planned, heldUntil, reason, advice, message },
    ports,
  );
};

const adviceFor = (label: string, heldUntil: HeldUntil, isGone: boolean): string => {
  const path = `/replications/{id}/tables/${label}`;
  const leaveOut = `leave the table out: DELETE ${path}`;
  if (isGone)
    return `To go on without it, ${leaveOut}. If there is such a table again, copy it: POST ${path}/resync.`;
  return heldUntil === 'copy'
    ? `Its changes are not captured meanwhile. Fix this and then copy the table again: POST ${path}/resync. Or ${leaveOut}.`
    : `Fix this, then stop and start the replication: the table goes on from where it waits. Or ${leaveOut}.`;
};
