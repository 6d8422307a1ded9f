import { findNotices } from '#core/alerts/find-notices.ts';
import { type FollowedIncidents, followIncidents } from '#core/alerts/follow-incidents.ts';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import { metricNames } from '#core/contracts/environment.ts';
import {
  faultConditionSchema,
  type HealthRecord,
  maxRecordedFaults,
  type OverallHealth,
} from '#core/contracts/health-record.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import type { Incident } from '#core/contracts/incident.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { launchAllowanceMs } from '#core/health/decide.ts';
import type { Fault } from '#core/health/fault.ts';
import { findLogLimitWarning } from '#core/health/find-source-faults.ts';
import { hopOfCode } from '#core/health/hop-of-error.ts';
import { heartbeatAgeMs, type Observation } from '#core/health/observation.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort, TotalsPort } from '#core/ports/metrics.ts';
import type { HealthStore, IncidentStore, OpenIncidents, ReplicationStore } from '#core/ports/state-store.ts';
import type { ConnectorObservation } from '#core/status/part-health.ts';
import { type FactsStore, readFacts } from '#core/status/read-facts.ts';
import { toHealthPoint, toHealthRecord } from '#core/status/record-health.ts';
import { unifiedStatus } from '#core/status/unified-status.ts';
import { type CheckedIncidents, type TellPeoplePorts, tellPeople } from './tell-people.ts';

export interface RecordHealthPorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    FactsStore &
    Pick<HealthStore, 'putHealth' | 'getHealth'> &
    Pick<IncidentStore, 'getOpenIncidents' | 'putIncidents'> &
    TellPeoplePorts['store'];
  readonly queue: TellPeoplePorts['queue'];
  readonly metrics: MetricsPort & TotalsPort;
  readonly log: Log;
  /** How long Kafka keeps what is captured. */
  readonly topicRetentionHours: number;
  readonly clock: Clock;
  readonly logFor: (replication: Replication) => Log;
}

/** As many as fill the calls of the state store, which answer 100 at a time. */
const parallelRecords = 200;

/** What the check has seen of a replication: its connector, or why it could not look. */
export type Seen = { readonly connector: Observation['connector'] } | { readonly failure: MillraceError };

const recordedStatuses: readonly Replication['status'][] = [
  'starting',
  'active',
  'pausing',
  'paused',
  'stopping',
  'error',
  'needs-resync',
];

/**
 * Writes the health of each replication as it is now: since when it is so, one point of its history, and what has become of its
 * incidents. People are told of those that were opened or closed, once for each cause. The totals last as long as what they count, so
 * that an alarm on them does, too.
 */
export const recordHealth = async (
  replications: readonly Replication[],
  seen: ReadonlyMap<ReplicationId, Seen>,
  ports: RecordHealthPorts,
): Promise<void> => {
  const recorded = await forEachBounded(replications, parallelRecords, async (replication) => {
    try {
      return await recordOne(replication, seen.get(replication.replicationId), ports);
    } catch (cause) {
      const error = toMillraceError(cause);
      ports.logFor(replication).warn(`Could not tell the health: ${error.message}`, { error });
      return recordSafely(replication, error, ports);
    }
  });
  const counted = recorded.filter((one) => one !== undefined);
  ports.metrics.emitTotals({
    [metricNames.replicationsFailed]: counted.filter(({ overall }) => overall === 'failed').length,
    [metricNames.replicationsDegraded]: counted.filter(({ overall }) => overall === 'degraded').length,
  });
  await tellPeople(
    counted.map(({ checked }) => checked).filter((checked) => checked !== undefined),
    ports,
  );
};

interface Recorded {
  readonly overall: OverallHealth;
  /** Undefined when another check, which ran at the same time, has recorded this minute: it tells people, too. */
  readonly checked: CheckedIncidents | undefined;
}

/** What kept the health from being told may keep this from being written, too. */
const recordSafely = async (
  replication: Replication,
  failure: MillraceError,
  ports: RecordHealthPorts,
): Promise<Recorded | undefined> => {
  try {
    return recordedStatuses.includes(replication.status)
      ? await recordFailure(replication, failure, ports)
      : undefined;
  } catch (error) {
    ports
      .logFor(replication)
      .warn('Could not record the health; this minute is missing in the history', { error });
    return undefined;
  }
};

/**
 * The minute of a replication that could not be looked at: it is not called healthy, and nothing that was at fault before is
 * called over.
 */
