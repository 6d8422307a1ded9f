import { resyncBegunAlert } from '../alerts/compose-alert.ts';
import type { Replication } from '../contracts/replication.ts';
import type { AlertSink } from '../ports/services.ts';
import { type BeginByItselfPorts, beginByItself } from './begin-by-itself.ts';

export interface ResyncLostPorts extends BeginByItselfPorts {
  readonly alerts: AlertSink;
}

/** A source that loses its log again and again is not read as a whole again and again. */
export const resyncIntervalMs = 3_600_000;

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
  const { alerts, clock, log } = ports;
  const now = clock.now();
  const attempts = await ports.store.listHealAttempts(
    replicationId,
    new Date(now.getTime() - resyncIntervalMs),
  );
  const last = attempts.findLast(({ action }) => action === attempt);
  if (last !== undefined) {
    log.warn(
      `Changes were lost again since the resync that began at ${last.at}; the next one begins an hour after it`,
    );
    return false;
  }
  const reasonOf = ({ lastErrorMessage }: Replication): string =>
    `${lastErrorMessage ?? 'Changes were lost before they were applied.'} The snapshot mode is when_needed, so every table is copied ` +
    'again without being asked for.';
  const begun = await beginByItself(
    { clientId, replicationId },
    { attempt, wanted: resyncsByItself, reasonOf, forceResync: true },
    holder,
    ports,
  );
  if (begun === undefined) return false;
  log.warn(`Start ${begun.started.generation} with force_resync begins by itself: ${begun.reason}`);
  await alerts.publish(resyncBegunAlert(begun.before, begun.reason));
  return true;
};
