import type { Heartbeat } from '../contracts/consumer.ts';
import type { TableProgress } from '../contracts/copy.ts';
import type { HealthRecord, OverallHealth } from '../contracts/health-record.ts';
import { tableKey } from '../contracts/identifiers.ts';
import type { Replication, StartWait } from '../contracts/replication.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import type { Fault } from '../health/fault.ts';
import { currentLog } from '../health/find-source-faults.ts';
import { type RetainedLog, retainedLog } from '../health/follow-log.ts';
import { currentWait, describeWait } from '../lifecycle/start-wait.ts';
import type { SourceObject } from '../ports/source-dialect.ts';
import type { ConsumerLaunch, HealAttempt } from '../ports/state-store.ts';
import { describeCopy, type TableCopyStatus } from './copy-progress.ts';
import { describeLag, type TableLag, tableLag } from './describe-lag.ts';
import { type PauseWindow, pauseWindow } from './describe-pause.ts';
import { judge } from './find-faults.ts';
import { type HealthCheck, listChecks } from './health-checks.ts';
import { describeHops, type HopStatus } from './hops.ts';
import { describeKeptLog, isAtSource } from './objects-at-source.ts';
import {
  type ConnectorHealth,
  type ConnectorObservation,
  type ConsumerHealth,
  connectorHealth,
  consumerHealth,
} from './part-health.ts';

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
  /** What the health check found last; undefined before it has looked. */
  readonly recorded: HealthRecord | undefined;
  /** Of what is tried again by itself: when it was, lately. */
  readonly attempts: readonly HealAttempt[];
  /** What capture creates at sources of this kind. */
  readonly objectsAtSource: readonly SourceObject[];
  /** How long Kafka keeps what is captured. */
  readonly topicRetentionHours: number;
  readonly now: Date;
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

export type TableStatus = TableCopyStatus &
  TableLag & {
    /** Rows with dead letters; undefined while no consumer has counted them. A table that has any is not in sync. */
    readonly rowsKnownToDiffer: number | undefined;
  };

export interface UnifiedStatus {
  /** What Millrace has created at the source and not removed. */
  readonly sourceObjects: readonly SourceObject[];
  /** What a start waits for. */
  readonly wait: StartWait | undefined;
  readonly pause: PauseWindow | undefined;
  readonly overall: OverallHealth;
  /** Since when it is so, as far as the health check has seen it. */
  readonly since: string;
  /** What keeps it from being healthy, the most likely cause first. */
  readonly faults: readonly Fault[];
  /** Why it is not healthy, one sentence each; empty when it is. */
  readonly reasons: readonly string[];
  readonly hops: readonly HopStatus[];
  /** Everything that is looked at, with what was found. */
  readonly checks: readonly HealthCheck[];
  /** As of `statistics.sourceRetainedAt`. */
  readonly retained: RetainedLog;
  /** What should be changed although it is no reason against healthy, one sentence each. */
  readonly warnings: readonly string[];
  readonly connector: ConnectorHealth;
  readonly consumer: ConsumerHealth;
  readonly statistics: ReplicationStatistics;
  readonly tables: readonly TableStatus[];
}

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
  const lag = describeLag(facts, consumer);
  const wait = currentWait(replication);
  const sourceObjects = isAtSource(replication) ? facts.objectsAtSource : [];

  const deadRows = new Map(
    (heartbeat?.deadLetters ?? []).map(({ source, rows }) => [tableKey(source), rows]),
  );
  const pause = pauseWindow(replication, facts.topicRetentionHours);
  const { overall, faults, notes } = judge({
    ...facts,
    connector,
    consumer,
    lag,
    pause,
    tables: copy.tables,
  });
  const { recorded } = facts;
  return {
    sourceObjects,
    wait,
    pause,
    overall,
    since:
      recorded?.overall === overall && recorded.since >= replication.statusSince
        ? recorded.since
        : overall === 'healthy' || overall === 'degraded'
          ? now.toISOString()
          : replication.statusSince,
    faults,
    checks: listChecks({
      ...{ replication, faults, sourceLog, recorded, now },
      isConsumerHealthy: consumer.healthy,
      hasCountedDeadLetters: heartbeat?.deadLetters !== undefined,
    }),
    hops: describeHops({ log: currentLog(replication, sourceLog), lag, faults }),
    retained: retainedLog(sourceLog),
    reasons: [
      ...faults.map(({ message }) => message),
      ...notes,
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
      rowsKnownToDiffer: heartbeat?.deadLetters && (deadRows.get(tableKey(table.source)) ?? 0),
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
