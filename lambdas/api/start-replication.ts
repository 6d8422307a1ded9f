import type { ClientId, ReplicationId } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { defaultTransactionWaitSeconds } from '#core/contracts/steps.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { beginStart, describeStart, type StartOptions } from '#core/lifecycle/begin-start.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { resyncsByItself } from '#core/lifecycle/resync-lost.ts';
import { requirePossible } from '#core/lifecycle/transitions.ts';
import { retryTableChange } from './change-tables.ts';
import { checkReadiness } from './check-readiness.ts';
import type { ApiPorts } from './ports.ts';

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
  asked: StartOptions,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store } = ports;
  const seen = await store.getReplication(clientId, replicationId);
  // What the health check would do within a minute.
  const options = resyncsByItself({ ...seen, desired: 'running' }) ? { ...asked, forceResync: true } : asked;
  const { action, forceResync } = options;
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

/** Starts one that has failed, without the checks, which its first step makes. Call it under the lease. */
export const startAgain = (current: Replication, by: string, ports: ApiPorts): Promise<Replication> =>
  beginStart(
    current,
    { action: 'start', by, forceResync: false, transactionWaitSeconds: defaultTransactionWaitSeconds },
    ports,
  );
