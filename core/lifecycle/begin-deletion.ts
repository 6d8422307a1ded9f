import { type Deletion, type DeletionRun, deletionExecutionName } from '../contracts/deletion.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ExecutionPort } from '../ports/services.ts';
import type { DeletionStore } from '../ports/state-store.ts';

export interface BeginDeletionPorts {
  readonly store: Pick<DeletionStore, 'beginDeletion' | 'updateDeletion'>;
  readonly executions: Pick<ExecutionPort, 'startExecution' | 'getStatus'>;
  readonly clock: Clock;
}

export interface DeletionOptions {
  readonly dropTargetTables: boolean;
  readonly force: boolean;
}

/**
 * Ending an execution does not end the Lambda that it has just called. The longest of those that create something is
 * start-capture with 180 s, and its last statement, which waits for a slot, may go on at the server for 90 s more.
 */
const quietAfterMs = 270_000;

/** Moves a replication to `deleting` and begins to remove it. Call it under the replication's lease. */
export const beginDeletion = async (
  replication: Replication,
  options: DeletionOptions,
  ports: BeginDeletionPorts,
): Promise<Deletion> => {
  const { store, clock } = ports;
  const now = clock.now();
  const deletion: Deletion = {
    replicationId: replication.replicationId,
    clientId: replication.clientId,
    name: replication.name,
    connectorName: replication.connectorName,
    state: 'running',
    attempt: 1,
    ...options,
    requestedAt: now.toISOString(),
    attemptedAt: now.toISOString(),
    quietAt: new Date(await quietAtMs(replication, ports)).toISOString(),
    updatedAt: now.toISOString(),
    removed: [],
    remains: [],
  };
  if ((await store.beginDeletion(replication, deletion)) === undefined) {
    throw new MillraceError(
      'Conflict',
      `Replication ${replication.replicationId} was changed by someone else just now.`,
    );
  }
  return launchDeletion(deletion, ports);
};

/** When no step of a start can create anything any more. One whose execution came to its own end has none at work. */
const quietAtMs = async (
  { status, statusSince, executionArn, tableChange }: Replication,
  { executions, clock }: BeginDeletionPorts,
): Promise<number> => {
  const nowMs = clock.now().getTime();
  if (tableChange?.state === 'running') return nowMs + quietAfterMs;
  if (executionArn === undefined) return nowMs;
  const execution = await executions.getStatus(executionArn);
  if (execution === undefined || execution === 'SUCCEEDED' || execution === 'FAILED') return nowMs;
  return (status === 'starting' ? nowMs : Date.parse(statusSince)) + quietAfterMs;
};

/** Repeats a deletion that has ended without an end, or that a person asks for again. Returns it as it is when it runs. */
export const resumeDeletion = async (
  deletion: Deletion,
  options: DeletionOptions,
  ports: BeginDeletionPorts,
): Promise<Deletion> => {
  const { store, executions, clock } = ports;
  const wanted = {
    dropTargetTables: deletion.dropTargetTables || options.dropTargetTables,
    force: deletion.force || options.force,
  };
  const isSame = wanted.dropTargetTables === deletion.dropTargetTables && wanted.force === deletion.force;
  const isRunning =
    deletion.state === 'running' &&
    deletion.executionArn !== undefined &&
    (await executions.getStatus(deletion.executionArn)) === 'RUNNING';
  if (isRunning && isSame) return deletion;
  const now = clock.now().toISOString();
  // A newer attempt replaces a running one: its Lambda finds another number than its own and ends.
  const next = await store.updateDeletion(
    deletion,
    {
      ...wanted,
      state: 'running',
      attempt: deletion.attempt + 1,
      executionArn: undefined,
      attemptedAt: now,
      updatedAt: now,
    },
    deletion.attempt,
  );
  if (next === undefined) {
    throw new MillraceError(
      'Conflict',
      `The deletion of replication ${deletion.replicationId} was changed by someone else just now.`,
    );
  }
  return launchDeletion(next, ports);
};

const launchDeletion = async (
  deletion: Deletion,
  { store, executions }: BeginDeletionPorts,
): Promise<Deletion> => {
  const { clientId, replicationId, attempt } = deletion;
  const run: DeletionRun = { clientId, replicationId, attempt };
  const executionArn = await executions.startExecution(
    'delete-replication',
    deletionExecutionName(run),
    JSON.stringify(run),
  );
  const launched = await store.updateDeletion(deletion, { executionArn }, attempt);
  return launched ?? { ...deletion, executionArn };
};
