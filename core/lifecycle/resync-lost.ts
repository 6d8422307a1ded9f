import { resyncBegunAlert } from '../alerts/compose-alert.ts';
import type { Replication } from '../contracts/replication.ts';
import { defaultTransactionWaitSeconds } from '../contracts/steps.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { AlertSink } from '../ports/services.ts';
import type { HealStore, LeaseStore } from '../ports/state-store.ts';
import { type BeginStartPorts, beginStart } from './begin-start.ts';

export interface ResyncLostPorts extends BeginStartPorts {
  readonly store: BeginStartPorts['store'] & LeaseStore & HealStore;
  readonly alerts: AlertSink;
  readonly log: Log;
}

/** A source that loses its log again and again is not read as a whole again and again. */
export const resyncIntervalMs = 3_600_000;

/** Longer than the Lambda's 60 s. */
const leaseTtlMs = 70_000;
const attempt = 'resync';

/** Whether changes were lost, and the user has asked that everything is then copied again. */
export const resyncsByItself = ({
  status,
  desired,
  snapshotMode,
}: Pick<Replication, 'status' | 'desired' | 'snapshotMode'>): boolean =>
  status === 'needs-resync' && desired === 'running' && snapshotMode === 'when_needed';

/**
 * Begins a forced start of a replication that has lost changes and whose snapshot mode is `when_needed`, once an hour at most. Returns whether
 * it did. Nobody else's replication is resynced: docs/decisions/healing-never-resyncs.md.
 */
export const resyncLost = async (
  { clientId, replicationId }: Replication,
  holder: string,
  ports: ResyncLostPorts,
): Promise<boolean> => {
  const { store, alerts, clock, log } = ports;
  const now = clock.now();
  const since = new Date(now.getTime() - resyncIntervalMs);
  const attempts = await store.listHealAttempts(replicationId, since);
  const last = attempts.findLast(({ action }) => action === attempt);
  if (last !== undefined) {
    log.warn(
      `Changes were lost again since the resync that began at ${last.at}; the next one begins an hour after it`,
    );
    return false;
  }
  if (!(await store.acquireLease(replicationId, holder, leaseTtlMs, now))) return false;
  try {
    // The list is eventually consistent, and a user may have stopped or started it.
    const current = await store.getReplication(clientId, replicationId);
    if (!resyncsByItself(current)) return false;
    // Counted before it is tried: an attempt that fails counts as well.
    await store.addHealAttempt(replicationId, { action: attempt, at: now.toISOString() });
    const reason =
      `${current.lastErrorMessage ?? 'Changes were lost before they were applied.'} The snapshot mode is when_needed, so every table is copied ` +
      'again without being asked for.';
    const started = await beginStart(
      current,
      {
        action: 'start',
        actor: 'healer',
        reason,
        forceResync: true,
        transactionWaitSeconds: defaultTransactionWaitSeconds,
      },
      ports,
    );
    log.warn(`Start ${started.generation} with force_resync begins by itself: ${reason}`);
    await alerts.publish(resyncBegunAlert(current, reason));
    return true;
  } finally {
    await store.releaseLease(replicationId, holder);
  }
};
