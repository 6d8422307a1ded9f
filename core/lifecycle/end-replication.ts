import { type Activity, statusChange } from '../contracts/activity.ts';
import type { ClientId, ReplicationId } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { ConnectorStatus, ConnectPort, ExecutionPort, TaskRunner } from '../ports/services.ts';
import type { ConsumerStore, LeaseStore, ReplicationStore } from '../ports/state-store.ts';
import { expectedOf } from './current-run.ts';
import { hasEnded } from './launch-consumer.ts';
import { underLease } from './lease.ts';
import { nextStatus, requirePossible } from './transitions.ts';

/*
 * A pause and a stop. Both record the user's word first, which every other actor checks before it writes, and then tell the
 * parts to end: the consumer commits what it has in hand and ends; a stop also pauses the connector. The replication is
 * `pausing` or `stopping` until its parts are seen to have ended, and only then `paused` or `stopped`.
 */

export interface EndingPorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'> &
    LeaseStore &
    Pick<ConsumerStore, 'revokeLaunch' | 'getRevokedLaunch'>;
  readonly executions: Pick<ExecutionPort, 'stopExecution'>;
  readonly tasks: Pick<TaskRunner, 'stopTask' | 'describeTask'>;
  readonly connect: Pick<ConnectPort, 'getStatus' | 'pause'>;
  /** Removes what rows are copied through, see core/copy/row-relay.ts; does nothing for a replication that has none. */
  readonly removeRowRelay: (replication: Replication) => Promise<void>;
  readonly clock: Clock;
}

/** What a user asks for. */
export interface EndingWish {
  readonly action: 'pause' | 'stop';
  /** Who asks, as the activity names them. */
  readonly by: string;
  readonly reason?: string;
  /** What the activity says in addition, as sentences. */
  readonly remark?: string;
}

/** Writers of the same replication are few, so a handful of looks is enough. */
const intentRounds = 5;

/** A consumer commits and ends within seconds. The rest of the 29 s of the API is for the lease and the calls. */
const endingWaitMs = 8_000;
const endingPollMs = 500;

const taskReasons = {
  pause: 'The replication was paused by a user.',
  stop: 'The replication was stopped by a user.',
} as const;

/**
 * Pauses or stops a replication, and waits for some seconds until its parts have ended. It returns `pausing` or `stopping` when
 * that takes longer; the health check of every minute then completes it. Repeating a call tells the parts again.
 *
 * Throws `NotFound`, `Conflict` where the action is not possible, and what kept a part from being told; the user's word stays
 * in force in any case.
 */
export const endReplication = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  wish: EndingWish,
  ports: EndingPorts,
): Promise<Replication> => {
  const { store } = ports;
  const before = await store.getReplication(clientId, replicationId);
  const next = requirePossible(before, wish.action);
  if (next === 'configured') return before;
  const wished = await recordIntent(before, wish, ports);
  await recordRequest(before, wished, wish, ports);

  return underLease(replicationId, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    // Someone asked for something else while this call waited for the lease: the later word counts.
    if (current.desired !== desiredBy[wish.action] || current.status === 'deleting') return current;
    await tellParts(current, before.tableChange, wish.action, ports);
    return settle(current, endingWaitMs, 'user', ports);
  });
};

/** A repeated call is no other request. */
const recordRequest = async (
  before: Replication,
  after: Replication,
  { action, by, reason, remark }: EndingWish,
  { store, clock }: EndingPorts,
): Promise<void> => {
  if (before.status === after.status && before.desired === after.desired) return;
  await store.addActivity(after, {
    at: clock.now().toISOString(),
    actor: 'user',
    action: `${action}-requested`,
    message: [action === 'pause' ? 'A pause was requested.' : 'A stop was requested.', remark]
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
    by,
    ...(reason === undefined ? {} : { reason }),
    ...statusChange(before, after),
  });
};

const desiredBy = { pause: 'paused', stop: 'stopped' } as const;

const recordIntent = async (
  first: Replication,
  { action, by, reason }: EndingWish,
  { store, clock }: EndingPorts,
): Promise<Replication> => {
  const { clientId, replicationId } = first;
  let seen = first;
  for (let round = 0; round < intentRounds; round += 1) {
    const status = requirePossible(seen, action);
    if (action === 'pause') refuseDuringChange(seen);
    const at = clock.now().toISOString();
    const isRepetition = seen.status === status && seen.desired === desiredBy[action];
    const ended = await store.updateReplication(
      clientId,
      replicationId,
      {
        desired: desiredBy[action],
        status,
        requestCount: (seen.requestCount ?? 0) + 1,
        pause:
          action === 'stop'
            ? undefined
            : isRepetition
              ? seen.pause
              : { since: at, by, ...(reason === undefined ? {} : { reason }) },
        // The next start carries out what it had still to do.
        ...(action === 'stop' && { tableChange: undefined }),
      },
      expectedOf(seen),
    );
    if (ended !== undefined) return ended;
    seen = await store.getReplication(clientId, replicationId);
  }
  throw new MillraceError('Conflict', `Replication ${replicationId} keeps being changed by someone else.`);
};

