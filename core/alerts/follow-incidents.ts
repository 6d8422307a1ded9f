import type { FaultCondition, OverallHealth } from '../contracts/health-record.ts';
import { type Incident, type IncidentCondition, incidentConditionSchema } from '../contracts/incident.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Fault } from '../health/fault.ts';
import { durationOf } from '../naming/amount-of.ts';
import { countOf } from '../naming/count-of.ts';
import type { Notice } from './find-notices.ts';
import { severityOf } from './severity-of.ts';

const second = 1_000;
const minute = 60 * second;

/**
 * How long a condition lasts before people are told. What heals by itself within its time is in the history only: the consumer's
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
  'schema-change-waiting': 0,
  'dead-letters': 0,
  'table-skipped': 0,
  'table-change-failed': 0,
  // A key often comes with the statement after CREATE TABLE.
  'new-tables': 2 * minute,
  'check-failed': 3 * minute,
};

/** A replication has them until it is active again. */
const endings: ReadonlySet<IncidentCondition> = new Set(['replication-failed', 'needs-resync']);

/** What comes back within so long was never over. With a check a minute it has to be missing twice. */
const overAfterMs = 50 * second;

export interface IncidentFacts {
  readonly replication: Pick<Replication, 'replicationId' | 'sourceDatabaseId' | 'targetDatabaseId'>;
  readonly overall: OverallHealth;
  /** With what is only a warning. */
  readonly faults: readonly Fault[];
  /** What has ended well since the check before. */
  readonly notices?: readonly Notice[];
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
  const { faults, notices = [], now } = facts;
  const first = new Map<IncidentCondition, Fault>();
  for (const fault of faults) if (!first.has(fault.condition)) first.set(fault.condition, fault);
  const known = new Set(before.map(({ condition }) => condition));
  const opened = [...first.values()]
    .filter((fault) => !known.has(fault.condition) && isHeld(fault, now))
    .map((fault) => open(fault, facts));
  const followed = before.map((incident) => follow(incident, first.get(incident.condition), facts));
  return {
    open: [...followed.filter(({ closedAt }) => closedAt === undefined), ...opened],
    opened,
    closed: [
      ...followed.filter(({ closedAt }) => closedAt !== undefined),
      ...notices.map((notice) => openAndClose(notice, facts)),
    ],
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
    incidentId: incidentIdOf(replicationId, condition, at),
    replicationId,
    condition,
    severity: severityOf(fault),
    hop,
    message,
    ...(fault.level !== undefined && { level: fault.level }),
    since: fault.since ?? at,
    openedAt: at,
    updatedAt: at,
    ...(appliedEvents !== undefined && { appliedAtOpening: appliedEvents }),
    ...(sharedCause !== undefined && { sharedCause }),
  };
};

const openAndClose = (
  { condition, message, since }: Notice,
  { replication: { replicationId }, appliedEvents, now }: IncidentFacts,
): Incident => {
  const at = now.toISOString();
  return {
    incidentId: incidentIdOf(replicationId, condition, at),
    replicationId,
    condition,
    severity: 'info',
    hop: 'target',
    message,
    since,
    openedAt: at,
    updatedAt: at,
    appliedAtOpening: appliedEvents,
    closedAt: at,
    ending: `${message}.`,
  };
};

const incidentIdOf = (replicationId: number, condition: IncidentCondition, openedAt: string): string =>
  `${replicationId}-${condition}-${openedAt}`;

/** The parts of an incident's id, or undefined when no incident has such a one. */
export const parseIncidentId = (
  incidentId: string,
): Pick<Incident, 'replicationId' | 'condition' | 'openedAt'> | undefined => {
  const [, replicationId, name, openedAt] =
    /^([1-9]\d{0,14})-([a-z-]+)-(\d{4}-\d\d-\d\dT[\d:.]+Z)$/.exec(incidentId) ?? [];
  const condition = incidentConditionSchema.safeParse(name);
  return condition.success && openedAt !== undefined
    ? { replicationId: Number(replicationId), condition: condition.data, openedAt }
    : undefined;
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
  // A notice of a check that died before people were told.
  if (incident.closedAt !== undefined) return incident;
  const at = now.toISOString();
  const { goneSince, ...rest } = incident;
  if (fault !== undefined) return updated(rest, fault, at);
  // A start that is under way may fail as the one before.
  if (overall === 'starting' && endings.has(incident.condition)) return incident;
  const isWanted = overall === 'stopped' || overall === 'paused';
  const gone = goneSince ?? at;
  if (!isWanted && now.getTime() - Date.parse(gone) < overAfterMs) return { ...rest, goneSince: gone };
  return { ...rest, updatedAt: at, closedAt: at, ending: describeEnding(incident, gone, isWanted, facts) };
};

/** One that gets worse by steps is told again at each higher one. */
const updated = (
  { toldAt, ...incident }: Omit<Incident, 'goneSince'>,
  fault: Fault,
  at: string,
): Incident => {
  const { hop, message } = fault;
  const { level = 0, severity } = incident;
  const isWorse = (fault.level ?? 0) > level;
  return {
    ...incident,
    hop,
    message,
    updatedAt: at,
    severity: isWorse ? severityOf(fault) : severity,
    ...(isWorse && { level: fault.level }),
    ...(!isWorse && toldAt !== undefined && { toldAt }),
  };
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
