import { statusChange } from '#core/contracts/activity.ts';
import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import { owesResync, type Replication } from '#core/contracts/replication.ts';
import { defaultTransactionWaitSeconds, executionName, type Run } from '#core/contracts/steps.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { expectedOf } from '#core/lifecycle/current-run.ts';
import { hasEnded } from '#core/lifecycle/launch-consumer.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { requirePossible } from '#core/lifecycle/transitions.ts';
import { retryTableChange } from './change-tables.ts';
import { checkReadiness } from './check-readiness.ts';
import type { ApiPorts } from './ports.ts';

/** A consumer drains within seconds; one that takes longer is fenced by the next launch's epoch. */
const drainWaitMs = 8_000;
const drainPollMs = 500;

/** What a user can ask for that begins a start. Resume and restart copy nothing again, as a start of a stopped one. */
export type StartAction = 'start' | 'resume' | 'restart';

export interface StartOptions {
  readonly action: StartAction;
  /** Who asks, as the activity names them. */
  readonly by: string;
  /** Why, in the user's words. */
  readonly reason?: string | undefined;
  readonly forceResync: boolean;
  /** How long the start may wait for transactions that are open at the source. */
  readonly transactionWaitSeconds: number;
}

/**
 * Starts a replication, or returns it unchanged when it is starting or active already: the same start twice is one
 * execution. A resume is a start of a paused one. A restart is a start also of an active one: its consumer commits what it has
 * in hand and ends, and its connector and tasks are restarted. `forceResync` begins again also when it is active, after its
 * consumer was stopped. It stays in force for the next starts until a copy has begun under it: a plain start after a forced one
 * that failed would find tables that are live by their record and empty, and would miss what came while capture was begun again.
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
  const { action, forceResync } = options;
  const seen = await store.getReplication(clientId, replicationId);
  requirePossible(seen, action);
  if (
    seen.status === 'active' &&
    action === 'start' &&
    !forceResync &&
    seen.tableChange?.state === 'failed'
  ) {
    return underLease(replicationId, ports, async () => {
      const current = await store.getReplication(clientId, replicationId);
      return current.status === 'active' && current.tableChange?.state === 'failed'
        ? retryTableChange(current, ports)
        : current;
    });
  }
  if (await isUnderWay(seen, options, ports)) return seen;
  const log = ports.logFor(seen.connectorName, replicationId);
  await checkReadiness(seen, log, ports);

  return underLease(replicationId, ports, async () => {
    // Someone else may have started it during the checks.
    const current = await store.getReplication(clientId, replicationId);
    requirePossible(current, action);
    if (await isUnderWay(current, options, ports)) return current;
    requireLastWord(seen, current);
    const started = await beginStart(current, options, ports);
    log.info(`Start ${started.generation} was requested${describeStart(current, options)}`, {
      executionArn: started.executionArn,
    });
    return started;
  });
};

/** The checks take seconds. What a user has asked for meanwhile is newer than this start. */
const requireLastWord = (seen: Replication, current: Replication): void => {
  if ((seen.requestCount ?? 0) === (current.requestCount ?? 0)) return;
  throw new MillraceError(
    'Conflict',
    `Replication ${current.replicationId} is ${current.status}: another request came while this one was checked, and it counts.`,
    { facts: { replicationId: current.replicationId, status: current.status } },
  );
};

/** Whether what the caller wants is happening already. Throws `NeedsResync`. */
const isUnderWay = async (
  replication: Replication,
  { action, forceResync }: StartOptions,
  { executions }: ApiPorts,
): Promise<boolean> => {
  switch (replication.status) {
    case 'configured':
    case 'pausing':
    case 'paused':
    case 'stopping':
    case 'stopped':
    case 'error':
    case 'deleting':
      return false;
    case 'active':
      return !forceResync && action !== 'restart';
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

const describeStart = (replication: Replication, { action, forceResync }: StartOptions): string =>
  (action === 'start' ? '' : ` by a ${action}`) + describeResync(replication, forceResync);

const describeResync = (replication: Replication, isAsked: boolean): string => {
  if (isAsked) return ' with force_resync';
  return owesResync(replication)
    ? ` with force_resync, because start ${replication.resyncGeneration} was told to and has not got so far`
    : '';
};

/** Starts one that has failed, without the checks, which its first step makes. Call it under the lease. */
export const startAgain = (current: Replication, by: string, ports: ApiPorts): Promise<Replication> =>
  beginStart(
    current,
    { action: 'start', by, forceResync: false, transactionWaitSeconds: defaultTransactionWaitSeconds },
    ports,
  );

const beginStart = async (
  current: Replication,
  options: StartOptions,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const { action, by, reason, forceResync: isResyncAsked, transactionWaitSeconds } = options;
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
          pause: undefined,
          requestCount: (current.requestCount ?? 0) + 1,
        },
        expectedOf(current),
      );
  if (starting === undefined)
    throw new MillraceError('Conflict', `Replication ${replicationId} was changed by someone else just now.`);

  try {
    const changing = current.tableChange?.executionArn;
    if (changing !== undefined) await ports.executions.stopExecution(changing, 'A start replaces it.');
    await stopOldConsumer(starting, forceResync || action === 'restart', ports);
    const run: Run = {
      clientId,
      replicationId,
      generation: starting.generation,
      forceResync,
      transactionWaitSeconds,
      ...(action === 'restart' && { restartConnector: true }),
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
    await store.addActivity(current, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'start-requested',
      message: `Start ${run.generation} was requested${describeStart(current, { ...options, forceResync: isResyncAsked })}.`,
      by,
      ...(reason === undefined ? {} : { reason }),
      ...statusChange(current, starting),
    });
    return launched ?? (await store.getReplication(clientId, replicationId));
  } catch (error) {
    await takeBack(current, starting, error, ports);
    throw error;
  }
};

/**
 * Whatever applied an older start must not go on. Before a resync it is waited for, since the copy empties the target tables,
 * and in a restart, so that nothing which it has in hand is read once more.
 */
const stopOldConsumer = async (
  { replicationId, generation }: Replication,
  isAwaited: boolean,
  { store, tasks, clock }: ApiPorts,
): Promise<void> => {
  const launch = await store.revokeLaunch(replicationId);
  if (launch?.taskArn !== undefined) {
    await tasks.stopTask(launch.taskArn, `Replaced by start ${generation}.`);
  }
  if (!isAwaited) return;
  const taskArn = (await store.getRevokedLaunch(replicationId))?.taskArn;
  if (taskArn === undefined) return;
  const giveUpAt = clock.now().getTime() + drainWaitMs;
  while (clock.now().getTime() < giveUpAt) {
    if (hasEnded(await tasks.describeTask(taskArn))) return;
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
  const { resyncGeneration, pause } = before;
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
          pause,
        },
    { generation, status: 'starting' },
  );
};