const recordFailure = async (
  replication: Replication,
  failure: MillraceError,
  { store, clock }: RecordHealthPorts,
): Promise<Recorded | undefined> => {
  const { replicationId } = replication;
  const now = clock.now();
  const at = now.toISOString();
  const [recorded, before] = await Promise.all([
    store.getHealth(replicationId).catch(() => undefined),
    store.getOpenIncidents(replicationId),
  ]);
  const known = recorded?.faults.find(({ condition }) => condition === 'check-failed');
  const fault = {
    condition: 'check-failed',
    hop: hopOfCode(failure.code),
    message: `The health check could not look at it: ${failure.message}`,
    since: known?.since ?? at,
    isFailure: false,
  } as const;
  const others = (recorded?.faults ?? []).filter(({ condition }) => condition !== 'check-failed');
  const overall = recorded?.overall === 'failed' ? 'failed' : 'degraded';
  await store.putHealth(
    replicationId,
    {
      at,
      overall,
      since: recorded?.overall === overall ? recorded.since : at,
      faults: [{ condition: fault.condition, hop: fault.hop, since: fault.since }, ...others].slice(
        0,
        maxRecordedFaults,
      ),
      ...(recorded?.copiesTold && { copiesTold: recorded.copiesTold }),
    },
    { at, overall, hop: fault.hop, condition: fault.condition },
  );
  const stillThere = before.incidents.flatMap(({ condition, hop, message, since }): Fault[] => {
    const known = faultConditionSchema.safeParse(condition);
    return known.success && known.data !== 'check-failed'
      ? [{ condition: known.data, hop, message, since, isFailure: false }]
      : [];
  });
  const faults = [fault, ...stillThere];
  const followed = followIncidents(before.incidents, {
    ...{ replication, overall, faults, now },
    appliedEvents: undefined,
  });
  const version = await keepOpen(replication, before, followed, store);
  return { overall, checked: version === undefined ? undefined : { ...followed, replication, version } };
};

const recordOne = async (
  { clientId, replicationId }: Replication,
  seen: Seen | undefined,
  ports: RecordHealthPorts,
): Promise<Recorded | undefined> => {
  const { store, metrics, clock, topicRetentionHours } = ports;
  // The list is eventually consistent, and the looks have taken their time.
  const replication = await store.getReplication(clientId, replicationId);
  const before = await store.getOpenIncidents(replicationId);
  const isRecorded = recordedStatuses.includes(replication.status) || isDeletionBlocked(replication);
  // A user's stop ends what was open.
  if (!isRecorded && (before.incidents.length === 0 || replication.status === 'deleting')) return undefined;
  if (isRecorded && seen !== undefined && 'failure' in seen)
    return recordFailure(replication, seen.failure, ports);
  const connector = seen !== undefined && 'connector' in seen ? seen.connector : undefined;
  // It has become active during this check, which has not looked at its connector, or there was no time for it.
  if (isCaptured(replication) && connector === undefined) return undefined;
  const stored = await readFacts(replication, ports);
  const now = clock.now();
  const status = unifiedStatus({
    replication,
    connector: toConnectorObservation(connector),
    ...stored,
    objectsAtSource: [],
    topicRetentionHours,
    now,
  });
  const point = toHealthPoint(status, now);
  const { notices, copiesTold } = isRecorded
    ? findNotices(status.tables, stored.recorded, replication.createdAt)
    : { notices: [] };
  const { overall } = status;
  const faults = [...status.faults, ...(isRecorded ? findLogLimitWarning(stored.sourceLog) : [])];
  const facts = { replication, overall, faults, notices, appliedEvents: point.appliedEvents, now };
  const followed = followIncidents(before.incidents, facts);
  const version = await keepOpen(replication, before, followed, store);
  if (version === undefined) return { overall, checked: undefined };
  if (isRecorded) {
    const record = toHealthRecord(status, heartbeatAgeMs(stored, now, launchAllowanceMs), now);
    emitFigures(replication, record, metrics);
    await store.putHealth(replicationId, { ...record, ...(copiesTold && { copiesTold }) }, point);
  }
  return { overall, checked: { ...followed, replication, version } };
};

const emitFigures = (
  { connectorName }: Replication,
  { figures }: HealthRecord,
  metrics: MetricsPort,
): void => {
  const { captureLagMs, retainedBytes, minutesToFull } = figures ?? {};
  metrics.emit(connectorName, {
    ...(captureLagMs !== undefined && { [metricNames.captureLagMs]: captureLagMs }),
    ...(retainedBytes !== undefined && { [metricNames.sourceRetainedBytes]: retainedBytes }),
    ...(minutesToFull !== undefined && { [metricNames.sourceMinutesToFull]: minutesToFull }),
  });
};

/** While a deletion is at work nothing may be written: it would stay behind. One that is blocked waits for its user. */
const isDeletionBlocked = ({ status, lastErrorMessage }: Replication): boolean =>
  status === 'deleting' && lastErrorMessage !== undefined;

/**
 * What is closed stays open until people were told of its end: a check that dies in between comes to it again. Returns the version that
 * is stored now, or undefined when another check, which ran at the same time, has recorded this minute.
 */
const keepOpen = async (
  replication: Replication,
  { incidents: before, version }: OpenIncidents,
  { open, closed }: FollowedIncidents,
  store: Pick<IncidentStore, 'putIncidents'>,
): Promise<number | undefined> =>
  before.length === 0 && open.length === 0 && closed.length === 0
    ? version
    : store.putIncidents(replication, {
        ...{ open: [...open, ...stillToTell(before, closed)], closed: [], version },
      });

/** As they were before the check; a notice is closed from its beginning. */
const stillToTell = (before: readonly Incident[], closed: readonly Incident[]): readonly Incident[] =>
  closed.map((incident) => before.find(({ incidentId }) => incidentId === incident.incidentId) ?? incident);

const toConnectorObservation = (connector: Observation['connector'] | undefined): ConnectorObservation =>
  connector?.kind === 'seen' ? connector.value : (connector?.kind ?? 'unknown');
