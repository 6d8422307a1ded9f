import { type Activity, statusChange } from '../contracts/activity.ts';
import { owesResync, type Replication } from '../contracts/replication.ts';
import { executionName, type Run } from '../contracts/steps.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ExecutionPort, TaskRunner } from '../ports/services.ts';
import type { ConsumerStore, ReplicationStore } from '../ports/state-store.ts';
import { expectedOf } from './current-run.ts';
import { hasEnded } from './launch-consumer.ts';

export interface BeginStartPorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'> &
    Pick<ConsumerStore, 'revokeLaunch' | 'getRevokedLaunch'>;
  readonly executions: Pick<ExecutionPort, 'startExecution' | 'stopExecution'>;
  readonly tasks: Pick<TaskRunner, 'stopTask' | 'describeTask'>;
  readonly clock: Clock;
}

/** A consumer drains within seconds; one that takes longer is fenced by the next launch's epoch. */
const drainWaitMs = 8_000;
const drainPollMs = 500;

/** What a user can ask for that begins a start. Resume and restart copy nothing again, as a start of a stopped one. */
export type StartAction = 'start' | 'resume' | 'restart';

export interface StartOptions {
  readonly action: StartAction;
  /** `user` when absent. */
  readonly actor?: Activity['actor'];
  /** Who asks, as the activity names them. */
  readonly by?: string;
  /** Why, in the user's words. */
  readonly reason?: string | undefined;
  readonly forceResync: boolean;
  /** How long the start may wait for transactions that are open at the source. */
  readonly transactionWaitSeconds: number;
}

/** For messages: what a start does besides starting. */
export const describeStart = (replication: Replication, { action, forceResync }: StartOptions): string =>
  (action === 'start' ? '' : ` by a ${action}`) + describeResync(replication, forceResync);

const describeResync = (replication: Replication, isAsked: boolean): string => {
  if (isAsked) return ' with force_resync';
  return owesResync(replication)
    ? ` with force_resync, because start ${replication.resyncGeneration} was told to and has not got so far`
    : '';
};

/**
 * Records a start and begins its execution, whatever has run before. Call it under the replication's lease. Throws `Conflict` when someone else has
 * changed the replication, and what kept the execution from beginning; the replication is then as before, or in error if it had run.
 */
export const beginStart = async (
  current: Replication,
  options: StartOptions,
  ports: BeginStartPorts,
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
      actor: options.actor ?? 'user',
      action: 'start-requested',
      message: `Start ${run.generation} was requested${describeStart(current, { ...options, forceResync: isResyncAsked })}.`,
      ...(by === undefined ? {} : { by }),
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
  { store, tasks, clock }: BeginStartPorts,
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
  { store }: BeginStartPorts,
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
