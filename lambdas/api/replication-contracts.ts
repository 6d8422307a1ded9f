import { z } from 'zod';
import { usedSnapshotModes } from '#core/capture/snapshot-modes.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { maxTablePatterns, tablePatternSchema } from '#core/contracts/new-tables.ts';
import {
  desiredStateSchema,
  replicationStatusSchema,
  unloggedCascadesSchema,
  valuePolicySchema,
} from '#core/contracts/replication.ts';
import { maxTables } from '#core/lifecycle/map-tables.ts';
import { defaultTargetTemplate, refuseTemplate } from '#core/naming/target-template.ts';
import {
  captureRequestSchema,
  nullableOptions,
  snapshotModeMeta,
  snapshotModeSchema,
} from './capture-contracts.ts';
import { consumerRequestSchema, consumerSettingsAnswerSchema } from './consumer-contracts.ts';
import { deadLetterSettingsAnswerSchema, deadLetterSettingsRequestSchema } from './dead-letter-contracts.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { schemaPolicyRequestSchema, schemaPolicyShape } from './schema-policy-contracts.ts';
import {
  actionReasonSchema,
  countSchema,
  identifierSchema,
  idSchema,
  nameFilterShape,
  pathIdSchema,
  schemaNameSchema,
  tableNameAnswerSchema,
} from './shared-contracts.ts';
import { displayNameSchema, withoutNul } from './text-schemas.ts';

/** PostgreSQL's limit for a table; MySQL's is 4,096, but no target takes so many from one of our sources. */
const maxMappedColumns = 1_600;

const columnMappingRequestSchema = z
  .strictObject({
    source: identifierSchema,
    target: identifierSchema.optional().meta({ description: 'By default the name at the source.' }),
    omit: z
      .boolean()
      .default(false)
      .meta({ description: 'Leaves the column out: it is neither copied nor captured.' }),
    type: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({
        description:
          'The type of the column that is created at the target, by a name of PostgreSQL: `bigint`, `numeric(20,4)`, ' +
          '`text`. One that does not hold every value as it is is refused.',
      }),
  })
  .meta({ description: 'A column that is not listed keeps its name and type.' });

const targetTemplateSchema = withoutNul
  .min(1)
  .max(200)
  .superRefine((template, context) => {
    const reason = refuseTemplate(template);
    if (reason !== undefined) context.addIssue({ code: 'custom', message: reason });
  })
  .meta({
    description:
      'How target tables are named that have no name by hand: text with the placeholders {sourcedb}, {schema}, {table} ' +
      'and {client}.',
  });

export const tablesRequestSchema = z
  .array(
    z.strictObject({
      source: z.strictObject({ schema: schemaNameSchema.optional(), table: identifierSchema }),
      target: z
        .strictObject({ schema: schemaNameSchema.optional(), table: identifierSchema.optional() })
        .optional()
        .meta({ description: 'By default a table named by `target_table_name`, in the default schema.' }),
      columns: z.array(columnMappingRequestSchema).max(maxMappedColumns).default([]),
      value_policy: valuePolicySchema.default('fail').meta({
        description:
          'What happens with a value that the type at the target has no place for: `fail` stops the replication, ' +
          '`null` writes NULL, `text` creates columns that can have such values as text.',
      }),
      unlogged_cascades: unloggedCascadesSchema.default('refuse').meta({
        description:
          'Whether the table is replicated though the source changes rows of it without writing so to its log, which ' +
          'MySQL before 9.6 and MariaDB do by foreign keys with ON DELETE or ON UPDATE.',
      }),
    }),
  )
  .min(1)
  .max(maxTables, {
    message: `has more than ${maxTables.toLocaleString('en')} tables (limit of a replication); spread them over several`,
  });

const tablePatternsSchema = z.array(tablePatternSchema).max(maxTablePatterns);

const newTablesRequestSchema = z.strictObject({
  include: tablePatternsSchema.min(1).meta({
    description:
      'Which tables belong to the replication, as patterns `schema.table`: `*` stands for any characters, `?` for one, and a ' +
      'backslash makes the next character stand for itself.',
  }),
  exclude: tablePatternsSchema.default([]).meta({ description: 'Which of them are left out all the same.' }),
});

export const createReplicationSchema = z.strictObject({
  name: displayNameSchema.optional().meta({ description: 'By default `{source} to {target}`.' }),
  source_database_id: idSchema,
  target_database_id: idSchema,
  target_table_name: targetTemplateSchema.default(defaultTargetTemplate),
  tables: tablesRequestSchema,
  capture: captureRequestSchema.prefault({}),
  dead_letters: deadLetterSettingsRequestSchema.prefault({}).meta({
    description: 'What happens to changes that the target refuses because of their row.',
  }),
  consumer: consumerRequestSchema.prefault({}).meta({
    description:
      'Where the consumer runs; by default as the environment says. Later: PATCH /replications/{id}/consumer.',
  }),
  schema_changes: schemaPolicyRequestSchema.prefault({}).meta({
    description:
      'What is done when a table is changed at the source. Later: PUT /replications/{id}/schema-policy.',
  }),
  new_tables: newTablesRequestSchema.optional().meta({
    description:
      'Tables of the source that join the replication by themselves when they are there, or wait for a person: `create-table` of ' +
      '`schema_changes` says which. Without it no table does.',
  }),
});

