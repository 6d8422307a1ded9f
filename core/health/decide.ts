import { classifyTrace, failureTrace } from '../capture/connector-failures.ts';
import { heartbeatStaleAfterMs } from '../contracts/consumer.ts';
import type { Placement, Replication } from '../contracts/replication.ts';
import { type ErrorCode, toErrorCode } from '../errors/error-policies.ts';
import { isEnding } from '../lifecycle/launch-consumer.ts';
import type { ConnectorStatus } from '../ports/services.ts';
import type { HealAttempt } from '../ports/state-store.ts';
import { type ConsumerObservation, heartbeatAgeMs, type Observation } from './observation.ts';

export type HealAction =
  | { readonly kind: 'resume-connector'; readonly reason: string }
  | { readonly kind: 'restart-connector'; readonly reason: string }
  /** The same as often as it takes: the source is away. */
  | { readonly kind: 'retry-connector'; readonly reason: string }
  | { readonly kind: 'recreate-connector'; readonly reason: string }
  | { readonly kind: 'pause-connector'; readonly reason: string }
  | { readonly kind: 'resume-rows-connector'; readonly reason: string }
  | { readonly kind: 'restart-rows-connector'; readonly reason: string }
  | { readonly kind: 'restart-consumer'; readonly reason: string }
  /** A deployment has brought another image: see update-consumers.ts. */
  | { readonly kind: 'update-consumer'; readonly reason: string }
  /** To a task of its own, or back: see move-consumers.ts. */
  | { readonly kind: 'move-consumer'; readonly to: Placement; readonly reason: string }
  | { readonly kind: 'stop-consumer'; readonly reason: string }
  /** Gives up: the replication's status becomes error or needs-resync, with one alert. */
  | {
      readonly kind: 'escalate';
      readonly status: 'error' | 'needs-resync';
      readonly code: ErrorCode;
      readonly reason: string;
    };

/** What the user asked for. */
export type Desired = Pick<Replication, 'desired' | 'status' | 'statusSince'>;

/**
 * Five attempts within half an hour. With a check each minute a thing that keeps failing is given up after about five
 * minutes, whereas one that fails now and then, say after each nightly failover, is healed forever.
 */
export const healLimit = 5;
export const healWindowMs = 30 * 60_000;

/**
 * A container's image is pulled and started in half a minute, rarely in more than a minute. It may take as long as a
 * heartbeat may be late.
 */
export const launchAllowanceMs = heartbeatStaleAfterMs;

/** Between setting status=starting and the execution's being there, the API makes two calls. */
const executionGraceMs = 60_000;

const escalate = (code: ErrorCode, reason: string): HealAction => ({
  kind: 'escalate',
  status: code === 'NeedsResync' ? 'needs-resync' : 'error',
  code,
  reason,
});

/**
 * What to do about a replication, from what is wanted and what is seen. Pure: the same input gives the same actions.
 * What could not be seen (`unknown`) leads to no action, and a thing that was told to end is never revived.
 */
export const decide = (
  desired: Desired,
  observation: Observation,
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  // Deletions, pauses and stops that are under way are watched by monitor-health.
  if (desired.status === 'deleting' || desired.status === 'pausing' || desired.status === 'stopping')
    return [];
  if (desired.desired === 'stopped') return decideStopped(observation);
  switch (desired.status) {
    case 'starting': {
      const starting = decideStarting(desired, observation.execution, now);
      return starting.length > 0 ? starting : decideRowsConnector(observation.rowsConnector, history, now);
    }
    case 'active': {
      const actions = [
        ...decideConnector(observation.connector, history, now),
        ...decideRowsConnector(observation.rowsConnector, history, now),
        ...decideConsumer(observation.consumer, history, now),
      ];
      // Healing gives up as a whole; healing the other half at the same time would contradict the alert.
      const givingUp = actions.find(({ kind }) => kind === 'escalate');
      return givingUp === undefined ? actions : [givingUp];
    }
    case 'paused':
      return [
        ...decideConnector(observation.connector, history, now),
        ...decideEnded(observation.consumer, 'paused'),
      ];
    case 'configured':
    case 'stopped':
    case 'error':
    case 'needs-resync':
      return [];
  }
};

/** What a look at the source found to be lost, in words. It is taken less often than the checks of every minute. */
export const decideLoss = (desired: Desired, lost: string | undefined): readonly HealAction[] =>
  desired.desired === 'running' && desired.status === 'active' && lost !== undefined
    ? [escalate('NeedsResync', `Changes were lost: ${lost}.`)]
    : [];

/** The consumer's half alone, for the check that looks at heartbeats only. */
export const decideHeartbeat = (
  desired: Desired,
  consumer: ConsumerObservation,
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] =>
  desired.desired === 'running' && desired.status === 'active' ? decideConsumer(consumer, history, now) : [];

const attemptsOf = (kind: HealAction['kind'], history: readonly HealAttempt[], now: Date): number =>
  history.filter(({ action, at }) => action === kind && now.getTime() - Date.parse(at) <= healWindowMs)
    .length;

/** A bounded action: gives up instead once it was tried `healLimit` times within `healWindowMs`. */
const bounded = (
  action: HealAction & { readonly kind: 'restart-connector' | 'recreate-connector' | 'restart-consumer' },
  code: ErrorCode,
  history: readonly HealAttempt[],
  now: Date,
): HealAction => {
  const attempts = attemptsOf(action.kind, history, now);
  return attempts < healLimit
    ? action
    : escalate(
        code,
        `${action.reason} It was tried ${attempts} times within ${healWindowMs / 60_000} minutes (${action.kind}).`,
      );
};

