import type { FaultCondition, OverallHealth } from '../contracts/health-record.ts';
import type { Incident } from '../contracts/incident.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Fault } from '../health/fault.ts';
import { durationOf } from '../naming/amount-of.ts';
import { countOf } from '../naming/count-of.ts';

const second = 1_000;
const minute = 60 * second;

/**
 * How long a condition lasts before somebody is told. What heals by itself within its time is in the history only: the consumer's
 * first five pauses make 62 s, and healing has restarted what it can within three minutes.
 */
const holdMs: Readonly<Record<FaultCondition, number>> = {
  'replication-failed': 0,
  'needs-resync': 0,
  'deletion-blocked': 0,
  'ending-stuck': 0,
  'pause-running-out': 0,
  'credentials-refused': 0,
  'source-unreachable': 2 * minute,
  'source-unreadable': 2 * minute,
  'source-not-watched': 0,
  'connect-silent': 3 * minute,
  'connector-missing': 3 * minute,
  'connector-failed': 5 * minute,
  'connector-paused': 3 * minute,
  'connector-not-running': 5 * minute,
  'capture-not-reading': 2 * minute,
  'capture-stalled': 2 * minute,
  'capture-behind': 5 * minute,
  'capture-unknown': 5 * minute,
  'source-log-limit': 0,
  'consumer-retrying': 62 * second,
  'consumer-ended': 3 * minute,
  'consumer-silent': 5 * minute,
  'consumer-starting': 5 * minute,
  'lag-unknown': 5 * minute,
  'target-behind': 5 * minute,
  'table-held': 0,
  'dead-letters': 0,
  'table-skipped': 0,
  'table-change-failed': 0,
  'check-failed': 3 * minute,
};

/** What comes back within so long was never over. With a check a minute it has to be missing twice. */
const overAfterMs = 50 * second;

export interface IncidentFacts {
  readonly replication: Pick<Replication, 'replicationId' | 'sourceDatabaseId' | 'targetDatabaseId'>;
  readonly overall: OverallHealth;
  readonly faults: readonly Fault[];
  /** Changes applied since the replication was created; undefined when that is not known. */
  readonly appliedEvents: number | undefined;
  readonly now: Date;
}

export interface FollowedIncidents {
  /** Those that are open now. */
  readonly open: readonly Incident[];
  readonly opened: readonly Incident[];
  readonly closed: readonly Incident[];
}

/** What becomes of a replication's open incidents by what is at fault now: opened after a hold time, updated in place, closed. */
export const followIncidents = (before: readonly Incident[], facts: IncidentFacts): FollowedIncidents => {
  const { faults, now } = facts;
  const first = new Map<FaultCondition, Fault>();
  for (const fault of faults) if (!first.has(fault.condition)) first.set(fault.condition, fault);
  const known = new Set(before.map(({ condition }) => condition));
  const opened = [...first.values()]
    .filter((fault) => !known.has(fault.condition) && isHeld(fault, now))
    .map((fault) => open(fault, facts));
  const followed = before.map((incident) => follow(incident, first.get(incident.condition), facts));
  return {
    open: [...followed.filter(({ closedAt }) => closedAt === undefined), ...opened],
    opened,
    closed: followed.filter(({ closedAt }) => closedAt !== undefined),
  };
};

const isHeld = ({ condition, since }: Fault, now: Date): boolean =>
  now.getTime() - Date.parse(since ?? now.toISOString()) >= holdMs[condition];

const open = (fault: Fault, { replication, appliedEvents, now }: IncidentFacts): Incident => {
  const { condition, hop, message } = fault;
  const { replicationId } = replication;
  const at = now.toISOString();
  const sharedCause = sharedCauseOf(fault, replication);
  return {
    incidentId: `${replicationId}-${condition}-${at}`,
    replicationId,
    condition,
    hop,
    message,
    since: fault.since ?? at,
    openedAt: at,
    updatedAt: at,
    ...(appliedEvents !== undefined && { appliedAtOpening: appliedEvents }),
    ...(sharedCause !== undefined && { sharedCause }),
  };
};

/** What is at fault for every replication that uses it. */
const sharedCauseOf = (
  { condition, hop }: Fault,
  { sourceDatabaseId, targetDatabaseId }: IncidentFacts['replication'],
): string | undefined => {
  switch (condition) {
    case 'connect-silent':
    case 'source-not-watched':
      return condition;
    case 'source-unreachable':
    case 'credentials-refused':
      return `${condition} database ${sourceDatabaseId}`;
    case 'lag-unknown':
      return 'consumer-retrying kafka';
    case 'consumer-retrying':
      if (hop === 'kafka') return `${condition} kafka`;
      return hop === 'target' ? `${condition} database ${targetDatabaseId}` : undefined;
    default:
      return undefined;
  }
};

const follow = (incident: Incident, fault: Fault | undefined, facts: IncidentFacts): Incident => {
  const { overall, now } = facts;
  const at = now.toISOString();
  const { goneSince, ...rest } = incident;
  if (fault !== undefined) return { ...rest, hop: fault.hop, message: fault.message, updatedAt: at };
  const isWanted = overall === 'stopped' || overall === 'paused';
  const gone = goneSince ?? at;
  if (!isWanted && now.getTime() - Date.parse(gone) < overAfterMs) return { ...rest, goneSince: gone };
  return { ...rest, updatedAt: at, closedAt: at, ending: describeEnding(incident, gone, isWanted, facts) };
};

const describeEnding = (
  { since, appliedAtOpening }: Incident,
  gone: string,
  isWanted: boolean,
  { overall, appliedEvents }: IncidentFacts,
): string => {
  const lasted = durationOf(Date.parse(gone) - Date.parse(since));
  if (isWanted) return `The replication was ${overall} by a user after ${lasted}.`;
  if (appliedEvents === undefined || appliedAtOpening === undefined) return `Recovered after ${lasted}.`;
  const caughtUp = Math.max(0, appliedEvents - appliedAtOpening);
  return `Recovered after ${lasted}, ${countOf(caughtUp, 'change')} caught up.`;
};
