import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import { owesResync, type Replication } from '#core/contracts/replication.ts';
import { defaultTransactionWaitSeconds, executionName, type Run } from '#core/contracts/steps.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { requirePossible } from '#core/lifecycle/transitions.ts';
import { retryTableChange } from './change-tables.ts';
import { checkReadiness } from './check-readiness.ts';
import type { ApiPorts } from './ports.ts';

/** A consumer drains within seconds; one that takes longer is fenced by the next launch's epoch. */
const drainWaitMs = 8_000;
const drainPollMs = 500;

export interface StartOptions {
  readonly forceResync: boolean;
  /** How long the start may wait for transactions that are open at the source. */
  readonly transactionWaitSeconds: number;
}

/**
 * Starts a replication, or returns it unchanged when it is starting or active already: the same start twice is one
 * execution. `forceResync` begins again also when it is active, after its consumer was stopped. It stays in force for the
 * next starts until a copy has begun under it: a plain start after a forced one that failed would find tables that are live
 * by their record and empty, and would miss what came while capture was begun again.
 *
 * Throws, with nothing changed: `NotFound`, `ValidationFailed` with every problem, `NeedsResync` when changes were lost
 * and no resync is asked for, `Conflict` when someone else acts on it for too long.
 */
export const startReplication = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  options: StartOptions,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store } = ports;
  const { forceResync } = options;
  const seen = await store.getReplication(clientId, replicationId);
  requirePossible(seen, 'start');
  if (seen.status === 'active' && !forceResync && seen.tableChange?.state === 'failed') {
    return underLease(replicationId, ports, async () => {
      const current = await store.getReplication(clientId, replicationId);
      return current.status === 'active' && current.tableChange?.state === 'failed'
        ? retryTableChange(current, ports)
        : current;
    });
  }
  if (await isUnderWay(seen, forceResync, ports)) return seen;
  const log = ports.logFor(seen.connectorName, replicationId);
  await checkReadiness(seen, log, ports);

  return underLease(replicationId, ports, async () => {
    // Someone else may have started it during the checks.
    const current = await store.getReplication(clientId, replicationId);
    requirePossible(current, 'start');
    if (await isUnderWay(current, forceResync, ports)) return current;
    const started = await beginStart(current, options, ports);
    log.info(`Start ${started.generation} was requested${describeResync(current, forceResync)}`, {
      executionArn: started.executionArn,
    });
    return started;
  });
};

/** Whether what the caller wants is happening already. Throws `NeedsResync`. */
const isUnderWay = async (
  replication: Replication,
  forceResync: boolean,
  { executions }: ApiPorts,
): Promise<boolean> => {
  switch (replication.status) {
    case 'configured':
    case 'stopped':
    case 'error':
    case 'deleting':
      return false;
    case 'active':
      return !forceResync;
    case 'needs-resync':
      if (forceResync) return false;
      throw new MillraceError(
        'NeedsResync',
        replication.lastErrorMessage ?? 'Changes were lost before they were applied.',
      );
    case 'starting': {
      // A start that was recorded but whose execution was not begun: its API call died in between.
      if (replication.executionArn === undefined) return false;
      const status = await executions.getStatus(replication.executionArn);
      return status === 'RUNNING' || status === 'SUCCEEDED';
    }
  }
};

const describeResync = (replication: Replication, isAsked: boolean): string => {
  if (isAsked) return ' with force_resync';
  return owesResync(replication)
    ? ` with force_resync, because start ${replication.resyncGeneration} was told to and has not got so far`
    : '';
};

/** Starts one that has failed, without the checks, which its first step makes. Call it under the lease. */
export const startAgain = (current: Replication, ports: ApiPorts): Promise<Replication> =>
  beginStart(current, { forceResync: false, transactionWaitSeconds: defaultTransactionWaitSeconds }, ports);

const beginStart = async (
  current: Replication,
  { forceResync: isResyncAsked, transactionWaitSeconds }: StartOptions,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const { clientId, replicationId } = current;
  const forceResync = isResyncAsked || owesResync(current);
  const isHalfBegun = current.status === 'starting' && current.executionArn === undefined;
  const starting = isHalfBegun
    ? await store.updateReplication(
        clientId,
        replicationId,
        forceResync ? { resyncGeneration: current.generation } : {},
        { status: current.status, desired: current.desired, generation: current.generation },
      )
    : await store.updateReplication(
        clientId,
        replicationId,
        {
          status: 'starting',
          desired: 'running',
          generation: current.generation + 1,
          ...(forceResync && { resyncGeneration: current.generation + 1 }),
          executionArn: undefined,
          lastErrorCode: undefined,
          lastErrorMessage: undefined,
          // The start carries out what the change had still to do.
          tableChange: undefined,
        },
        { status: current.status, desired: current.desired, generation: current.generation },
      );
  if (starting === undefined)
    throw new MillraceError('Conflict', `Replication ${replicationId} was changed by someone else just now.`);

  try {
    const changing = current.tableChange?.executionArn;
    if (changing !== undefined) await ports.executions.stopExecution(changing, 'A start replaces it.');
    await stopOldConsumer(starting, forceResync, ports);
    const run: Run = {
      clientId,
      replicationId,
      generation: starting.generation,
      forceResync,
      transactionWaitSeconds,
    };
    const executionArn = await ports.executions.startExecution(
      'start-replication',
      executionName(run),
      JSON.stringify(run),
    );
    const launched = await store.updateReplication(
      clientId,
      replicationId,
      { executionArn },
      { generation: run.generation },
    );
    await store.addActivity(replicationId, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'start-requested',
      message: `Start ${run.generation} was requested${describeResync(current, isResyncAsked)}.`,
    });
    return launched ?? (await store.getReplication(clientId, replicationId));
  } catch (error) {
    await takeBack(current, starting, error, ports);
    throw error;
  }
};

/**
 * Whatever applied an older start must not go on. Before a resync it is waited for: the copy empties the target tables.
 */
const stopOldConsumer = async (
  { replicationId, generation }: Replication,
  forceResync: boolean,
  { store, tasks, clock }: ApiPorts,
): Promise<void> => {
  const launch = await store.revokeLaunch(replicationId);
  const taskArn = launch?.taskArn;
  if (taskArn === undefined) return;
  await tasks.stopTask(taskArn, `Replaced by start ${generation}.`);
  if (!forceResync) return;
  const giveUpAt = clock.now().getTime() + drainWaitMs;
  while (clock.now().getTime() < giveUpAt) {
    const task = await tasks.describeTask(taskArn);
    if (task === undefined || task.lastStatus === 'STOPPED') return;
    await clock.sleep(drainPollMs);
  }
};

/**
 * The execution could not be begun. The number of the start stays used: if the execution runs after all, since only its
 * answer was lost, it finds itself superseded.
 */
const takeBack = async (
  before: Replication,
  starting: Replication,
  cause: unknown,
  { store }: ApiPorts,
): Promise<void> => {
  const { clientId, replicationId, generation } = starting;
  const error = toMillraceError(cause);
  const wasRunning = before.status === 'active' || before.status === 'starting';
  // Nothing was begun, so what the target holds is as good as before.
  const { resyncGeneration } = before;
  await store.updateReplication(
    clientId,
    replicationId,
    wasRunning
      ? {
          status: 'error',
          desired: 'stopped',
          lastErrorCode: error.code,
          lastErrorMessage: error.message,
          resyncGeneration,
        }
      : {
          status: before.status,
          desired: before.desired,
          lastErrorCode: before.lastErrorCode,
          lastErrorMessage: before.lastErrorMessage,
          resyncGeneration,
        },
    { generation, status: 'starting' },
  );
};
