import type { HealthPoint } from '../contracts/health-record.ts';
import { placementOf, type Replication } from '../contracts/replication.ts';
import type { HealAttempt } from '../ports/state-store.ts';
import type { HealAction } from './decide.ts';
import type { ConsumerObservation } from './observation.ts';

/*
 * Pooled replications that are not quiet get a task of their own, by themselves, and come back when they have been quiet for long. The
 * two limits are far apart, and so are the two times, so that nothing is moved to and fro.
 */

/** A consumer in a pool applies thousands a second for a moment; for longer it takes from the others. */
const busyEventsPerSecond = 200;
/** Behind by so much although it works: the pool task has no time for it. */
const busyLagMs = 60_000;
const busyMinutes = 3;

const quietEventsPerSecond = 50;
const quietLagMs = 10_000;
const quietMinutes = 30;

/** A pool task dies with all that it holds. What has died so often in half an hour runs alone from then on, until it is known to be harmless. */
const mostRestarts = 3;

/** A move out is a launch on Fargate, and a start reads the offsets and the shapes of all tables. */
export const movesAtOnce = 20;

/** How much of its history `decideMove` looks at. */
export const moveHistoryMs = (replication: Pick<Replication, 'consumer'>): number =>
  (placementOf(replication) === 'pooled' ? busyMinutes + 1 : quietMinutes + 2) * 60_000;

const isMovable = ({ status, desired, tableChange, consumer }: Replication): boolean =>
  consumer?.placement === 'pooled' &&
  status === 'active' &&
  desired === 'running' &&
  tableChange?.state !== 'running';

/** Whether `decideMove` can come to something, without the history. */
export const mayMove = (replication: Replication, { launch, heartbeat }: ConsumerObservation): boolean =>
  isMovable(replication) &&
  launch !== undefined &&
  heartbeat?.launchId === launch.launchId &&
  // One that waits for its target is no faster elsewhere.
  heartbeat.state === 'RUNNING';

interface Minute {
  readonly eventsPerSecond: number;
  readonly lagMs: number | undefined;
}

/** What it did from each point to the next; a point without the figures is left out. */
const minutesOf = (points: readonly HealthPoint[]): readonly Minute[] =>
  points.slice(1).flatMap((point, index) => {
    const before = points[index];
    if (before?.appliedEvents === undefined || point.appliedEvents === undefined) return [];
    const seconds = (Date.parse(point.at) - Date.parse(before.at)) / 1000;
    if (seconds <= 0) return [];
    return [
      {
        eventsPerSecond: Math.max(0, point.appliedEvents - before.appliedEvents) / seconds,
        lagMs: point.applyLagMs,
      },
    ];
  });

const isBusy = ({ eventsPerSecond, lagMs = 0 }: Minute): boolean =>
  eventsPerSecond > busyEventsPerSecond || lagMs > busyLagMs;

const isQuiet = ({ eventsPerSecond, lagMs = 0 }: Minute): boolean =>
  eventsPerSecond < quietEventsPerSecond && lagMs < quietLagMs;

/**
 * Where its consumer should be, by what the health checks have measured and healed. `history` is of `moveHistoryMs`, oldest first; `attempts`
 * are those of `healWindowMs`.
 */
export const decideMove = (
  replication: Replication,
  consumer: ConsumerObservation,
  history: readonly HealthPoint[],
  attempts: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  if (!mayMove(replication, consumer)) return [];
  const restarts = attempts.filter(({ action }) => action === 'restart-consumer').length;
  if (placementOf(replication) === 'pooled' && restarts >= mostRestarts)
    return [
      {
        kind: 'move-consumer',
        to: 'own',
        reason: `Its consumer has ended ${restarts} times within half an hour, and may have ended others with it.`,
      },
    ];
  const minutes = minutesOf(history);
  if (placementOf(replication) === 'pooled') {
    const recent = minutes.slice(-busyMinutes);
    if (recent.length < busyMinutes || !recent.every(isBusy)) return [];
    const rate = Math.round(Math.max(...recent.map(({ eventsPerSecond }) => eventsPerSecond)));
    const lagMs = Math.max(...recent.map((minute) => minute.lagMs ?? 0));
    return [
      {
        kind: 'move-consumer',
        to: 'own',
        reason: `It was not quiet for ${busyMinutes} minutes: up to ${rate} changes a second, ${Math.round(lagMs / 1000)} s behind.`,
      },
    ];
  }
  const since = replication.consumer?.movedOut?.since;
  const isLongEnough = since !== undefined && now.getTime() - Date.parse(since) >= quietMinutes * 60_000;
  // A minute without a check may be missing now and then.
  if (!isLongEnough || minutes.length < quietMinutes - 3 || !minutes.every(isQuiet)) return [];
  return [
    {
      kind: 'move-consumer',
      to: 'pooled',
      reason: `It was quiet for ${quietMinutes} minutes: below ${quietEventsPerSecond} changes a second.`,
    },
  ];
};
