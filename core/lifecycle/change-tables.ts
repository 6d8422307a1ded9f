import type { CapturePorts } from '../capture/ensure-capture.ts';
import { ensureCapture } from '../capture/ensure-capture.ts';
import { type PrepareTablesPorts, prepareFreshTables } from '../capture/prepare-tables.ts';
import { stopConnector } from '../capture/remove-connector.ts';
import type { Database } from '../contracts/database.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { PrepareTablesOutput, TableChangeRun } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { createdTableMark } from '../naming/names.ts';
import type { CaptureKafka } from '../ports/connector-config.ts';
import type { TargetDatabase } from '../ports/databases.ts';
import type { LeaseStore, ReplicationStore, ShapeStore } from '../ports/state-store.ts';
import type { TargetOwnership } from '../ports/target-ownership.ts';
import { type HoldUncapturedPorts, withoutUncapturedTables } from './hold-uncaptured-tables.ts';
import { hasEnded, isEnding, type LaunchPorts, relaunchConsumer } from './launch-consumer.ts';
import { type LeaveTablesPorts, leaveTables } from './leave-tables.ts';
import { type OwnTablesPorts, ownerOf, ownTables } from './own-tables.ts';
import { rememberTables } from './remember-tables.ts';
import { describeTransactions } from './start-wait.ts';
import { freshTables, heldTables, leftOutOfCapture } from './table-progress.ts';

export interface ChangeTablesPorts extends CapturePorts, LaunchPorts, HoldUncapturedPorts {
  readonly store: LaunchPorts['store'] &
    LeaveTablesPorts['store'] &
    LeaseStore &
    Pick<ReplicationStore, 'getReplication'> &
    OwnTablesPorts['store'] &
    HoldUncapturedPorts['store'] &
    Pick<ShapeStore, 'putTableShape'>;
  readonly target: TargetOwnership & Pick<TargetDatabase, 'dropCreatedTable' | 'truncate'>;
  readonly placeCheckpoints: PrepareTablesPorts['placeCheckpoints'];
}

export interface ChangeTablesSettings {
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
  readonly topicRetentionHours: number;
  readonly captureKafka: CaptureKafka;
}

/** Longer than stopping a connector and two look-ups take. */
const leaseTtlMs = 100_000;
/** Of the 180 s that the Lambda has; what comes before takes up to 60 s. */
const freshTimeoutMs = 100_000;
/** A slot is there already; only a server that lost it would be waited for. */
const captureWaitMs = 10_000;
const drainPollMs = 500;
const drainTimeoutMs = 60_000;

/** Reads the replication of a change. Throws `Superseded` when a stop, a start, a deletion or another change has replaced it. */
export const requireCurrentChange = async (
  store: Pick<ReplicationStore, 'getReplication'>,
  { run, version }: TableChangeRun,
): Promise<Replication> => {
  const replication = await store.getReplication(run.clientId, run.replicationId);
  const { tableChange, generation, status } = replication;
  const isCurrent =
    tableChange?.version === version &&
    tableChange.state === 'running' &&
    generation === run.generation &&
    status !== 'deleting' &&
    status !== 'starting';
  if (isCurrent) return replication;
  throw new MillraceError(
    'Superseded',
    `Change ${version} of the tables of replication ${run.replicationId} was replaced.`,
    { facts: { replicationId: run.replicationId, version } },
  );
};

/**
 * Brings what runs into line with the tables that a replication has now, while the other tables stream on: first the
 * consumer lets go of tables that have left or are to be copied again, new tables are taken at the target, then capture is
 * changed, and then new tables are made ready to be copied. Every part may be repeated.
 */
