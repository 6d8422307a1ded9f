import { type Heartbeat, heartbeatStaleAfterMs, maxLaggingTopics } from '../contracts/consumer.ts';
import type { TableProgress } from '../contracts/copy.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import type { Replication, StartWait } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import { launchAllowanceMs } from '../health/decide.ts';
import { heartbeatAgeMs } from '../health/observation.ts';
import { currentWait, describeWait } from '../lifecycle/start-wait.ts';
import { topicName } from '../naming/names.ts';
import type { ConnectorState, ConnectorStatus } from '../ports/services.ts';
import type { SourceObject } from '../ports/source-dialect.ts';
import type { ConsumerLaunch } from '../ports/state-store.ts';
import { describeCopy, isCopied, type TableCopyStatus } from './copy-progress.ts';
import {
  describePause,
  describeStuckEnding,
  isPauseRunningOut,
  type PauseWindow,
  pauseWindow,
} from './describe-pause.ts';
import { describeKeptLog, isAtSource } from './objects-at-source.ts';

/**
 * `healthy`: capture and consumer run and report. `degraded`: changes may be late, or a table is left out; Millrace is on
 * it or a person should look. `failed`: nothing is replicated until a person acts. `starting`, `paused` and `stopped`: as
 * the user asked.
 */
export type OverallHealth = 'healthy' | 'degraded' | 'failed' | 'starting' | 'paused' | 'stopped';

/** What Kafka Connect said of the connector: `missing` when it has none of that name, `unknown` when it did not answer. */
export type ConnectorObservation = ConnectorStatus | 'missing' | 'unknown';

export interface StatusFacts {
  readonly replication: Replication;
  readonly connector: ConnectorObservation;
  /** The launch that is meant to run. */
  readonly launch: ConsumerLaunch | undefined;
  /** The newest heartbeat, of whichever launch. */
  readonly heartbeat: Heartbeat | undefined;
  readonly tables: readonly TableProgress[];
  /** As the health check saw it last; undefined before it has. */
  readonly sourceLog: SourceLog | undefined;
  /** What capture creates at sources of this kind. */
  readonly objectsAtSource: readonly SourceObject[];
  /** How long Kafka keeps what is captured. */
  readonly topicRetentionHours: number;
  readonly now: Date;
}

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

export interface ReplicationStatistics {
  /** Rows copied, inserted, updated and deleted at the target. */
  readonly totalRowsSynced: number;
  readonly rowsCopied: number;
  readonly applied: Heartbeat['applied'];
  readonly tablesEnabled: number;
  readonly tablesLive: number;
  readonly lastSyncAt: string | undefined;
  /** As of the last heartbeat, if that is recent and of a consumer of the current start; undefined otherwise. */
  readonly lagEvents: number | undefined;
  readonly lagMs: number | undefined;
  /** Why the lag is undefined. */
  readonly lagMessage: string | undefined;
  readonly sourcePosition: string | undefined;
  /** As of `sourceRetainedAt`; undefined when it is not known. */
  readonly sourceRetainedBytes: number | undefined;
  readonly sourceRetainedAt: string | undefined;
}

/** A table's copy, and how far its changes are behind; undefined before its copy has ended, and where the lag is not known. */
export interface TableStatus extends TableCopyStatus {
  readonly lagEvents: number | undefined;
  readonly lagMs: number | undefined;
}

export interface UnifiedStatus {
  /** What Millrace has created at the source and not removed. */
  readonly sourceObjects: readonly SourceObject[];
  /** What a start waits for. */
  readonly wait: StartWait | undefined;
  readonly pause: PauseWindow | undefined;
  readonly overall: OverallHealth;
  /** Why it is not healthy, one sentence each; empty when it is. */
  readonly reasons: readonly string[];
  /** What should be changed although it is no reason against healthy, one sentence each. */
  readonly warnings: readonly string[];
  readonly connector: ConnectorHealth;
  readonly consumer: ConsumerHealth;
  readonly statistics: ReplicationStatistics;
  readonly tables: readonly TableStatus[];
}

