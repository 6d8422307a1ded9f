import type { Heartbeat } from '../contracts/consumer.ts';
import type { ConnectorStatus, TaskObservation } from '../ports/services.ts';
import type { ConsumerLaunch } from '../ports/state-store.ts';

/**
 * What a look at the outside gave. `unknown`: the service did not answer, which says nothing about the thing itself.
 * `missing`: the service says that there is no such thing.
 */
export type Observed<T> =
  | { readonly kind: 'seen'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

export interface ConsumerObservation {
  /** The launch on record, or undefined when none was ever recorded. */
  readonly launch: ConsumerLaunch | undefined;
  readonly heartbeat: Heartbeat | undefined;
  /** The launch's task as ECS describes it; `missing` also when the launch has no task yet. */
  readonly task: Observed<TaskObservation>;
}

export interface Observation {
  readonly connector: Observed<ConnectorStatus>;
  /** The connector that reads the rows of a copy through Kafka; only looked at while there may be one. */
  readonly rowsConnector: Observed<ConnectorStatus>;
  readonly consumer: ConsumerObservation;
  /** The execution of the replication's current start; only looked at while it is starting. */
  readonly execution: Observed<'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'>;
}

/**
 * Milliseconds by which the consumer's clock differs from the launcher's, as far as it can be told: a consumer cannot
 * have begun before it was launched, nor much later, since a launch without a heartbeat is replaced.
 */
export const clockSkewMs = (
  launch: ConsumerLaunch,
  heartbeat: Heartbeat,
  launchAllowanceMs: number,
): number => {
  const startedAfterMs = Date.parse(heartbeat.startedAt) - Date.parse(launch.launchedAt);
  if (startedAfterMs < 0) return startedAfterMs;
  return Math.max(0, startedAfterMs - launchAllowanceMs);
};

/**
 * Milliseconds since the consumer was last heard of: since the last heartbeat of the current launch, or since the
 * launch when it has not spoken yet. Never negative, so that a clock that is ahead counts as fresh. Undefined
 * without a launch.
 */
export const heartbeatAgeMs = (
  { launch, heartbeat }: Pick<ConsumerObservation, 'launch' | 'heartbeat'>,
  now: Date,
  launchAllowanceMs: number,
): number | undefined => {
  if (launch === undefined) return undefined;
  const heardAtMs =
    heartbeat?.launchId === launch.launchId
      ? Date.parse(heartbeat.beatAt) - clockSkewMs(launch, heartbeat, launchAllowanceMs)
      : Date.parse(launch.launchedAt);
  return Math.max(0, now.getTime() - heardAtMs);
};