export const prepareTableChange = async (
  change: TableChangeRun,
  settings: ChangeTablesSettings,
  ports: ChangeTablesPorts,
): Promise<PrepareTablesOutput> => {
  const { store, source, log } = ports;
  const replication = await requireCurrentChange(store, change);
  const { replicationId, leaving = [], tableChange } = replication;
  const isActive = replication.status === 'active';
  const again = replication.tables.filter(({ source: table }) =>
    (tableChange?.resync ?? []).some((ref) => tableKey(ref) === tableKey(table)),
  );

  // Without a plan a table is not applied by the consumer that is launched next.
  for (const table of again) await store.removeTablePlan(replicationId, table.source);
  if (isActive && (leaving.length > 0 || again.length > 0)) await replaceConsumer(replication, ports);
  const fresh = isActive
    ? freshTables(replication, await store.listTableProgress(replicationId))
    : replication.tables.filter((table) => again.includes(table));
  if (fresh.length > 0) {
    await ownTables(
      change.run,
      { replication: { ...replication, tables: fresh }, targetDatabase: settings.targetDatabase },
      ports,
    );
  }
  const owner = await ownerOf(store, replication);
  for (const { target: table } of again) {
    // What Millrace created is created again, in the shape that the source has now.
    const outcome = await ports.target.dropCreatedTable(table, createdTableMark(replication, owner));
    if (outcome === 'not-created') {
      await ports.target.truncate(table, { owner, generation: replication.generation });
    }
    log.info(
      `${outcome === 'not-created' ? 'Truncated' : 'Dropped'} ${tableLabel(table)}: it is copied again`,
    );
  }

  await underLease(replicationId, change.version, ports, async () => {
    const current = await requireCurrentChange(store, change);
    if (isActive) {
      await withoutUncapturedTables(change.run, current, ports, () =>
        changeCapture(current, settings, ports),
      );
    } else await endCapture(current, ports);
  });
  if (isActive) {
    await rememberTables(
      replicationId,
      fresh.map((table) => table.source),
      replication.copyGeneration,
      ports,
    );
    await prepareFreshTables(replication, fresh, {
      ...ports,
      source,
      requireCurrent: () => requireCurrentChange(store, change),
      timeoutMs: freshTimeoutMs,
    });
  }
  await leaveTables(replication, ports);
  return { isActive };
};

const changeCapture = async (
  replication: Replication,
  settings: ChangeTablesSettings,
  ports: ChangeTablesPorts,
): Promise<void> => {
  const progress = await ports.store.listTableProgress(replication.replicationId);
  const preparation = await ensureCapture(
    {
      replication,
      sourceDatabase: settings.sourceDatabase,
      topicRetentionHours: settings.topicRetentionHours,
      captureKafka: settings.captureKafka,
      fresh: freshTables(replication, progress).map((table) => table.source),
      held: heldTables(progress),
      leftOut: leftOutOfCapture(progress),
    },
    ports,
    { callMs: captureWaitMs, totalMs: captureWaitMs },
  );
  if (preparation.isReady) return;
  // Transient: the state machine calls the step again.
  throw new MillraceError(
    'CaptureNotStreaming',
    `The tables of ${replication.connectorName} cannot be captured before these transactions at the source have ended: ` +
      `${describeTransactions(preparation.transactions)}.`,
    { facts: { connectorName: replication.connectorName, transactions: preparation.transactions } },
  );
};

/** Nothing of it writes any more; the next start gives it the tables, also to the source, which may be away now. */
const endCapture = async ({ connectorName }: Replication, ports: ChangeTablesPorts): Promise<void> => {
  if ((await ports.connect.getStatus(connectorName)) !== undefined) await stopConnector(connectorName, ports);
};

/** The old consumer must be gone before a topic of its own is: it would take that for a loss. */
const replaceConsumer = async (replication: Replication, ports: ChangeTablesPorts): Promise<void> => {
  const { store, tasks, clock } = ports;
  const taskArn = (await store.getLaunch(replication.replicationId))?.taskArn;
  await relaunchConsumer(replication, ports);
  if (taskArn === undefined) return;
  const deadline = clock.now().getTime() + drainTimeoutMs;
  for (;;) {
    const task = await tasks.describeTask(taskArn);
    if (task === undefined || hasEnded(task)) return;
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'TaskLaunchFailed',
        `The consumer's task ${taskArn} was told to end and is still ${task.lastStatus}` +
          `${isEnding(task) ? '' : ', as if it had not been told'}.`,
        { facts: { taskArn } },
      );
    }
    await clock.sleep(drainPollMs);
  }
};

/** Healing would resume a connector that is stopped for the change. */
const underLease = async (
  replicationId: number,
  version: number,
  { store, clock }: ChangeTablesPorts,
  action: () => Promise<void>,
): Promise<void> => {
  const holder = `change-tables-${version}`;
  if (!(await store.acquireLease(replicationId, holder, leaseTtlMs, clock.now()))) {
    // Transient: the state machine calls the step again.
    throw new MillraceError('ServiceUnavailable', `Someone else is acting on replication ${replicationId}.`);
  }
  try {
    await action();
  } finally {
    await store.releaseLease(replicationId, holder);
  }
};