const connectorHealth = (connector: ConnectorObservation, status: Replication['status']): ConnectorHealth => {
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

const consumerHealth = (
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

const noneApplied: Heartbeat['applied'] = {
  inserts: 0,
  updates: 0,
  deletes: 0,
  truncates: 0,
  duplicatesSkipped: 0,
};

/** One answer to "is it replicating?", from everything that is known. Pure. */
export const unifiedStatus = (facts: StatusFacts): UnifiedStatus => {
  const { replication, heartbeat, sourceLog, now } = facts;
  const connector = connectorHealth(facts.connector, replication.status);
  const consumer = consumerHealth(facts.launch, heartbeat, now);
  const copy = describeCopy(replication, facts.tables, now);
  const applied = heartbeat?.applied ?? noneApplied;
  const skipped = copy.tables.filter(({ state }) => state === 'skipped');
  const held = copy.tables.filter(({ state }) => state === 'held');

  const lag = describeLag(facts, consumer);
  const wait = currentWait(replication);
  const sourceObjects = isAtSource(replication) ? facts.objectsAtSource : [];

  const pause = pauseWindow(replication, facts.topicRetentionHours);
  const { overall, reasons } =
    judgeWanted(replication, pause, connector, now) ??
    judge(replication, connector, consumer, lag, {
      skipped,
      held,
      all: copy.tables,
    });
  return {
    sourceObjects,
    wait,
    pause,
    overall,
    reasons: [
      ...reasons,
      ...(wait === undefined ? [] : [describeWait(wait)]),
      ...keptLog(replication, connector, sourceObjects),
    ],
    warnings: sourceLog?.warnings ?? [],
    connector,
    consumer,
    statistics: {
      totalRowsSynced: copy.rowsCopied + applied.inserts + applied.updates + applied.deletes,
      rowsCopied: copy.rowsCopied,
      applied,
      tablesEnabled: copy.tables.length - skipped.length,
      tablesLive: copy.tables.filter(({ state }) => state === 'live').length,
      lastSyncAt: heartbeat?.lastAppliedAt,
      lagEvents: lag.isKnown ? lag.events : undefined,
      lagMs: lag.isKnown ? lag.ms : undefined,
      lagMessage: lag.isKnown ? undefined : lag.message,
      sourcePosition: heartbeat?.sourcePosition,
      sourceRetainedBytes: sourceLog?.retainedBytes,
      sourceRetainedAt: sourceLog?.readAt,
    },
    tables: copy.tables.map((table) => ({
      ...table,
      ...tableLag(table, replication, lag),
    })),
  };
};

/** A source whose log nobody reads fills its disk, and nothing there says for whom. */
const keptLog = (
  { status }: Replication,
  connector: ConnectorHealth,
  objects: readonly SourceObject[],
): readonly string[] =>
  status === 'starting' || status === 'deleting' || connector.healthy ? [] : describeKeptLog(objects);

const unknownLag = { lagEvents: undefined, lagMs: undefined } as const;

type Lag =
  | {
      readonly isKnown: true;
      readonly events: number;
      readonly ms: number;
      readonly topics: Heartbeat['laggingTopics'];
    }
  | { readonly isKnown: false; readonly message: string };

/** What the last heartbeat says of the lag, if its consumer still works on it: the figures of any other are no longer true. */
const describeLag = (
  { replication, launch, heartbeat }: StatusFacts,
  { state, heartbeatRecent, message }: ConsumerHealth,
): Lag => {
  const isAtWork = (state === 'RUNNING' || state === 'RETRYING') && heartbeatRecent;
  if (!isAtWork || launch === undefined || heartbeat === undefined) return { isKnown: false, message };
  if (launch.generation !== replication.generation)
    return {
      isKnown: false,
      message: `The consumer that runs is of start ${launch.generation}; start ${replication.generation} has not launched its own yet`,
    };
  const { lagEvents, lagMs, laggingTopics, lagUnknown } = heartbeat;
  if (lagEvents === undefined || lagMs === undefined)
    return { isKnown: false, message: lagUnknown ?? 'The last heartbeat does not tell the lag' };
  return { isKnown: true, events: lagEvents, ms: lagMs, topics: laggingTopics };
};

const tableLag = (
  { source, state }: TableCopyStatus,
  { topicPrefix }: Replication,
  lag: Lag,
): Pick<TableStatus, 'lagEvents' | 'lagMs'> => {
  if (!isCopied(state) || !lag.isKnown || lag.topics === undefined) return unknownLag;
  const { topics: lagging } = lag;
  const topic = topicName(topicPrefix, source);
  const found = lagging.find((lag) => lag.topic === topic);
  if (found !== undefined) return { lagEvents: found.lagEvents, lagMs: found.lagMs };
  return lagging.length < maxLaggingTopics ? { lagEvents: 0, lagMs: 0 } : unknownLag;
};

/** What a user has paused or stopped is in order as long as it does what the user asked for. */
const judgeWanted = (
  replication: Replication,
  pause: PauseWindow | undefined,
  connector: ConnectorHealth,
  now: Date,
): { readonly overall: OverallHealth; readonly reasons: readonly string[] } | undefined => {
  const stuck = describeStuckEnding(replication, now);
  if (stuck !== undefined) return { overall: 'degraded', reasons: [stuck] };
  switch (replication.status) {
    case 'pausing':
      return { overall: 'paused', reasons: ['The consumer commits what it has in hand and ends'] };
    case 'stopping':
      return {
        overall: 'stopped',
        reasons: ['The consumer commits what it has in hand and ends, and the connector is paused'],
      };
    case 'paused': {
      const runsOut = pause !== undefined && isPauseRunningOut(pause, now);
      const overall = hasFailed(connector) ? 'failed' : connector.healthy && !runsOut ? 'paused' : 'degraded';
      return {
        overall,
        reasons: [
          ...(connector.healthy ? [] : [connector.message]),
          ...(runsOut ? ['The pause is near the end of what Kafka keeps: resume the replication'] : []),
          ...(pause === undefined ? ['The replication was paused by a user'] : describePause(pause)),
        ],
      };
    }
    default:
      return undefined;
  }
};

const hasFailed = ({ state, tasks }: ConnectorHealth): boolean =>
  state === 'FAILED' || tasks.some((task) => task.state === 'FAILED');

const judge = (
  replication: Replication,
  connector: ConnectorHealth,
  consumer: ConsumerHealth,
  lag: Lag,
  tables: Readonly<Record<'skipped' | 'held' | 'all', readonly TableCopyStatus[]>>,
): { readonly overall: OverallHealth; readonly reasons: readonly string[] } => {
  const { status, lastErrorMessage } = replication;
  switch (status) {
    case 'configured':
      return { overall: 'stopped', reasons: ['The replication has not been started yet'] };
    case 'pausing':
    case 'paused':
      return { overall: 'paused', reasons: ['The replication was paused by a user'] };
    case 'stopping':
    case 'stopped':
      return { overall: 'stopped', reasons: ['The replication was stopped by a user'] };
    case 'error':
    case 'needs-resync':
      return { overall: 'failed', reasons: [lastErrorMessage ?? `The replication is in status ${status}`] };
    case 'deleting':
      return lastErrorMessage === undefined
        ? { overall: 'stopped', reasons: ['The replication is being deleted'] }
        : { overall: 'failed', reasons: [lastErrorMessage] };
    case 'starting':
      return { overall: 'starting', reasons: ['The replication is starting'] };
    case 'active': {
      const reasons = [
        ...(connector.healthy ? [] : [connector.message]),
        ...(consumer.healthy ? [] : [consumer.message]),
        // The lag of a consumer that is not healthy is unknown for the reason that was just given.
        ...(consumer.healthy && !lag.isKnown ? [lag.message] : []),
        ...tables.skipped.map(({ source, message }) => message ?? `Table ${tableLabel(source)} is skipped`),
        ...tables.held.map(({ source, message }) => `Table ${tableLabel(source)} is held: ${message}`),
        ...(replication.tableChange?.state === 'failed'
          ? [replication.tableChange.message ?? 'A change of the tables has failed']
          : []),
      ];
      const nothingFlows =
        tables.held.length > 0 && tables.held.length + tables.skipped.length === tables.all.length;
      const failed =
        hasFailed(connector) ||
        nothingFlows ||
        consumer.state === 'ERROR' ||
        !(connector.healthy || consumer.healthy);
      return { overall: reasons.length === 0 ? 'healthy' : failed ? 'failed' : 'degraded', reasons };
    }
  }
};
