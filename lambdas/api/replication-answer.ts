import type { z } from 'zod';
import { captureDefaults } from '#core/capture/connector-config.ts';
import { defaultSnapshotMode } from '#core/capture/snapshot-modes.ts';
import { defaultDeadLetterSettings } from '#core/contracts/dead-letter.ts';
import { isActive, type Replication } from '#core/contracts/replication.ts';
import { tablesVersion } from '#core/lifecycle/begin-table-change.ts';
import { defaultTargetTemplate } from '#core/naming/target-template.ts';
import type { consumerSettingsAnswerSchema } from './consumer-contracts.ts';
import type { replicationAnswerSchema, replicationListSchema } from './replication-contracts.ts';
import { toPolicyFields } from './schema-policy.ts';

type ListedReplication = z.input<typeof replicationListSchema>['replications'][number];

export const toListed = (replication: Replication): ListedReplication => ({
  replication_id: replication.replicationId,
  name: replication.name,
  source_database_id: replication.sourceDatabaseId,
  target_database_id: replication.targetDatabaseId,
  connector_name: replication.connectorName,
  topic_prefix: replication.topicPrefix,
  status: replication.status,
  is_active: isActive(replication),
  desired: replication.desired,
  generation: replication.generation,
  execution_arn: replication.executionArn ?? null,
  last_error_code: replication.lastErrorCode ?? null,
  last_error_message: replication.lastErrorMessage ?? null,
  status_since: replication.statusSince,
  created_at: replication.createdAt,
  table_count: replication.tables.length,
});

export const toReplicationAnswer = (replication: Replication): z.input<typeof replicationAnswerSchema> => ({
  ...toListed(replication),
  consumer: toConsumerSettings(replication),
  dead_letters: { ...(replication.deadLetters ?? defaultDeadLetterSettings) },
  target_table_name: replication.targetTemplate ?? defaultTargetTemplate,
  tables_version: tablesVersion(replication),
  table_change: toTableChange(replication),
  tables: replication.tables.map(({ source, target, columns = [], ...policies }) => ({
    source,
    target,
    columns: columns.map((column) => ({
      source: column.source,
      target: column.target ?? null,
      omit: column.omit === true,
      type: column.type ?? null,
    })),
    value_policy: policies.valuePolicy ?? 'fail',
    unlogged_cascades: policies.unloggedCascades ?? 'refuse',
  })),
  capture: toCaptureAnswer(replication),
  schema_changes: toPolicyFields(replication.schemaPolicy),
  new_tables: toNewTables(replication),
});

export const toConsumerSettings = ({
  consumer: { placement = 'own', size, movedOut } = {},
}: Pick<Replication, 'consumer'>): z.input<typeof consumerSettingsAnswerSchema> => ({
  placement,
  cpu: size?.cpu ?? null,
  memory_mib: size?.memoryMib ?? null,
  moved_out: movedOut === undefined ? null : { ...movedOut },
});

const toNewTables = ({
  newTables,
  foundTables = [],
}: Replication): z.input<typeof replicationAnswerSchema>['new_tables'] =>
  newTables === undefined
    ? null
    : {
        include: [...newTables.include],
        exclude: [...(newTables.exclude ?? [])],
        found: foundTables.map(({ source, state, message, since }) => ({
          ...{ source, state, since },
          message: message ?? null,
        })),
      };

const toTableChange = ({
  tableChange,
  leaving = [],
}: Replication): z.input<typeof replicationAnswerSchema>['table_change'] =>
  tableChange === undefined
    ? null
    : {
        version: tableChange.version,
        state: tableChange.state,
        leaving: leaving.map(({ source }) => source),
        resync: [...tableChange.resync],
        started_at: tableChange.startedAt,
        message: tableChange.message ?? null,
      };

const toCaptureAnswer = ({
  capture: options = {},
  snapshotMode,
}: Replication): z.input<typeof replicationAnswerSchema>['capture'] => {
  const effective = { ...captureDefaults, ...options };
  return {
    snapshot_mode: snapshotMode ?? defaultSnapshotMode,
    max_batch_events: effective.maxBatchEvents,
    max_queue_events: effective.maxQueueEvents,
    max_queue_bytes: effective.maxQueueBytes,
    heartbeat_interval_ms: effective.heartbeatIntervalMs,
    poll_interval_ms: effective.pollIntervalMs,
    retriable_restart_wait_ms: effective.retriableRestartWaitMs,
    connect_timeout_ms: options.connectTimeoutMs ?? null,
  };
};
