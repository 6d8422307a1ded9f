import { z } from 'zod';
import { consumerStateSchema } from '#core/contracts/consumer.ts';
import { tableStateSchema } from '#core/contracts/copy.ts';
import { overallHealthSchema } from '#core/contracts/health-record.ts';
import { hopSchema } from '#core/contracts/hop.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { desiredStateSchema, replicationStatusSchema } from '#core/contracts/replication.ts';
import { hopAnswerSchema, triesAgainAtSchema } from './health-contracts.ts';
import { countSchema, idSchema, tableNameAnswerSchema } from './shared-contracts.ts';

const copyCountersShape = {
  rows_copied: countSchema,
  bytes_copied: countSchema,
  estimated_rows: countSchema,
  percent: z.number().min(0).max(100),
  rows_per_second: z.number().nonnegative().nullable(),
  bytes_per_second: countSchema.nullable(),
  seconds_left: z.number().nonnegative().nullable(),
};

export const tableCopySchema = z.strictObject({
  source: tableNameAnswerSchema,
  target: tableNameAnswerSchema,
  state: tableStateSchema,
  ...copyCountersShape,
  estimated_bytes: countSchema,
  chunks: countSchema,
  chunks_done: countSchema,
  slowest_chunk: z
    .strictObject({
      chunk: countSchema.meta({ description: 'Counted from 1.' }),
      duration_ms: z.number().nonnegative(),
    })
    .nullable()
    .meta({ description: 'The chunk that took longest of those that are done. Null: none is done.' }),
  runs_on: z.enum(['lambda', 'fargate']).nullable(),
  key_index: z.string().nullable().meta({
    description: 'The unique index of the source table that serves as its key. null: the primary key does.',
  }),
  started_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
  message: z.string().nullable().meta({ description: 'Why the table is skipped or held, and what to do.' }),
  held_since: z.iso.datetime().nullable().meta({ description: 'Since when the table waits, in state held.' }),
});

export const tableStatusSchema = z.strictObject({
  ...tableCopySchema.shape,
  rows_known_to_differ: countSchema.nullable().meta({
    description:
      'Rows with dead letters: the target has refused a change of them. A table that has any is not in sync. Null: not known yet.',
  }),
  rows_inserted: countSchema.nullable().meta({
    description:
      'Rows of its changes that were inserted at the target, within the last minute or so. Null: no consumer has told it yet, ' +
      'or the table shares its topic with another one.',
  }),
  rows_updated: countSchema.nullable().meta({ description: 'As `rows_inserted`.' }),
  rows_deleted: countSchema.nullable().meta({ description: 'As `rows_inserted`.' }),
  last_change_at: instantSchema.nullable().meta({
    description:
      'When the last of its changes was applied. Null: none was, or it was before this was counted.',
  }),
  lag_events: countSchema.nullable().meta({
    description:
      'Changes of this table that are not applied yet, as of the last heartbeat. Null before the copy of the table has ' +
      'ended, while the lag is not known (see `statistics.lag_message`), and for a table that is not among the 100 ' +
      'furthest behind when 100 or more are.',
  }),
  lag_ms: z
    .number()
    .nonnegative()
    .nullable()
    .meta({
      description:
        'Age in milliseconds of the oldest change of this table that is not applied yet, since its commit at the source; 0 ' +
        'when there is none. Null when `lag_events` is.',
    }),
});

export const copyAnswerSchema = z.strictObject({
  replication_id: idSchema,
  ...copyCountersShape,
  tables: z.array(tableCopySchema),
});

const connectorStateSchema = z.enum(['RUNNING', 'PAUSED', 'FAILED', 'UNASSIGNED', 'STOPPED', 'RESTARTING']);

