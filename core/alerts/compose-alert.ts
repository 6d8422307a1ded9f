import type { IncidentCondition } from '../contracts/incident.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Alert } from '../ports/services.ts';

/** SNS rejects a subject longer than 100 characters (API reference, Publish). */
export const subjectMaxLength = 100;

type Alerted = Pick<Replication, 'replicationId' | 'clientId' | 'connectorName'>;

const composeAlert = (
  { replicationId, clientId, connectorName }: Alerted,
  condition: IncidentCondition,
  subject: string,
  paragraphs: readonly string[],
): Alert => ({
  subject: `Millrace: ${subject}`.slice(0, subjectMaxLength),
  message: paragraphs.join('\n\n'),
  replicationId,
  clientId,
  connectorName,
  condition,
  severity: condition === 'table-held' ? 'warning' : 'critical',
});

/** The condition of the incident that is opened for a status. */
const conditionOf = (status: Replication['status']): IncidentCondition => {
  if (status === 'needs-resync') return 'needs-resync';
  return status === 'deleting' ? 'deletion-blocked' : 'replication-failed';
};

/** The replication stands still until a person acts. `reason` says what happened, `advice` what to do. */
export const stateAlert = (
  replication: Alerted,
  status: Replication['status'],
  { reason, advice }: { readonly reason: string; readonly advice: string },
): Alert =>
  composeAlert(replication, conditionOf(status), `${replication.connectorName} is in state ${status}`, [
    reason,
    `What to do: ${advice}`,
  ]);

/** One table waits until a person acts; the others of the replication go on. */
export const heldAlert = (
  replication: Alerted,
  table: string,
  { reason, advice }: { readonly reason: string; readonly advice: string },
): Alert =>
  composeAlert(replication, 'table-held', `table ${table} of ${replication.connectorName} is held`, [
    reason,
    `What to do: ${advice}`,
    'The other tables of the replication go on.',
  ]);

/** A start ended before the consumer ran. `whatStays` says what the failed step has left behind. */
export const startFailedAlert = (
  replication: Alerted,
  {
    reason,
    advice,
    whatStays,
  }: { readonly reason: string; readonly advice: string; readonly whatStays: string },
): Alert =>
  composeAlert(replication, 'replication-failed', `start of ${replication.connectorName} failed`, [
    reason,
    `What to do: ${advice}`,
    whatStays,
  ]);

/** Changes were lost, and everything is copied again because the user has asked for that. */
export const resyncBegunAlert = (replication: Alerted, reason: string): Alert =>
  composeAlert(
    replication,
    'needs-resync',
    `${replication.connectorName} is copied again, since changes were lost`,
    [
      reason,
      'The target tables are emptied and filled again; the status shows how far it is. Find out why the log of the source was lost, or it will be ' +
        'lost again. The next resync begins an hour after this one at the soonest.',
    ],
  );