/** The change launches consumers, and its tables would neither be copied nor applied while nothing runs. */
const refuseDuringChange = ({ replicationId, tableChange }: Replication): void => {
  if (tableChange?.state !== 'running') return;
  throw new MillraceError(
    'Conflict',
    `Change ${tableChange.version} of the tables of replication ${replicationId} is at work, so it cannot be paused now. Wait until ` +
      `table_change is null (GET /replications/${replicationId}), or stop the replication.`,
    { facts: { replicationId, version: tableChange.version } },
  );
};

/** Each part is told, whatever happens to the others; the first failure is thrown. */
const tellParts = async (
  replication: Replication,
  tableChange: Replication['tableChange'],
  action: EndingWish['action'],
  { store, executions, tasks, connect, removeRowRelay }: EndingPorts,
): Promise<void> => {
  const { replicationId, connectorName, executionArn } = replication;
  const reason = taskReasons[action];
  const outcomes = await Promise.allSettled([
    executionArn === undefined || action === 'pause'
      ? undefined
      : executions.stopExecution(executionArn, reason),
    tableChange?.executionArn === undefined || action === 'pause'
      ? undefined
      : executions.stopExecution(tableChange.executionArn, reason),
    // Revoke the launch first. If the task cannot be reached, its next heartbeat is refused and it exits.
    store.revokeLaunch(replicationId).then(async (launch) => {
      if (launch?.taskArn !== undefined) await tasks.stopTask(launch.taskArn, reason);
    }),
    action === 'stop' ? pauseConnector(connectorName, connect) : undefined,
    action === 'stop' ? removeRowRelay(replication) : undefined,
  ]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
};

const pauseConnector = async (connectorName: string, connect: EndingPorts['connect']): Promise<void> => {
  // A start that failed before its second step has created none.
  if ((await connect.getStatus(connectorName)) !== undefined) await connect.pause(connectorName);
};

/**
 * Completes a pause or a stop whose parts have not ended in time: tells them again, and looks whether they are gone. Call it
 * under the replication's lease.
 */
export const continueEnding = async (replication: Replication, ports: EndingPorts): Promise<Replication> => {
  const { status } = replication;
  if (status !== 'pausing' && status !== 'stopping') return replication;
  const action = status === 'pausing' ? 'pause' : 'stop';
  await tellParts(replication, undefined, action, ports);
  const revoked = await ports.store.getRevokedLaunch(replication.replicationId);
  if (revoked?.taskArn !== undefined) await ports.tasks.stopTask(revoked.taskArn, taskReasons[action]);
  return settle(replication, 0, 'healer', ports);
};

/** Waits until nothing runs that has to end, and says so in the status. Returns the replication as it is then. */
const settle = async (
  replication: Replication,
  waitMs: number,
  actor: Activity['actor'],
  ports: EndingPorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const { clientId, replicationId, status, desired, generation } = replication;
  const ended = nextStatus(status, 'ended');
  if (ended === undefined) return replication;
  const giveUpAt = clock.now().getTime() + waitMs;
  while (await isRunning(replication, ports)) {
    if (clock.now().getTime() >= giveUpAt) return store.getReplication(clientId, replicationId);
    await clock.sleep(endingPollMs);
  }
  const settled = await store.updateReplication(
    clientId,
    replicationId,
    { status: ended },
    { status, desired, generation },
  );
  // A newer word of the user's came in between.
  if (settled === undefined) return store.getReplication(clientId, replicationId);
  await store.addActivity(settled, {
    at: clock.now().toISOString(),
    actor,
    action: ended === 'paused' ? 'paused' : 'stopped',
    message:
      ended === 'paused'
        ? 'The consumer has committed what it had in hand and ended; capture goes on.'
        : 'The consumer has committed what it had in hand and ended, and the connector is paused.',
    ...statusChange(replication, settled),
  });
  return settled;
};

/** Whether something still runs that has to end. */
const isRunning = async (
  { replicationId, connectorName, status }: Replication,
  { store, tasks, connect }: EndingPorts,
): Promise<boolean> => {
  const taskArn = (await store.getRevokedLaunch(replicationId))?.taskArn;
  if (taskArn !== undefined && !hasEnded(await tasks.describeTask(taskArn))) return true;
  const connector = status === 'stopping' ? await connect.getStatus(connectorName) : undefined;
  return connector !== undefined && isAtWork(connector);
};

const isAtWork = ({ state, tasks }: ConnectorStatus): boolean =>
  [state, ...tasks.map((task) => task.state)].some((it) => it === 'RUNNING' || it === 'RESTARTING');
