import type { Replication, ReplicationStatus } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** What a user can ask for. */
export const lifecycleActions = [
  'start',
  'resume',
  'restart',
  'pause',
  'stop',
  'change-tables',
  'delete',
] as const;
export type LifecycleAction = (typeof lifecycleActions)[number];

/**
 * What comes about by itself. started: capture and consumer run. ended: what a pause or a stop has told to end is gone. failed:
 * only a person can help. lost-changes: changes are gone that were never applied.
 */
export const lifecycleEvents = ['started', 'ended', 'failed', 'lost-changes'] as const;
export type LifecycleEvent = (typeof lifecycleEvents)[number];

type Transitions = Readonly<Partial<Record<LifecycleAction | LifecycleEvent, ReplicationStatus>>>;

/** A user's way out of every status but `deleting`, which ends by itself. */
const always = { delete: 'deleting' } as const;
const failing = { failed: 'error', 'lost-changes': 'needs-resync' } as const;

/**
 * The one table of the life of a replication: the status that an action or an event leads to. An action that leads to the status
 * that is there already changes nothing, which makes it harmless to repeat a call. What is not in the table is refused.
 *
 * A start with `force_resync` begins again also where a plain start changes nothing, in `active`.
 */
const transitions: Readonly<Record<ReplicationStatus, Transitions>> = {
  configured: { start: 'starting', stop: 'configured', 'change-tables': 'configured', ...always },
  starting: {
    start: 'starting',
    resume: 'starting',
    restart: 'starting',
    stop: 'stopping',
    started: 'active',
    ...failing,
    ...always,
  },
  active: {
    start: 'active',
    resume: 'active',
    restart: 'starting',
    pause: 'pausing',
    stop: 'stopping',
    'change-tables': 'active',
    ...failing,
    ...always,
  },
  pausing: {
    start: 'starting',
    resume: 'starting',
    pause: 'pausing',
    stop: 'stopping',
    ended: 'paused',
    ...failing,
    ...always,
  },
  paused: {
    start: 'starting',
    resume: 'starting',
    pause: 'paused',
    stop: 'stopping',
    ...failing,
    ...always,
  },
  stopping: { start: 'starting', stop: 'stopping', ended: 'stopped', ...always },
  stopped: { start: 'starting', stop: 'stopped', 'change-tables': 'stopped', ...always },
  error: {
    start: 'starting',
    restart: 'starting',
    stop: 'stopping',
    'change-tables': 'error',
    ...always,
  },
  // That changes were lost stays true when it is stopped, and a start must know it.
  'needs-resync': {
    start: 'starting',
    stop: 'needs-resync',
    'change-tables': 'needs-resync',
    ...always,
  },
  deleting: { delete: 'deleting' },
};

const refusals: Readonly<Record<LifecycleAction, string>> = {
  start: 'It cannot be started.',
  resume: 'Only a paused replication can be resumed.',
  restart: 'Only a replication that is active or has failed can be restarted.',
  pause: 'Only an active replication can be paused.',
  stop: 'It cannot be stopped.',
  'change-tables': 'Its tables cannot be changed.',
  delete: 'It cannot be deleted.',
};

/** As the API names them. */
const waysOut: Readonly<Record<LifecycleAction, string>> = {
  start: 'POST /replications/{id}/start',
  resume: 'POST /replications/{id}/resume',
  restart: 'POST /replications/{id}/restart',
  pause: 'POST /replications/{id}/pause',
  stop: 'POST /replications/{id}/stop',
  'change-tables': 'POST /replications/{id}/tables, DELETE /replications/{id}/tables/{table}',
  delete: 'DELETE /replications/{id}',
};

/** The status that follows; undefined when the action or event is none of this status. */
export const nextStatus = (
  status: ReplicationStatus,
  step: LifecycleAction | LifecycleEvent,
): ReplicationStatus | undefined => transitions[status][step];

export const isPossible = (status: ReplicationStatus, action: LifecycleAction): boolean =>
  nextStatus(status, action) !== undefined;

/**
 * The status that the action leads to, which is the present one where it changes nothing. Throws `Conflict`, which says what
 * the replication is doing and what is possible now.
 */
export const requirePossible = (
  { replicationId, status }: Pick<Replication, 'replicationId' | 'status'>,
  action: LifecycleAction,
): ReplicationStatus => {
  const next = nextStatus(status, action);
  if (next !== undefined) return next;
  const possible = lifecycleActions.filter((way) => isPossible(status, way));
  const ways = possible.map((way) => waysOut[way].replaceAll('{id}', String(replicationId)));
  throw new MillraceError(
    'Conflict',
    `Replication ${replicationId} is in status ${status}. ${refusals[action]} Possible now: ${ways.join('; ')}.`,
    { facts: { replicationId, status, possible: ways } },
  );
};
