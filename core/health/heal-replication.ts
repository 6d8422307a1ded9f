import { stateAlert } from '../alerts/compose-alert.ts';
import { retryTransient } from '../concurrency/retry-transient.ts';
import { type Activity, statusChange } from '../contracts/activity.ts';
import { metricNames } from '../contracts/environment.ts';
import type { Replication } from '../contracts/replication.ts';
import { errorPolicies } from '../errors/error-policies.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import { relaunchConsumer } from '../lifecycle/launch-consumer.ts';
import { underFreeLease } from '../lifecycle/lease.ts';
import { rowsConnectorName } from '../naming/names.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import type { AlertSink, ConnectPort, TaskRunner } from '../ports/services.ts';
import type {
  ConsumerStore,
  HealAttempt,
  HealStore,
  LeaseStore,
  ReplicationStore,
} from '../ports/state-store.ts';
import { type HealAction, healWindowMs } from './decide.ts';

export interface HealPorts {
  readonly store: Pick<ReplicationStore, 'getReplication' | 'updateReplication' | 'addActivity'> &
    LeaseStore &
    ConsumerStore &
    HealStore;
  readonly tasks: TaskRunner;
  readonly alerts: AlertSink;
  readonly metrics: MetricsPort;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent in the check that looks at consumers only, which never decides to act on a connector. */
  readonly connectors?: ConnectorHealer;
}

export interface ConnectorHealer extends Pick<ConnectPort, 'pause' | 'resume' | 'restartFailed'> {
  /** Creates the connector again where the deleted one left off. Throws `NeedsResync` when changes were lost since. */
  recreate(replication: Replication): Promise<void>;
}

/**
 * Looks at a replication and decides; called again under the lease, so that nobody acts on an old observation. The attempts of
 * the past say what is done and never whether something is: without them, too, there is an action or there is none.
 */
export type Examine = (
  replication: Replication,
  history: readonly HealAttempt[],
  now: Date,
) => Promise<readonly HealAction[]>;

const alertRetryDelaysMs = [500, 1_000, 2_000] as const;

/** What a person reads in the activity, by what was done. */
const activityNames = {
  'resume-connector': 'connector-resumed',
  'restart-connector': 'connector-restarted',
  'retry-connector': 'connector-restarted',
  'recreate-connector': 'connector-recreated',
  'pause-connector': 'connector-paused',
  'resume-rows-connector': 'copy-connector-resumed',
  'restart-rows-connector': 'copy-connector-restarted',
  'restart-consumer': 'consumer-restarted',
  'update-consumer': 'consumer-updated',
  'move-consumer': 'consumer-moved',
  'stop-consumer': 'consumer-stopped',
  escalate: 'gave-up',
} as const satisfies Record<HealAction['kind'], string>;

/**
 * Examines a replication and carries out what is decided, under its lease: a stop that comes at the same time either
 * waits for it or is seen by it. Returns what was done. Failures of single actions are logged; the next check tries
 * again, within the bounds.
 */
export const healReplication = async (
  replication: Replication,
  holder: string,
  examine: Examine,
  ports: HealPorts,
): Promise<readonly HealAction[]> => {
  const { store, clock, log } = ports;
  const { clientId, replicationId } = replication;
  // Nearly all are well, and nobody needs their history.
  if ((await examine(replication, [], clock.now())).length === 0) return [];
  const done = await underFreeLease(replicationId, holder, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    const now = clock.now();
    const since = new Date(now.getTime() - healWindowMs);
    const actions = await examine(current, await store.listHealAttempts(replicationId, since), now);
    const carriedOut: HealAction[] = [];
    for (const action of actions) {
      if (await carryOut(current, action, ports)) carriedOut.push(action);
    }
    return carriedOut;
  });
  if (done === undefined) log.info('Someone else is acting on this replication; the next check looks again');
  return done ?? [];
};

const carryOut = async (replication: Replication, action: HealAction, ports: HealPorts): Promise<boolean> => {
  if (action.kind === 'escalate') return giveUp(replication, action, ports);
  const { store, metrics, clock, log } = ports;
  const { replicationId, connectorName } = replication;
  // Counted before it is tried: an attempt that fails or dies counts as well.
  await store.addHealAttempt(replicationId, { action: action.kind, at: clock.now().toISOString() });
  try {
    await act(replication, action, ports);
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.code === 'NeedsResync') {
      return giveUp(
        replication,
        { kind: 'escalate', status: 'needs-resync', code: error.code, reason: error.message },
        ports,
      );
    }
    if (error.code === 'Superseded') {
      log.info(`Not healed (${action.kind}): ${error.message}`);
      return false;
    }
    metrics.countError(connectorName, error.code);
    log.error(`Healing failed (${action.kind}): ${error.message}`, { error, action: action.kind });
    return false;
  }
  // Nothing was ill that is updated or moved.
  if (action.kind !== 'update-consumer' && action.kind !== 'move-consumer')
    metrics.emit(connectorName, { [metricNames.heals]: 1 });
  await record(replication, action, action.reason, ports);
  return true;
};