const replicationShape = {
  replication_id: idSchema,
  name: z.string(),
  source_database_id: idSchema,
  target_database_id: idSchema,
  connector_name: z.string(),
  topic_prefix: z.string(),
  status: replicationStatusSchema,
  is_active: z.boolean(),
  desired: desiredStateSchema,
  generation: countSchema.meta({ description: 'Counts the starts.' }),
  execution_arn: z.string().nullable(),
  last_error_code: z.string().nullable(),
  last_error_message: z.string().nullable(),
  status_since: instantSchema,
  created_at: instantSchema,
  table_count: countSchema,
};

export const replicationAnswerSchema = z.strictObject({
  ...replicationShape,
  consumer: consumerSettingsAnswerSchema,
  dead_letters: deadLetterSettingsAnswerSchema,
  target_table_name: z.string(),
  tables_version: countSchema.meta({ description: 'Counts the changes of `tables`.' }),
  table_change: z
    .strictObject({
      version: countSchema,
      state: z.enum(['running', 'failed']),
      leaving: z.array(tableNameAnswerSchema).meta({ description: 'Source tables that are being left out.' }),
      resync: z.array(tableNameAnswerSchema).meta({ description: 'Source tables that are copied again.' }),
      started_at: instantSchema,
      message: z.string().nullable().meta({ description: 'Why it failed.' }),
    })
    .nullable()
    .meta({ description: 'A change of the tables that is at work or has failed; null when there is none.' }),
  tables: z.array(
    z.strictObject({
      source: tableNameAnswerSchema,
      target: tableNameAnswerSchema,
      columns: z.array(
        z.strictObject({
          source: z.string(),
          target: z.string().nullable().meta({ description: 'Null: as at the source.' }),
          omit: z.boolean(),
          type: z.string().nullable().meta({ description: 'Null: that of the source.' }),
        }),
      ),
      value_policy: valuePolicySchema,
      unlogged_cascades: unloggedCascadesSchema,
    }),
  ),
  capture: z.strictObject({
    snapshot_mode: z.enum(usedSnapshotModes),
    max_batch_events: countSchema,
    max_queue_events: countSchema,
    max_queue_bytes: countSchema,
    heartbeat_interval_ms: countSchema,
    poll_interval_ms: countSchema,
    retriable_restart_wait_ms: countSchema,
    connect_timeout_ms: countSchema.nullable().meta({ description: "Null: the driver's own." }),
  }),
  schema_changes: z.strictObject(schemaPolicyShape),
  new_tables: z
    .strictObject({
      include: z.array(z.string()),
      exclude: z.array(z.string()),
      found: z
        .array(
          z.strictObject({
            source: tableNameAnswerSchema,
            state: z.enum(['waiting', 'refused']),
            message: z.string().nullable(),
            since: instantSchema,
          }),
        )
        .meta({
          description:
            'Tables that match and are not replicated. `waiting`: add it (POST /replications/{id}/tables), or exclude it. `refused`: it ' +
            'cannot be added, and `message` says why; it is tried again every minute.',
        }),
    })
    .nullable()
    .meta({ description: 'Null: no table joins by itself.' }),
});

const tableRequestShape = tablesRequestSchema.element.shape;

export const updateReplicationSchema = z
  .strictObject({
    tables: z
      .array(
        z.strictObject({
          source: tableRequestShape.source,
          target: tableRequestShape.target.meta({ description: 'Where it goes from now on.' }),
          columns: z
            .array(columnMappingRequestSchema)
            .max(maxMappedColumns)
            .optional()
            .meta({ description: 'All that is mapped of its columns, in the place of what was.' }),
          value_policy: valuePolicySchema.optional(),
          unlogged_cascades: unloggedCascadesSchema.optional(),
        }),
      )
      .min(1)
      .max(maxTables)
      .optional()
      .meta({
        description:
          'Tables of the replication that are mapped otherwise. One whose rows come out otherwise is copied again.',
      }),
    capture: z
      .strictObject({
        snapshot_mode: snapshotModeSchema.optional().meta({
          ...snapshotModeMeta,
          description: 'How rows are copied from the next copy on. Nothing is copied again for it.',
        }),
        ...nullableOptions,
      })
      .optional()
      .meta({ description: 'Options of the connector (null: as by default), and how rows are copied.' }),
    new_tables: newTablesRequestSchema
      .nullable()
      .optional()
      .meta({ description: 'In the place of what was; null: no table joins by itself any more.' }),
    reason: actionReasonSchema,
  })
  .meta({ description: 'What is left out stays as it is.' });

export const listReplicationsQuerySchema = z.strictObject({
  ...pageQueryShape,
  ...nameFilterShape,
  status: replicationStatusSchema.optional(),
  database_id: pathIdSchema.optional().meta({ description: 'Only those with this source or target.' }),
});

export const replicationListSchema = z.strictObject({
  replications: z.array(z.strictObject(replicationShape)),
  ...pageAnswerShape,
});