export const statusAnswerSchema = z.strictObject({
  overall: overallHealthSchema,
  since: instantSchema.meta({ description: 'Since when it is so, as far as the health check has seen it.' }),
  hop: hopSchema.nullable().meta({ description: 'Where the most likely cause is; null when it is healthy.' }),
  tries_again_at: triesAgainAtSchema,
  reasons: z.array(z.string()).meta({ description: 'Why it is not healthy; empty when it is.' }),
  warnings: z.array(z.string()).meta({ description: 'What may harm the source, with what to do.' }),
  hops: z.array(hopAnswerSchema).meta({ description: 'The way of a change, with the lag of each place.' }),
  connector: z.strictObject({
    state: z.enum([...connectorStateSchema.options, 'NOT_CREATED', 'UNKNOWN']),
    healthy: z.boolean(),
    tasks: z.array(z.strictObject({ id: z.number().int(), state: connectorStateSchema })),
    message: z.string(),
  }),
  consumer: z.strictObject({
    state: z.enum([...consumerStateSchema.options, 'NOT_RUNNING']),
    healthy: z.boolean(),
    task_arn: z.string().nullable(),
    last_heartbeat: instantSchema.nullable(),
    heartbeat_recent: z.boolean(),
    message: z.string(),
  }),
  wait: z
    .strictObject({
      since: instantSchema,
      until: instantSchema.meta({ description: 'When the start gives up.' }),
      transaction_count: countSchema,
      transactions: z.array(z.string()).meta({ description: 'The oldest first, at most 50.' }),
    })
    .nullable()
    .meta({ description: 'What a start waits for at the source; null while it waits for nothing.' }),
  pause: z
    .strictObject({
      since: instantSchema,
      by: z.string().meta({ description: 'Whose token it was.' }),
      reason: z.string().nullable(),
      changes_kept_until: instantSchema.meta({
        description:
          'Kafka keeps what is captured meanwhile until then at least. A later resume may need `force_resync`.',
      }),
    })
    .nullable()
    .meta({ description: 'The pause that it is in; null when it is in none.' }),
  source_objects: z
    .array(
      z.strictObject({
        kind: z.string().meta({ description: '`replication slot`, `publication` or `table`.' }),
        name: z.string(),
        keeps_log: z.boolean().meta({
          description: 'Whether the source keeps its log for it as long as it exists and nothing reads it.',
        }),
      }),
    )
    .meta({ description: 'What Millrace has created at the source and not removed.' }),
  config: z.strictObject({
    status: replicationStatusSchema,
    is_active: z.boolean(),
    desired: desiredStateSchema,
    connector_name: z.string(),
    kafka_topic_prefix: z.string(),
    generation: countSchema,
    last_error_code: z.string().nullable(),
    last_error_message: z.string().nullable(),
    status_since: instantSchema,
  }),
  statistics: z.strictObject({
    total_rows_synced: countSchema.meta({ description: 'Rows copied, inserted, updated and deleted.' }),
    rows_copied: countSchema,
    rows_inserted: countSchema,
    rows_updated: countSchema,
    rows_deleted: countSchema,
    tables_truncated: countSchema,
    duplicates_skipped: countSchema,
    tables_enabled: countSchema,
    tables_live: countSchema,
    last_sync_at: instantSchema.nullable(),
    lag_events: countSchema.nullable().meta({
      description:
        'Changes of all tables that are not applied yet, as of the last heartbeat. Null while that is not known.',
    }),
    lag_ms: z
      .number()
      .nonnegative()
      .nullable()
      .meta({
        description:
          'Age in milliseconds of the oldest change that is not applied yet, since its commit at the source; 0 when there ' +
          'is none. Null when `lag_events` is.',
      }),
    lag_message: z.string().nullable().meta({ description: 'Why the lag is not known; null when it is.' }),
    source_position: z.string().nullable(),
    source_retained_bytes: countSchema.nullable().meta({
      description:
        "Bytes of the source's log from where capture would go on to its end. PostgreSQL keeps them for the replication. " +
        'Null: not known.',
    }),
    source_retained_at: instantSchema.nullable().meta({ description: 'When that was read.' }),
    source_retained_bytes_per_minute: z.number().int().nullable().meta({
      description: 'How fast that has grown within the last quarter of an hour. Null: not known yet.',
    }),
    source_minutes_to_loss: countSchema.nullable().meta({
      description:
        'Minutes until the source removes log that was not captured, at this rate (`max_slot_wal_keep_size`, expiry of the ' +
        'binary log). Null: it has no limit, or nothing grows.',
    }),
  }),
  tables: z.array(tableStatusSchema),
  timestamp: instantSchema,
});