const act = async (
  replication: Replication,
  action: Exclude<HealAction, { readonly kind: 'escalate' }>,
  ports: HealPorts,
): Promise<void> => {
  const { connectorName } = replication;
  switch (action.kind) {
    case 'resume-connector':
      return ports.connectors?.resume(connectorName);
    case 'restart-connector':
    case 'retry-connector':
      return ports.connectors?.restartFailed(connectorName);
    case 'recreate-connector':
      return ports.connectors?.recreate(replication);
    case 'pause-connector':
      return ports.connectors?.pause(connectorName);
    case 'resume-rows-connector':
      return ports.connectors?.resume(rowsConnectorName(connectorName));
    case 'restart-rows-connector':
      return ports.connectors?.restartFailed(rowsConnectorName(connectorName));
    case 'restart-consumer':
    case 'update-consumer':
      await relaunchConsumer(replication, ports);
      return;
    case 'move-consumer':
      return moveConsumer(replication, action, ports);
    case 'stop-consumer':
      return stopConsumer(replication, `The replication is ${replication.status}.`, ports);
  }
};

/** Its settings first: every launch from then on is a launch there. */
const moveConsumer = async (
  replication: Replication,
  { to, reason }: HealAction & { readonly kind: 'move-consumer' },
  ports: HealPorts,
): Promise<void> => {
  const { store, clock } = ports;
  const { clientId, replicationId, status, desired, generation, consumer } = replication;
  const { movedOut: _before, ...settings } = consumer ?? {};
  const moved = await store.updateReplication(
    clientId,
    replicationId,
    {
      consumer: {
        ...settings,
        ...(to === 'own' && { movedOut: { since: clock.now().toISOString(), reason } }),
      },
    },
    { status, desired, generation },
  );
  if (moved === undefined)
    throw new MillraceError(
      'Superseded',
      `Replication ${replicationId} was changed by someone else just now.`,
    );
  await relaunchConsumer(moved, ports);
};

const stopConsumer = async (
  { replicationId }: Replication,
  reason: string,
  { store, tasks }: HealPorts,
): Promise<void> => {
  // Revoke the launch first. If the task cannot be reached, its next heartbeat is refused and it exits.
  const launch = await store.revokeLaunch(replicationId);
  if (launch?.taskArn !== undefined) await tasks.stopTask(launch.taskArn, reason);
};

/**
 * The status changes only if it is still what was looked at, so of all who give up at the same time one alerts. The
 * consumer is stopped; the connector stays as it is, since what it captures meanwhile need not be lost.
 */
const giveUp = async (
  replication: Replication,
  action: HealAction & { readonly kind: 'escalate' },
  ports: HealPorts,
): Promise<boolean> => {
  const { store, alerts, metrics, clock, log } = ports;
  const { clientId, replicationId, connectorName, generation, status, desired } = replication;
  const advice = errorPolicies[action.code].advice;
  const changed = await store.updateReplication(
    clientId,
    replicationId,
    { status: action.status, lastErrorCode: action.code, lastErrorMessage: action.reason },
    { generation, status, desired },
  );
  if (changed === undefined) return false;
  metrics.countError(connectorName, action.code);
  await record(replication, action, `${action.reason} ${advice}`, ports, statusChange(replication, changed));
  try {
    await stopConsumer(replication, `Replication ${connectorName}: ${action.status}`, ports);
  } catch (error) {
    log.error('Could not stop the consumer task; it exits when its next heartbeat is refused', { error });
  }
  try {
    await retryTransient(
      () => alerts.publish(stateAlert(replication, action.status, { reason: action.reason, advice })),
      { delaysMs: alertRetryDelaysMs, clock },
    );
  } catch (error) {
    log.error('Could not publish the alert; the status and the activity hold its text', { error });
  }
  return true;
};

const record = async (
  replication: Replication,
  { kind }: HealAction,
  message: string,
  { store, clock, log }: HealPorts,
  change: Pick<Activity, 'before' | 'after'> = {},
): Promise<void> => {
  const activity: Activity = {
    at: clock.now().toISOString(),
    actor: 'healer',
    action: activityNames[kind],
    message,
    ...change,
  };
  log.info(`Healing: ${activity.action}. ${message}`, { action: kind });
  await store.addActivity(replication, activity);
};
