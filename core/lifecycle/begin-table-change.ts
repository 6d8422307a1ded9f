import { defaultSnapshotMode, type UsedSnapshotMode } from '../capture/snapshot-modes.ts';
import type { CaptureOptions } from '../contracts/capture-options.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { NewTables } from '../contracts/new-tables.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import { type TableChangeRun, tableChangeExecutionName } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ExecutionPort } from '../ports/services.ts';
import type { ReplicationStore } from '../ports/state-store.ts';
import { requirePossible } from './transitions.ts';

export interface BeginTableChangePorts {
  readonly store: Pick<ReplicationStore, 'updateReplication'>;
  readonly executions: Pick<ExecutionPort, 'startExecution' | 'getStatus'>;
  readonly clock: Clock;
}

export interface TableChangeRequest {
  /** All tables that the replication has from now on. */
  readonly tables: readonly TableMapping[];
  /** Those that it had and has no longer. */
  readonly leaving?: readonly TableMapping[];
  /** Source tables to truncate at the target and copy again, while the others stream. */
  readonly resync?: readonly TableRef[];
  /** What the connector has otherwise from now on, of an empty object everything by default; absent: as before. */
  readonly capture?: CaptureOptions;
  /** Which tables come by themselves from now on; absent: as before. */
  readonly newTables?: NewTables;
  /** How rows are copied from now on; absent: as before. */
  readonly snapshotMode?: UsedSnapshotMode;
}

/** The first list of tables is version 1. */
export const tablesVersion = ({ tablesVersion: version = 1 }: Pick<Replication, 'tablesVersion'>): number =>
  version;

/**
 * Throws `Conflict` when the tables cannot be changed now: by the status, by a change that is at work, or because they are
 * not of the version that the caller has seen.
 */
export const requireChangeable = async (
  replication: Replication,
  expectedVersion: number | undefined,
  { executions }: Pick<BeginTableChangePorts, 'executions'>,
): Promise<void> => {
  const { replicationId, tableChange, status } = replication;
  requirePossible(replication, 'change-tables');
  const version = tablesVersion(replication);
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw new MillraceError(
      'Conflict',
      `The tables of replication ${replicationId} are of version ${version}, not ${expectedVersion}: someone else has changed ` +
        'them. Read them, then decide again.',
      { facts: { replicationId, version } },
    );
  }
  const isAtWork =
    status === 'active' &&
    tableChange?.state === 'running' &&
    (tableChange.executionArn === undefined ||
      (await executions.getStatus(tableChange.executionArn)) === 'RUNNING');
  if (!isAtWork) return;
  throw new MillraceError(
    'Conflict',
    `Change ${tableChange.version} of the tables of replication ${replicationId} is at work. Wait until table_change is null ` +
      `(GET /replications/${replicationId}), or stop the replication.`,
    { facts: { replicationId, version: tableChange.version } },
  );
};

/** After `startedAt`, the API records the execution's number; a shorter silence says nothing. */
const executionGraceMs = 60_000;

/**
 * Goes on with a change whose execution has ended without saying so, as when it was ended by hand. Returns undefined when
 * there is none.
 */
export const resumeTableChange = async (
  replication: Replication,
  ports: BeginTableChangePorts,
): Promise<Replication | undefined> => {
  const { tableChange, status, tables } = replication;
  if (status !== 'active' || tableChange?.state !== 'running') return undefined;
  if (ports.clock.now().getTime() - Date.parse(tableChange.startedAt) < executionGraceMs) return undefined;
  const { executionArn, resync } = tableChange;
  if (executionArn !== undefined && (await ports.executions.getStatus(executionArn)) === 'RUNNING') {
    return undefined;
  }
  return beginTableChange(replication, { tables, resync }, ports);
};

/** The default is stored as nothing. */
export const snapshotModeChange = (
  mode: UsedSnapshotMode | undefined,
): { readonly snapshotMode?: Replication['snapshotMode'] | undefined } =>
  mode === undefined ? {} : { snapshotMode: mode === defaultSnapshotMode ? undefined : mode };

/**
 * Saves the tables and, where something runs or was left behind by a run, begins the state machine change-tables, which
 * brings it into line. Call it under the replication's lease, after `requireChangeable`. Of a replication that is not active
 * new tables wait for its next start.
 */
export const beginTableChange = async (
  replication: Replication,
  request: TableChangeRequest,
  ports: BeginTableChangePorts,
): Promise<Replication> => {
  const { store, executions, clock } = ports;
  const { clientId, replicationId, generation, status, desired } = replication;
  const leaving = [...(replication.leaving ?? []), ...(request.leaving ?? [])];
  const hasRun = generation > 0;
  const isAtWork = hasRun && (status === 'active' || leaving.length > 0);
  const version = tablesVersion(replication) + 1;
  const changed = await store.updateReplication(
    clientId,
    replicationId,
    {
      tables: request.tables,
      tablesVersion: version,
      leaving: hasRun && leaving.length > 0 ? leaving : undefined,
      ...(request.capture !== undefined && {
        capture: Object.keys(request.capture).length === 0 ? undefined : request.capture,
      }),
      ...snapshotModeChange(request.snapshotMode),
      ...(request.newTables !== undefined && { newTables: request.newTables }),
      tableChange: isAtWork
        ? {
            version,
            state: 'running',
            resync: request.resync ?? [],
            startedAt: clock.now().toISOString(),
          }
        : undefined,
    },
    {
      generation,
      status,
      desired,
      ...(replication.tablesVersion && { tablesVersion: replication.tablesVersion }),
    },
  );
  if (changed === undefined) {
    throw new MillraceError('Conflict', `Replication ${replicationId} was changed by someone else just now.`);
  }
  if (changed.tableChange === undefined) return changed;
  const change: TableChangeRun = {
    run: { clientId, replicationId, generation, forceResync: false },
    version,
  };
  const executionArn = await executions.startExecution(
    'change-tables',
    tableChangeExecutionName(change),
    JSON.stringify(change),
  );
  const launched = await store.updateReplication(
    clientId,
    replicationId,
    { tableChange: { ...changed.tableChange, executionArn } },
    { generation, tablesVersion: version },
  );
  return launched ?? changed;
};
