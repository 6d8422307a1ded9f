import type { Replication, ReplicationStatus } from '../contracts/replication.ts';
import { MillraceError } from '../errors/millrace-error.ts';

/** What a user can ask for. */
export type LifecycleAction = 'start' | 'stop' | 'change-tables' | 'delete';

/**
 * The one table of what is possible in which status. A start of an active replication and a stop of a stopped one change
 * nothing, which makes it harmless to repeat a call.
 */
const possible: Readonly<Record<ReplicationStatus, readonly LifecycleAction[]>> = {
  configured: ['start', 'stop', 'change-tables', 'delete'],
  starting: ['start', 'stop', 'delete'],
  active: ['start', 'stop', 'change-tables', 'delete'],
  stopped: ['start', 'stop', 'change-tables', 'delete'],
  error: ['start', 'stop', 'change-tables', 'delete'],
  'needs-resync': ['start', 'stop', 'change-tables', 'delete'],
  deleting: ['delete'],
};

const refusals: Readonly<Record<LifecycleAction, string>> = {
  start: 'It cannot be started.',
  stop: 'It cannot be stopped.',
  'change-tables': 'Its tables cannot be changed.',
  delete: 'It cannot be deleted.',
};

/** As the API names them. */
const waysOut: Readonly<Record<LifecycleAction, string>> = {
  start: 'POST /replications/{id}/start',
  stop: 'POST /replications/{id}/stop',
  'change-tables': 'POST /replications/{id}/tables, DELETE /replications/{id}/tables/{table}',
  delete: 'DELETE /replications/{id}',
};

export const isPossible = (status: ReplicationStatus, action: LifecycleAction): boolean =>
  possible[status].includes(action);

/** Throws `Conflict`, which says what the replication is doing and what is possible now. */
export const requirePossible = (
  { replicationId, status }: Pick<Replication, 'replicationId' | 'status'>,
  action: LifecycleAction,
): void => {
  if (isPossible(status, action)) return;
  const ways = possible[status].map((way) => waysOut[way].replaceAll('{id}', String(replicationId)));
  throw new MillraceError(
    'Conflict',
    `Replication ${replicationId} is in status ${status}. ${refusals[action]} Possible now: ${ways.join('; ')}.`,
    { facts: { replicationId, status, possible: ways } },
  );
};
