import { heldAlert } from '../alerts/compose-alert.ts';
import type { HeldUntil, TableProgress } from '../contracts/copy.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import { tableGone } from '../errors/table-gone.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { AlertSink } from '../ports/services.ts';
import type { CopyStore, ReplicationStore } from '../ports/state-store.ts';
import type { UnfitTable } from '../validation/find-unfit-tables.ts';
import { isUnfit } from './table-progress.ts';

export interface HoldUnfitPorts {
  readonly store: Pick<CopyStore, 'listTableProgress' | 'putTablePlan' | 'setTableState'> &
    Pick<ReplicationStore, 'addActivity'>;
  readonly alerts: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
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
  { store, alerts, clock, log }: HoldUnfitPorts,
): Promise<void> => {
  const { source, target } = table.mapping;
  const label = tableLabel(source);
  // A forced start copies everything again, so its copy is what the table lacks.
  const generation = run.forceResync ? run.generation : replication.copyGeneration;
  const planned = progress?.generation === generation ? progress : undefined;
  const isCopied = planned?.state === 'catching-up' || planned?.state === 'live' || planned?.state === 'held';
  const mustCopy = !isCopied || table.isUncaptured || planned.heldUntil === 'copy';
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
  if (planned?.state === 'held' && planned.heldUntil === heldUntil && planned.message === message) return;

  const at = clock.now().toISOString();
  const change = { state: 'held', message, heldSince: at, heldUntil } as const;
  if (planned !== undefined) {
    await store.setTableState(run.replicationId, source, change, {
      generation,
      states: [planned.state],
    });
  } else {
    await store.putTablePlan(
      run.replicationId,
      { ...nothingCopied, source, target, generation, ...change },
      [],
    );
  }
  log.error(`Table ${label} is held: ${message} The other tables go on.`, { table: label });
  await store.addActivity(replication, {
    at,
    actor: 'start-replication',
    action: 'table-held',
    message: `Table ${label} is held: ${message}`,
  });
  try {
    await alerts.publish(heldAlert(replication, label, { reason, advice }));
  } catch (error) {
    log.error('Could not publish the alert; the status and the activity have its text', { error });
  }
};

const nothingCopied = {
  estimatedRows: 0,
  estimatedBytes: 0,
  chunks: 0,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
} as const;

const adviceFor = (label: string, heldUntil: HeldUntil, isGone: boolean): string => {
  const path = `/replications/{id}/tables/${label}`;
  const leaveOut = `leave the table out: DELETE ${path}`;
  if (isGone)
    return `To go on without it, ${leaveOut}. If there is such a table again, copy it: POST ${path}/resync.`;
  return heldUntil === 'copy'
    ? `Its changes are not captured meanwhile. Fix this and then copy the table again: POST ${path}/resync. Or ${leaveOut}.`
    : `Fix this, then stop and start the replication: the table goes on from where it waits. Or ${leaveOut}.`;
};
