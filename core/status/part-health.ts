import { type Heartbeat, heartbeatStaleAfterMs } from '../contracts/consumer.ts';
import type { Replication } from '../contracts/replication.ts';
import { launchAllowanceMs } from '../health/decide.ts';
import { heartbeatAgeMs } from '../health/observation.ts';
import type { ConnectorState, ConnectorStatus } from '../ports/services.ts';
import type { ConsumerLaunch } from '../ports/state-store.ts';

/** What Kafka Connect said of the connector: `missing` when it has none of that name, `unknown` when it did not answer. */
export type ConnectorObservation = ConnectorStatus | 'missing' | 'unknown';

export interface ConnectorHealth {
  readonly state: ConnectorState | 'NOT_CREATED' | 'UNKNOWN';
  readonly healthy: boolean;
  readonly tasks: readonly { readonly id: number; readonly state: ConnectorState }[];
  readonly message: string;
}

export interface ConsumerHealth {
  readonly state: Heartbeat['state'] | 'NOT_RUNNING';
  readonly healthy: boolean;
  readonly taskArn: string | undefined;
  readonly lastHeartbeat: string | undefined;
  readonly heartbeatRecent: boolean;
  readonly message: string;
}

export const connectorHealth = (
  connector: ConnectorObservation,
  status: Replication['status'],
): ConnectorHealth => {
  if (connector === 'unknown')
    return { state: 'UNKNOWN', healthy: false, tasks: [], message: 'Kafka Connect does not answer' };
  if (connector === 'missing')
    return {
      state: 'NOT_CREATED',
      healthy: false,
      tasks: [],
      message:
        status === 'configured' || status === 'starting'
          ? 'The connector is created when the replication starts'
          : 'Kafka Connect has no connector of this name',
    };
  const tasks = connector.tasks.map(({ id, state }) => ({ id, state }));
  const failed = connector.tasks.filter(({ state }) => state === 'FAILED');
  const idle = tasks.filter(({ state }) => state !== 'RUNNING' && state !== 'FAILED');
  const base = { state: connector.state, tasks };
  if (connector.state !== 'RUNNING')
    return {
      ...base,
      healthy: false,
      message: `Connector is ${connector.state}${firstLine(connector.trace)}`,
    };
  if (failed.length > 0)
    return {
      ...base,
      healthy: false,
      message: `${failed.length} of ${tasks.length} tasks FAILED${firstLine(failed[0]?.trace)}`,
    };
  if (tasks.length === 0)
    return { ...base, healthy: false, message: 'Connector is RUNNING but has no task yet' };
  if (idle.length > 0)
    return { ...base, healthy: false, message: `Task ${idle[0]?.id} is ${idle[0]?.state}` };
  return { ...base, healthy: true, message: 'Connector is RUNNING' };
};

/** The first line of a Java trace holds the exception and its message; the rest is for the log. */
const firstLine = (trace: string | undefined): string => {
  const line = trace?.split('\n', 1)[0]?.trim();
  return line === undefined || line === '' ? '' : `: ${line}`;
};

/** A heartbeat of the current launch is as old for the status as it is for healing. */
const isRecent = (
  launch: ConsumerLaunch | undefined,
  heartbeat: Heartbeat | undefined,
  now: Date,
): boolean => {
  if (heartbeat === undefined) return false;
  const ageMs =
    heartbeatAgeMs({ launch, heartbeat }, now, launchAllowanceMs) ??
    now.getTime() - Date.parse(heartbeat.beatAt);
  return ageMs <= heartbeatStaleAfterMs;
};

export const consumerHealth = (
  launch: ConsumerLaunch | undefined,
  heartbeat: Heartbeat | undefined,
  now: Date,
): ConsumerHealth => {
  const recent = isRecent(launch, heartbeat, now);
  const base = {
    taskArn: launch?.taskArn,
    lastHeartbeat: heartbeat?.beatAt,
    heartbeatRecent: recent,
  };
  if (launch === undefined) {
    // A heartbeat of an older launch tells how that one ended.
    const ended =
      heartbeat?.state === 'ERROR' || heartbeat?.state === 'STOPPED' ? heartbeat.state : 'NOT_RUNNING';
    return { ...base, state: ended, healthy: false, message: describeEnd(ended, heartbeat) };
  }
  if (heartbeat === undefined || heartbeat.launchId !== launch.launchId)
    return {
      ...base,
      heartbeatRecent: false,
      state: 'STARTING',
      healthy: false,
      message: `Consumer was launched at ${launch.launchedAt} and has not reported yet`,
    };
  const { state } = heartbeat;
  if (state === 'STOPPED' || state === 'ERROR')
    return { ...base, state, healthy: false, message: describeEnd(state, heartbeat) };
  if (!recent)
    return {
      ...base,
      state,
      healthy: false,
      message: `Last heartbeat was ${heartbeat.beatAt}, which is too old`,
    };
  if (state === 'RETRYING')
    return {
      ...base,
      state,
      healthy: false,
      message: `Consumer retries after ${heartbeat.errorMessage ?? heartbeat.errorCode ?? 'an error'}`,
    };
  if (state === 'STARTING') return { ...base, state, healthy: false, message: 'Consumer is starting' };
  return { ...base, state, healthy: true, message: 'Consumer is healthy and processing messages' };
};

const describeEnd = (
  state: 'NOT_RUNNING' | 'STOPPED' | 'ERROR',
  heartbeat: Heartbeat | undefined,
): string => {
  if (state === 'ERROR')
    return `Consumer ended with ${heartbeat?.errorMessage ?? heartbeat?.errorCode ?? 'an error'}`;
  return state === 'STOPPED' ? 'Consumer has stopped' : 'No consumer runs';
};