const decideConnector = (
  connector: Observation['connector'],
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  switch (connector.kind) {
    case 'unknown':
      return [];
    case 'missing':
      return [
        bounded(
          { kind: 'recreate-connector', reason: 'The connector was deleted.' },
          'CaptureFailed',
          history,
          now,
        ),
      ];
    case 'seen':
      return decideSeenConnector(connector.value, history, now);
  }
};

const decideSeenConnector = (
  connector: ConnectorStatus,
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  switch (connector.state) {
    case 'PAUSED':
    case 'STOPPED':
      // Unbounded: someone who pauses it again and again is answered again and again; a user's way is to stop.
      return [{ kind: 'resume-connector', reason: `The connector was ${connector.state}.` }];
    case 'UNASSIGNED':
    case 'RESTARTING':
      // Connect is at work; it assigns connectors by itself once a worker is there.
      return [];
    case 'FAILED':
    case 'RUNNING': {
      const trace = failureTrace(connector);
      if (trace === undefined) return [];
      const { cure, summary } = classifyTrace(trace);
      switch (cure) {
        case 'needs-resync':
          return [escalate('NeedsResync', `Capture cannot go on: ${summary}`)];
        case 'fix':
          return [escalate('CaptureFailed', `Capture failed and a restart cannot cure it: ${summary}`)];
        case 'retry':
          return [{ kind: 'retry-connector', reason: `Capture failed: ${summary}` }];
        case 'restart':
          return [
            bounded(
              { kind: 'restart-connector', reason: `Capture failed: ${summary}` },
              'CaptureFailed',
              history,
              now,
            ),
          ];
      }
    }
  }
};

/**
 * The copy waits for the answers of this connector. One that is not there is left alone: the plan of the copy creates it, and the end of the
 * copy stops and deletes it, so `STOPPED` may be its last moment as well. What healing does not cure ends the copy with its own error.
 */
const decideRowsConnector = (
  connector: Observation['rowsConnector'],
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  if (connector.kind !== 'seen') return [];
  if (connector.value.state === 'PAUSED') {
    return [
      { kind: 'resume-rows-connector', reason: 'The connector that reads the rows of the copy was PAUSED.' },
    ];
  }
  const trace = failureTrace(connector.value);
  if (trace === undefined || attemptsOf('restart-rows-connector', history, now) >= healLimit) return [];
  return [
    {
      kind: 'restart-rows-connector',
      reason: `The connector that reads the rows of the copy failed: ${classifyTrace(trace).summary}`,
    },
  ];
};

const decideConsumer = (
  consumer: ConsumerObservation,
  history: readonly HealAttempt[],
  now: Date,
): readonly HealAction[] => {
  const restart = (reason: string): readonly HealAction[] => [
    bounded({ kind: 'restart-consumer', reason }, 'TaskLaunchFailed', history, now),
  ];
  const { launch, heartbeat, task } = consumer;
  if (launch === undefined) return restart('There is no consumer.');

  // It has stopped itself for a reason that a restart cannot change; normally it has said so in the status, too.
  if (heartbeat?.launchId === launch.launchId && heartbeat.state === 'ERROR') {
    return [
      escalate(
        toErrorCode(heartbeat.errorCode),
        `The consumer has stopped: ${heartbeat.errorMessage ?? 'it gave no message'}`,
      ),
    ];
  }
  if (task.kind === 'seen' && isEnding(task.value)) {
    const { exitCode, stoppedReason } = task.value;
    const exit = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
    return restart(
      `The consumer's task has ended${exit}${stoppedReason === undefined ? '' : ` (${stoppedReason})`}.`,
    );
  }
  if (heartbeat?.launchId === launch.launchId && heartbeat.state === 'STOPPED') {
    return restart('The consumer was told to end, though not by Millrace.');
  }
  const ageMs = heartbeatAgeMs(consumer, now, launchAllowanceMs) ?? 0;
  if (ageMs > heartbeatStaleAfterMs) {
    return restart(`The consumer has not been heard of for ${Math.round(ageMs / 1_000)} s.`);
  }
  return [];
};

const decideStarting = (
  { statusSince }: Desired,
  execution: Observation['execution'],
  now: Date,
): readonly HealAction[] => {
  if (execution.kind === 'unknown') return [];
  if (execution.kind === 'seen' && execution.value === 'RUNNING') return [];
  // A start that has just been asked for has no execution yet, and one that has just ended is about to say so.
  if (now.getTime() - Date.parse(statusSince) < executionGraceMs) return [];
  return [
    escalate(
      'StartInterrupted',
      execution.kind === 'missing'
        ? 'The start was never carried out: there is no execution of it.'
        : `The start ended (${execution.value}) without saying so.`,
    ),
  ];
};

/** A user's stop or pause wins: what still runs is told again. */
const decideStopped = ({ connector, consumer }: Observation): readonly HealAction[] => {
  const actions: HealAction[] = [];
  if (connector.kind === 'seen' && connector.value.state === 'RUNNING') {
    actions.push({
      kind: 'pause-connector',
      reason: 'The connector ran although the replication is stopped.',
    });
  }
  return [...actions, ...decideEnded(consumer, 'stopped')];
};

const decideEnded = ({ task }: ConsumerObservation, status: 'paused' | 'stopped'): readonly HealAction[] =>
  task.kind === 'seen' && !isEnding(task.value)
    ? [{ kind: 'stop-consumer', reason: `The consumer ran although the replication is ${status}.` }]
    : [];
