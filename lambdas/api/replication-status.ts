import type { z } from 'zod';
import type { Replication } from '#core/contracts/replication.ts';
import { isActive } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { TableCopyStatus } from '#core/status/copy-progress.ts';
import type { ConnectorObservation } from '#core/status/part-health.ts';
import { readFacts } from '#core/status/read-facts.ts';
import { type UnifiedStatus, unifiedStatus } from '#core/status/unified-status.ts';
import type { ApiPorts } from './ports.ts';
import type { copyAnswerSchema, statusAnswerSchema } from './status-contracts.ts';

type StatusAnswer = z.input<typeof statusAnswerSchema>;
type TableAnswer = z.input<typeof copyAnswerSchema>['tables'][number];

type StatusPorts = Pick<ApiPorts, 'store' | 'connect' | 'topicRetentionHours' | 'clock'>;

export interface GatheredStatus {
  readonly status: UnifiedStatus;
  readonly sourceLog: SourceLog | undefined;
  readonly now: Date;
}

/**
 * Gathers what is known of a replication. No database is asked: what was seen of the source last counts, with its age. Kafka
 * Connect may be down; the rest is told anyway.
 */
export const gatherStatus = async (
  replication: Replication,
  { store, connect, topicRetentionHours, clock }: StatusPorts,
): Promise<GatheredStatus> => {
  const { connectorName } = replication;
  const [source, connector, facts] = await Promise.all([
    store.getDatabase(replication.clientId, replication.sourceDatabaseId),
    observeConnector(connectorName, connect),
    readFacts(replication, { store, clock }),
  ]);
  const now = clock.now();
  const status = unifiedStatus({
    replication,
    connector,
    ...facts,
    objectsAtSource: engineOf(source.kind).source.capture.objectsAtSource(replication),
    topicRetentionHours,
    now,
  });
  return { status, sourceLog: facts.sourceLog, now };
};

/** One answer about a replication. */
export const readStatus = async (replication: Replication, ports: StatusPorts): Promise<StatusAnswer> => {
  const { connectorName } = replication;
  const { status, now } = await gatherStatus(replication, ports);
  const { statistics, consumer, retained } = status;
  return {
    overall: status.overall,
    since: status.since,
    hop: status.faults[0]?.hop ?? null,
    tries_again_at: status.faults[0]?.triesAgainAt ?? null,
    reasons: [...status.reasons],
    warnings: [...status.warnings],
    hops: status.hops.map(({ hop, fault, lagMs, lagBytes, lagEvents }) => ({
      hop,
      fault: fault?.condition ?? null,
      lag_ms: lagMs ?? null,
      lag_bytes: lagBytes ?? null,
      lag_events: lagEvents ?? null,
    })),
    connector: { ...status.connector, tasks: [...status.connector.tasks] },
    consumer: {
      state: consumer.state,
      healthy: consumer.healthy,
      task_arn: consumer.taskArn ?? null,
      last_heartbeat: consumer.lastHeartbeat ?? null,
      heartbeat_recent: consumer.heartbeatRecent,
      message: consumer.message,
    },
    wait:
      status.wait === undefined
        ? null
        : {
            since: status.wait.since,
            until: status.wait.until,
            transaction_count: status.wait.count,
            transactions: [...status.wait.transactions],
          },
    pause:
      status.pause === undefined
        ? null
        : {
            since: status.pause.since,
            by: status.pause.by,
            reason: status.pause.reason ?? null,
            changes_kept_until: status.pause.changesKeptUntil,
          },
    source_objects: status.sourceObjects.map(({ kind, name, keepsLog }) => ({
      kind,
      name,
      keeps_log: keepsLog,
    })),
    config: {
      status: replication.status,
      is_active: isActive(replication),
      desired: replication.desired,
      connector_name: connectorName,
      kafka_topic_prefix: replication.topicPrefix,
      generation: replication.generation,
      last_error_code: replication.lastErrorCode ?? null,
      last_error_message: replication.lastErrorMessage ?? null,
      status_since: replication.statusSince,
    },
    statistics: {
      total_rows_synced: statistics.totalRowsSynced,
      rows_copied: statistics.rowsCopied,
      rows_inserted: statistics.applied.inserts,
      rows_updated: statistics.applied.updates,
      rows_deleted: statistics.applied.deletes,
      tables_truncated: statistics.applied.truncates,
      duplicates_skipped: statistics.applied.duplicatesSkipped,
      tables_enabled: statistics.tablesEnabled,
      tables_live: statistics.tablesLive,
      last_sync_at: statistics.lastSyncAt ?? null,
      lag_events: statistics.lagEvents ?? null,
      lag_ms: statistics.lagMs ?? null,
      lag_message: statistics.lagMessage ?? null,
      source_position: statistics.sourcePosition ?? null,
      source_retained_bytes: statistics.sourceRetainedBytes ?? null,
      source_retained_at: statistics.sourceRetainedAt ?? null,
      source_retained_bytes_per_minute: retained.bytesPerMinute ?? null,
      source_minutes_to_loss: retained.minutesToLoss ?? null,
    },
    tables: status.tables.map((table) => ({
      ...toTableAnswer(table),
      lag_events: table.lagEvents ?? null,
      lag_ms: table.lagMs ?? null,
      rows_known_to_differ: table.rowsKnownToDiffer ?? null,
      rows_inserted: table.applied?.inserts ?? null,
      rows_updated: table.applied?.updates ?? null,
      rows_deleted: table.applied?.deletes ?? null,
      last_change_at: table.applied?.lastChangeAt ?? null,
    })),
    timestamp: now.toISOString(),
  };
};

const observeConnector = async (
  connectorName: string,
  connect: ApiPorts['connect'],
): Promise<ConnectorObservation> => {
  try {
    return (await connect.getStatus(connectorName)) ?? 'missing';
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'ConnectUnavailable') return 'unknown';
    throw error;
  }
};

export const toTableAnswer = (table: TableCopyStatus): TableAnswer => ({
  source: table.source,
  target: table.target,
  state: table.state,
  rows_copied: table.rowsCopied,
  bytes_copied: table.bytesCopied,
  estimated_rows: table.estimatedRows,
  estimated_bytes: table.estimatedBytes,
  chunks: table.chunks,
  chunks_done: table.chunksDone,
  percent: table.percent,
  rows_per_second: table.rowsPerSecond ?? null,
  bytes_per_second: table.bytesPerSecond ?? null,
  seconds_left: table.secondsLeft ?? null,
  slowest_chunk:
    table.slowestChunk === undefined
      ? null
      : { chunk: table.slowestChunk.number + 1, duration_ms: table.slowestChunk.durationMs },
  runs_on: table.runsOn ?? null,
  key_index: table.keyIndex ?? null,
  started_at: table.startedAt ?? null,
  finished_at: table.finishedAt ?? null,
  message: table.message ?? null,
  held_since: table.heldSince ?? null,
});
