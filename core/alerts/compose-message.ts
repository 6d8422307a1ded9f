import type { AlertEvent, AlertMessage } from '../contracts/alerting.ts';
import { faultConditionSchema } from '../contracts/health-record.ts';
import { type Incident, type Severity, severities } from '../contracts/incident.ts';
import type { Replication } from '../contracts/replication.ts';
import { remedies, runbookSectionOf } from '../health/fault.ts';
import { withoutStop } from '../health/find-source-faults.ts';
import { subjectMaxLength } from './compose-alert.ts';

/** An incident with the replication that it is of. */
export interface OwnedIncident {
  readonly incident: Incident;
  readonly replication: Pick<Replication, 'replicationId' | 'clientId' | 'connectorName'>;
}

/** At least one, all of one cause. */
export type IncidentGroup = readonly [OwnedIncident, ...OwnedIncident[]];

/** Beyond these an alert has only their number: SNS, Slack and the state table all have limits. */
export const maxNamedReplications = 50;

/** What people are told of incidents that have one cause. Pure. */
export const composeMessage = (event: Exclude<AlertEvent, 'test'>, group: IncidentGroup): AlertMessage => {
  const [{ incident }] = group;
  const { condition, hop } = incident;
  return {
    event,
    severity: highest(group),
    condition,
    hop,
    subject: `Millrace: ${whose(group)}: ${headline(event, incident)}`.slice(0, subjectMaxLength),
    text: [...paragraphs(event, group), ...listOfReplications(group)].join('\n\n'),
    since: group.map((one) => one.incident.since).toSorted()[0] ?? incident.since,
    runbook: runbookSectionOf(condition),
    incidents: group
      .slice(0, maxNamedReplications)
      .map(
        ({ incident: { incidentId, ending }, replication: { clientId, replicationId, connectorName } }) => ({
          incidentId,
          clientId,
          replicationId,
          connectorName,
          ...(ending !== undefined && { ending }),
        }),
      ),
  };
};

const highest = (group: IncidentGroup): Severity =>
  severities.findLast((severity) => group.some(({ incident }) => incident.severity === severity)) ?? 'info';

const whose = (group: IncidentGroup): string =>
  group.length === 1 ? group[0].replication.connectorName : `${group.length} replications`;

const headline = (event: Exclude<AlertEvent, 'test'>, { condition, hop, level }: Incident): string => {
  switch (event) {
    case 'opened':
      return `${condition} at ${hop}`;
    case 'worse':
      return `${condition} at ${hop} has reached ${level} %`;
    case 'closed':
      return `over: ${condition}`;
    case 'done':
      return condition;
  }
};

const paragraphs = (event: Exclude<AlertEvent, 'test'>, group: IncidentGroup): readonly string[] => {
  if (event === 'closed' || event === 'done') {
    return group
      .slice(0, maxNamedReplications)
      .map(({ incident, replication }) => `${replication.connectorName}: ${incident.ending}`);
  }
  const [{ incident }] = group;
  const fault = faultConditionSchema.safeParse(incident.condition);
  const remedy = fault.success ? remedies[fault.data] : undefined;
  return [
    `Since ${incident.since}: ${withoutStop(incident.message)}.`,
    ...(remedy === undefined ? [] : [`What Millrace does: ${remedy.doing}`, `What to do: ${remedy.advice}`]),
    `Runbook: ${runbookSectionOf(incident.condition)}`,
  ];
};

const listOfReplications = (group: IncidentGroup): readonly string[] => {
  if (group.length === 1) return [];
  const names = group.slice(0, maxNamedReplications).map(({ replication }) => replication.connectorName);
  const more = group.length - names.length;
  return [`Replications: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
};
