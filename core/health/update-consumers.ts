import { type ConsumerState, heartbeatStaleAfterMs } from '../contracts/consumer.ts';
import type { Replication } from '../contracts/replication.ts';
import { revisionOf } from '../contracts/task-revision.ts';
import { isEnding } from '../lifecycle/launch-consumer.ts';
import { type HealAction, launchAllowanceMs } from './decide.ts';
import { type ConsumerObservation, heartbeatAgeMs } from './observation.ts';

/** A replication with what the check has just seen of its consumer. */
export interface SeenConsumer {
  readonly replication: Replication;
  readonly consumer: ConsumerObservation;
}

export interface ChosenUpdates {
  readonly replications: readonly Replication[];
  /** Why nothing is updated although consumers are outdated. */
  readonly waitsFor?: string;
}

/**
 * A start of a consumer reads the offsets and the shapes of all its tables, and each run has its own. At one run a minute, 1,000
 * consumers are updated within the hour.
 */
export const updatesAtOnce = 20;

/** Undefined for a consumer whose task does not run or does not say its revision. */
const runningRevision = ({ launch, task }: ConsumerObservation): number | undefined =>
  launch !== undefined &&
  task.kind === 'seen' &&
  !isEnding(task.value) &&
  task.value.taskDefinition !== undefined
    ? revisionOf(task.value.taskDefinition)
    : undefined;

const isInState = (consumer: ConsumerObservation, states: readonly ConsumerState[], now: Date): boolean =>
  consumer.heartbeat !== undefined &&
  consumer.heartbeat.launchId === consumer.launch?.launchId &&
  states.includes(consumer.heartbeat.state) &&
  (heartbeatAgeMs(consumer, now, launchAllowanceMs) ?? Number.POSITIVE_INFINITY) <= heartbeatStaleAfterMs;

const isAtWork = (consumer: ConsumerObservation, now: Date): boolean => isInState(consumer, ['RUNNING'], now);

/** One whose target is away works as it should, and may be in that state for days. */
const hasBegun = (consumer: ConsumerObservation, now: Date): boolean =>
  isInState(consumer, ['RUNNING', 'RETRYING'], now);

const isWanted = ({ status, desired, tableChange }: Replication): boolean =>
  status === 'active' && desired === 'running' && tableChange === undefined;

/**
 * Which consumers get the newest revision of the task definition now: a new image comes with a deployment, and running tasks keep
 * theirs. One at first, then as many as run it already, so that an image that does not work stops one replication and not all of
 * them. None while one that has it is not at work yet, or while a replication stands still because its consumer could not be started.
 */
export const chooseUpdates = (
  all: readonly Replication[],
  seen: readonly SeenConsumer[],
  newestRevision: number,
  now: Date,
): ChosenUpdates => {
  const running = seen
    .filter(({ replication }) => isWanted(replication))
    .map((one) => ({ ...one, revision: runningRevision(one.consumer) }));
  // During a deployment there are newer revisions than the one that this function knows.
  const updated = running.filter(({ revision }) => revision !== undefined && revision >= newestRevision);
  const outdated = running.filter(
    ({ revision, consumer }) =>
      revision !== undefined && revision < newestRevision && isAtWork(consumer, now),
  );
  if (outdated.length === 0) return { replications: [] };

  const failed = all.find(
    ({ status, lastErrorCode }) => status === 'error' && lastErrorCode === 'TaskLaunchFailed',
  );
  if (failed !== undefined)
    return {
      replications: [],
      waitsFor: `replication ${failed.replicationId}, whose consumer could not be started`,
    };
  const working = updated.filter(({ consumer }) => isAtWork(consumer, now));
  // Of those that run the new image, at least one must be at work, and each must have begun.
  const beginning =
    updated.find(({ consumer }) => !hasBegun(consumer, now)) ??
    (working.length === 0 ? updated[0] : undefined);
  if (beginning !== undefined)
    return {
      replications: [],
      waitsFor: `the updated consumer of replication ${beginning.replication.replicationId}, which is not at work yet`,
    };
  const count = Math.min(updatesAtOnce, Math.max(1, working.length));
  return { replications: outdated.slice(0, count).map(({ replication }) => replication) };
};

/** Looked at once more under the lease: what was seen before it may be over. */
export const decideUpdate = (
  replication: Replication,
  consumer: ConsumerObservation,
  newestRevision: number,
  now: Date,
): readonly HealAction[] => {
  const revision = runningRevision(consumer);
  return isWanted(replication) &&
    revision !== undefined &&
    revision < newestRevision &&
    isAtWork(consumer, now)
    ? [
        {
          kind: 'update-consumer',
          reason: `The consumer ran revision ${revision} of the task definition; the newest is ${newestRevision}.`,
        },
      ]
    : [];
};
