import type { FaultCondition } from '../contracts/health-record.ts';
import type { Incident } from '../contracts/incident.ts';
import type { Replication } from '../contracts/replication.ts';
import { remedies, runbookSectionOf } from '../health/fault.ts';
import { withoutStop } from '../health/find-source-faults.ts';
import type { Alert } from '../ports/services.ts';
import { subjectMaxLength } from './compose-alert.ts';

/** An incident with the replication that it is of. */
export interface OwnedIncident {
  readonly incident: Incident;
  readonly replication: Pick<Replication, 'replicationId' | 'connectorName'>;
}

/** The code that finds these tells people at once, see compose-alert.ts; the incident sends no second alert. */
const toldAtOnce: ReadonlySet<FaultCondition> = new Set([
  'replication-failed',
  'needs-resync',
  'deletion-blocked',
  'table-held',
]);

/** What incidents have in common with others: one alert is enough for all of them. */
const causeOf = ({ incidentId, sharedCause }: Incident): string => sharedCause ?? incidentId;

const groupByCause = (owned: readonly OwnedIncident[]): ReadonlyMap<string, readonly OwnedIncident[]> =>
  Map.groupBy(owned, ({ incident }) => causeOf(incident));

/** One alert for each cause that has just become an incident; none for a cause of which another incident was open before. */
export const openingAlerts = (
  opened: readonly OwnedIncident[],
  openBefore: readonly Incident[],
): readonly Alert[] => {
  const known = new Set(openBefore.map(causeOf));
  return [...groupByCause(opened.filter(({ incident }) => !toldAtOnce.has(incident.condition)))]
    .filter(([cause]) => !known.has(cause))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const { condition, hop, message, since } = first.incident;
      const remedy = remedies[condition];
      return [
        compose(group, `${condition} at ${hop}`, [
          `Since ${since}: ${withoutStop(message)}.`,
          `What Millrace does: ${remedy.doing}`,
          `What to do: ${remedy.advice}`,
          `Runbook: ${runbookSectionOf(condition)}`,
        ]),
      ];
    });
};

/** One alert for each cause that is over; none as long as another incident of it is open. */
export const recoveryAlerts = (
  closed: readonly OwnedIncident[],
  openNow: readonly Incident[],
): readonly Alert[] => {
  const lasting = new Set(openNow.map(causeOf));
  return [...groupByCause(closed)]
    .filter(([cause]) => !lasting.has(cause))
    .map(([, group]) =>
      compose(
        group,
        `over: ${group[0]?.incident.condition}`,
        group.map(({ incident, replication }) => `${replication.connectorName}: ${incident.ending}`),
      ),
    );
};

const compose = (group: readonly OwnedIncident[], what: string, paragraphs: readonly string[]): Alert => {
  const names = group.map(({ replication }) => replication.connectorName);
  const [name = '', ...others] = names;
  const who = others.length === 0 ? name : `${names.length} replications`;
  return {
    subject: `Millrace: ${who}: ${what}`.slice(0, subjectMaxLength),
    message: [...paragraphs, ...(others.length === 0 ? [] : [`Replications: ${names.join(', ')}`])].join(
      '\n\n',
    ),
    replicationId: group[0]?.replication.replicationId ?? 0,
    connectorName: name,
  };
};
