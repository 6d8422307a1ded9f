import { z } from 'zod';
import { captureDefaults } from '#core/capture/connector-config.ts';
import {
  defaultSnapshotMode,
  findSnapshotMode,
  isUsedSnapshotMode,
  snapshotModes,
  type UsedSnapshotMode,
  usedSnapshotModes,
} from '#core/capture/snapshot-modes.ts';
import { activitySchema } from '#core/contracts/activity.ts';
import { captureOptionBounds } from '#core/contracts/capture-options.ts';
import { largestQuota } from '#core/contracts/client-quotas.ts';
import { consumerStateSchema } from '#core/contracts/consumer.ts';
import { tableStateSchema } from '#core/contracts/copy.ts';
import { databaseKindSchema, tlsModeSchema } from '#core/contracts/database.ts';
import { deletionPartSchema, deletionStateSchema } from '#core/contracts/deletion.ts';
import { overallHealthSchema } from '#core/contracts/health-record.ts';
import { hopSchema } from '#core/contracts/hop.ts';
import { instantSchema, maxIdentifierBytes } from '#core/contracts/identifiers.ts';
import { maxTablePatterns, tablePatternSchema } from '#core/contracts/new-tables.ts';
import {
  desiredStateSchema,
  placementSchema,
  replicationStatusSchema,
  unloggedCascadesSchema,
  valuePolicySchema,
} from '#core/contracts/replication.ts';
import {
  changeActionSchema,
  changeKindSchema,
  policyPresetSchema,
  possibleActionsSchema,
} from '#core/contracts/schema-policy.ts';
import { defaultTransactionWaitSeconds, maxTransactionWaitSeconds } from '#core/contracts/steps.ts';
import { fargateBounds, findSizeProblem } from '#core/contracts/task-size.ts';
import { roleSchema } from '#core/contracts/token.ts';
import { maxTables } from '#core/lifecycle/map-tables.ts';
import { defaultTargetTemplate, refuseTemplate } from '#core/naming/target-template.ts';
import {
  alertChannelAnswerSchema,
  alertChannelListSchema,
  alertDeliveryAnswerSchema,
  alertDeliveryListSchema,
  alertMuteAnswerSchema,
  alertMuteListSchema,
  alertRouteAnswerSchema,
  alertRouteListSchema,
  savedAlertChannelAnswerSchema,
} from './alert-contracts.ts';
import {
  connectHealthSchema,
  connectorAnswerSchema,
  connectorConfigSchema,
  connectorListSchema,
  connectorTasksSchema,
  connectorValidationSchema,
  deletedConnectorSchema,
} from './connector-contracts.ts';
import {
  deadLetterAnswerSchema,
  deadLetterCausesSchema,
  deadLetterListSchema,
  deadLetterSettingsAnswerSchema,
  deadLetterSettingsRequestSchema,
  requestedDeadLettersSchema,
} from './dead-letter-contracts.ts';
import {
  fleetAnswerSchema,
  historyAnswerSchema,
  hopAnswerSchema,
  incidentAnswerSchema,
  incidentsAnswerSchema,
  triesAgainAtSchema,
  whyAnswerSchema,
} from './health-contracts.ts';
import { logsAnswerSchema } from './log-contracts.ts';
import { metricsTargetsAnswerSchema, metricsTextSchema } from './metrics-contracts.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { schemaChangeAnswerSchema, schemaChangeListSchema } from './schema-change-contracts.ts';
import { sourceSafetySchema } from './source-contracts.ts';
import { displayNameSchema, displayTextSchema, withoutNul } from './text-schemas.ts';

/**
 * The API's JSON: snake_case, unknown keys of a request rejected, absent values of an answer null. docs/openapi.json is
 * generated from these schemas.
 */

const idSchema = z.number().int().positive();
const countSchema = z.number().int().nonnegative();

/** An identifier in a path. Sixteen digits stay below 2^53. */
export const pathIdSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
  .transform(Number);

/** Of lists whose items have a name. */
const nameFilterShape = {
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Only those whose name has this text in it, in any case.' }),
} as const;

// Clients.

export const createClientSchema = z.strictObject({ name: displayNameSchema });

export const updateClientSchema = z
  .strictObject({ name: displayNameSchema })
  .meta({ description: 'Names of connectors that were made from the old name stay as they are.' });

export const listClientsQuerySchema = z.strictObject({ ...pageQueryShape, ...nameFilterShape });

export const clientAnswerSchema = z.strictObject({
  client_id: idSchema,
  name: z.string(),
  created_at: instantSchema,
});

const quotaNumber = z.number().int().min(0).max(largestQuota);
const quotaMeta = {
  tables: 'Of all replications together.',
  alert_rules: 'Channels, routes and mutes together.',
} as const;

export const setClientQuotasSchema = z
  .strictObject({
    databases: quotaNumber.nullable().optional(),
    replications: quotaNumber.nullable().optional(),
    tables: quotaNumber.nullable().optional().meta({ description: quotaMeta.tables }),
    tokens: quotaNumber.nullable().optional(),
    alert_rules: quotaNumber.nullable().optional().meta({ description: quotaMeta.alert_rules }),
  })
  .meta({
    description:
      'The limits of this client. What is null or left out is that of the environment. What the client has already stays.',
  });

const quotaAnswerSchema = z.strictObject({
  used: z.number().int().nonnegative(),
  limit: quotaNumber.nullable().meta({ description: 'Null: none.' }),
  is_own: z
    .boolean()
    .meta({ description: 'Whether the limit was set for this client, and is not that of the environment.' }),
});

export const clientQuotasAnswerSchema = z.strictObject({
  client_id: idSchema,
  databases: quotaAnswerSchema,
  replications: quotaAnswerSchema,
  tables: quotaAnswerSchema.meta({ description: quotaMeta.tables }),
  tokens: quotaAnswerSchema,
  alert_rules: quotaAnswerSchema.meta({ description: quotaMeta.alert_rules }),
});

export const clientListSchema = z.strictObject({ clients: z.array(clientAnswerSchema), ...pageAnswerShape });

// Tokens.

const tokenClientSchema = idSchema.nullable().meta({ description: 'Null: all clients.' });

export const createTokenSchema = z.strictObject({
  name: displayNameSchema.meta({ description: 'Who or what uses it. The activity names the caller by it.' }),
  role: roleSchema.meta({
    description: 'viewer: reads. operator: also changes, starts and stops. admin: also clients and tokens.',
  }),
  client_id: tokenClientSchema.optional().meta({
    description: 'The client that it is for; null: all clients. By default that of the token that asks.',
  }),
  expires_at: instantSchema.optional().meta({ description: 'From then on it is refused; never by default.' }),
});

export const createClientTokenSchema = createTokenSchema.omit({ client_id: true }).extend({
  name: createTokenSchema.shape.name.default('client token'),
  role: createTokenSchema.shape.role.default('operator'),
});

export const tokenAnswerSchema = z.strictObject({
  token_id: idSchema,
  name: z.string(),
  role: roleSchema,
  client_id: tokenClientSchema,
  created_at: instantSchema,
  created_by: z.string().meta({ description: 'The name of the token that created it.' }),
  expires_at: instantSchema.nullable(),
  last_used_at: instantSchema.nullable().meta({ description: 'To the minute; null: never used.' }),
});

export const newTokenAnswerSchema = z.strictObject({
  ...tokenAnswerSchema.shape,
  token: z.string().meta({ description: 'Shown this once; only its SHA-256 is stored.' }),
});

export const listTokensQuerySchema = z.strictObject({
  ...pageQueryShape,
  role: roleSchema.optional(),
  of_client: pathIdSchema.optional().meta({ description: 'Only tokens of this client.' }),
});

export const tokenListSchema = z.strictObject({ tokens: z.array(tokenAnswerSchema), ...pageAnswerShape });

export const versionsAnswerSchema = z.strictObject({
  version: z.string().meta({ description: 'Of Millrace.' }),
  api_version: z.string(),
  worker_image: z.string().meta({
    description:
      'Of consumers and copy workers that are launched now; those that run are replaced one after the other.',
  }),
});

export const meAnswerSchema = z.strictObject({
  name: z.string(),
  role: roleSchema,
  client_id: tokenClientSchema,
  token_id: idSchema.nullable().meta({ description: 'Null: the admin token of the deployment.' }),
});

// Databases.

/** A DNS name, an IPv4 or an IPv6 address; no scheme, no port, no path. */
const hostSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_.:-]+$/, 'must be a host name or an IP address, without scheme, port or path');

/** PostgreSQL's identifiers end at 63 bytes, its passwords at 1,000 (libpq, SASL). */
const databaseNameSchema = withoutNul.min(1).max(63);

const caPemSchema = z
  .string()
  .max(64 * 1024)
  .includes('-----BEGIN CERTIFICATE-----', { message: 'must be PEM certificates' })
  .meta({ description: 'Certificates that the server must chain to; the system roots when absent.' });

export const registerDatabaseSchema = z.strictObject({
  name: displayNameSchema,
  kind: databaseKindSchema.optional().meta({
    description: 'When it is left out, the server is asked what it is; otherwise nothing connects to it yet.',
  }),
  host: hostSchema,
  port: z.number().int().min(1).max(65_535),
  database: databaseNameSchema,
  username: withoutNul.min(1).max(63),
  password: withoutNul.min(1).max(1_000).meta({
    description: 'Kept in Secrets Manager; never returned and never logged.',
    writeOnly: true,
  }),
  tls_mode: tlsModeSchema.default('require').meta({
    description: '`require` encrypts; `verify-ca` and `verify-full` also check the certificate.',
  }),
  ca_pem: caPemSchema.optional(),
});

export const databaseAnswerSchema = z.strictObject({
  database_id: idSchema,
  name: z.string(),
  kind: databaseKindSchema,
  host: z.string(),
  port: z.number().int(),
  database: z.string(),
  username: z.string(),
  tls_mode: tlsModeSchema,
  ca_pem: z.string().nullable(),
  created_at: instantSchema,
});

export const updateDatabaseSchema = z
  .strictObject({
    name: displayNameSchema.optional(),
    host: hostSchema.optional(),
    port: z.number().int().min(1).max(65_535).optional(),
    database: databaseNameSchema.optional().meta({
      description: 'Only while no replication uses the database: another name means other tables.',
    }),
    username: withoutNul.min(1).max(63).optional(),
    password: withoutNul.min(1).max(1_000).optional().meta({
      description: 'Kept in Secrets Manager; never returned and never logged.',
      writeOnly: true,
    }),
    tls_mode: tlsModeSchema.optional(),
    ca_pem: caPemSchema.nullable().optional().meta({ description: 'Null: the system roots.' }),
  })
  .meta({ description: 'What is left out stays as it is.' });

export const updatedDatabaseSchema = z.strictObject({
  database: databaseAnswerSchema,
  replications: z
    .array(
      z.strictObject({
        replication_id: idSchema,
        effect: z.enum(['restarted', 'started', 'next-start', 'failed']).meta({
          description:
            'restarted: connector and consumer work with the change. started: it had failed and starts again. ' +
            'next-start: nothing runs. failed: it could not be told; send the change again.',
        }),
        message: z.string(),
      }),
    )
    .meta({ description: 'What became of the replications that use the database.' }),
});

export const listDatabasesQuerySchema = z.strictObject({
  ...pageQueryShape,
  ...nameFilterShape,
  kind: databaseKindSchema.optional(),
});

export const databaseListSchema = z.strictObject({
  databases: z.array(databaseAnswerSchema),
  ...pageAnswerShape,
});

export const problemSchema = z.strictObject({
  subject: z.string().meta({ description: 'What it is about: a field, a table, a column, a server.' }),
  message: z.string(),
  remedy: z.string().nullable().meta({ description: 'What to do; a statement to run where there is one.' }),
});

const readinessSchema = z.strictObject({ ready: z.boolean(), problems: z.array(problemSchema) });

export const databaseTestSchema = z.strictObject({
  database_id: idSchema,
  server_version: z.string(),
  latency_ms: z.number().nonnegative().meta({ description: 'One round trip on an open connection.' }),
  connect_ms: z.number().nonnegative().meta({ description: 'Connecting, TLS and logging in.' }),
  as_source: readinessSchema.meta({ description: 'Whether changes can be captured from it.' }),
  as_target: readinessSchema.meta({
    description: 'Whether tables can be created and written in the default schema.',
  }),
});

const tableNameAnswerSchema = z.strictObject({ schema: z.string(), table: z.string() });

export const discoverTablesQuerySchema = z.strictObject({
  ...pageQueryShape,
  limit: pageQueryShape.limit.default(1_000),
  schema: z.string().min(1).max(maxIdentifierBytes).optional(),
  replicable: z.enum(['true', 'false']).optional(),
});

export const discoveredTablesSchema = z.strictObject({
  ...pageAnswerShape,
  tables: z.array(
    z.strictObject({
      schema: z.string(),
      table: z.string(),
      kind: z.enum(['table', 'partitioned-table', 'view', 'foreign-table', 'other']),
      primary_key: z.array(z.string()).meta({
        description: 'Or the columns of the unique index that serves as the key; empty when it has neither.',
      }),
      key_index: z.string().nullable().meta({
        description:
          'The unique index, or constraint, that serves as the key. null: the primary key, or none.',
      }),
      replica_identity: z.enum(['default', 'full', 'nothing', 'index']),
      columns: countSchema,
      estimated_rows: countSchema.nullable().meta({
        description: "From the catalog's statistics; null when the table was never analysed.",
      }),
      bytes: countSchema.meta({ description: 'Without indexes.' }),
      replicable: z.boolean(),
      problems: z.array(problemSchema).meta({ description: 'Why it is not replicable.' }),
    }),
  ),
});

// Replications.

const identifierSchema = withoutNul
  .min(1)
  .refine((name) => new TextEncoder().encode(name).length <= maxIdentifierBytes, {
    message: `must be at most ${maxIdentifierBytes} bytes`,
  })
  .meta({
    description:
      'As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).',
  });

const schemaNameSchema = identifierSchema.meta({
  description: 'By default `public` of PostgreSQL, and otherwise the registered database.',
});

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

const usedModeNames = snapshotModes
  .filter(({ isUsed }) => isUsed)
  .flatMap(({ mode, formerNames }) => [mode, ...formerNames]);

/** Gives the name of today. */
const snapshotModeSchema = z
  .string()
  .max(50)
  .transform((name, context): UsedSnapshotMode => {
    const found = findSnapshotMode(name);
    if (found !== undefined && isUsedSnapshotMode(found.mode)) return found.mode;
    context.addIssue({
      code: 'custom',
      message:
        found === undefined
          ? `is no snapshot mode; there are ${snapshotModes.map(({ mode }) => mode).join(', ')}`
          : found.inMillrace,
    });
    return z.NEVER;
  });
const snapshotModeMeta = {
  enum: usedModeNames,
  description:
    'How existing rows are copied: `no_data` (also by its former names `never` and `schema_only`) with direct SQL, `initial` through Kafka ' +
    'Connect and Kafka, `when_needed` as `initial` and again by itself when changes were lost. See GET /snapshot-modes.',
};

const optionSchema = (name: keyof typeof captureOptionBounds, description: string) => {
  const { min, max } = captureOptionBounds[name];
  const byDefault =
    name === 'connectTimeoutMs' ? "the driver's own" : captureDefaults[name].toLocaleString('en');
  return z
    .number()
    .int()
    .min(min)
    .max(max)
    .optional()
    .meta({ description: `${description} By default ${byDefault}.` });
};

const captureRequestSchema = z
  .strictObject({
    snapshot_mode: snapshotModeSchema.default(defaultSnapshotMode).meta(snapshotModeMeta),
    max_batch_events: optionSchema('maxBatchEvents', 'Events per hand-over to Kafka.'),
    max_queue_events: optionSchema('maxQueueEvents', 'Events that wait in memory; more than a batch.'),
    max_queue_bytes: optionSchema('maxQueueBytes', 'The same in bytes, whichever is reached first.'),
    heartbeat_interval_ms: optionSchema(
      'heartbeatIntervalMs',
      'How often an idle connector stores its position.',
    ),
    poll_interval_ms: optionSchema('pollIntervalMs', 'How often it looks for new events.'),
    retriable_restart_wait_ms: optionSchema(
      'retriableRestartWaitMs',
      'How long it waits before it tries again after a retriable error.',
    ),
    connect_timeout_ms: optionSchema(
      'connectTimeoutMs',
      'For a connection from Kafka Connect to the source.',
    ),
  })
  .meta({ description: 'What the connector may have otherwise. Nothing else of it can be set.' });

export const snapshotModesQuerySchema = z.strictObject({ kind: databaseKindSchema.optional() });

export const snapshotModesAnswerSchema = z.strictObject({
  snapshot_modes: z.array(
    z.strictObject({
      mode: z.string(),
      former_names: z.array(z.string()),
      kinds: z.array(databaseKindSchema),
      meaning: z.string().meta({ description: 'What a connector of this mode does before it streams.' }),
      supported: z.boolean().meta({ description: 'Whether a replication can have it.' }),
      in_millrace: z.string().meta({ description: 'How the same is had here.' }),
    }),
  ),
});

const tablesRequestSchema = z
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

const kindActionsSchema = possibleActionsSchema.meta({
  description:
    'Actions for single kinds of change, in place of those of the preset. `auto`: done at the target, in its place between the ' +
    'rows. `ask`: the table is held before it. `ignore`: the target stays as it is. `stop`: the replication stops before it.',
});

const presetSchema = policyPresetSchema.meta({
  description:
    '`safe` follows what loses nothing and holds the table before everything else. `strict` holds it before every change. ' +
    '`mirror` is `safe`, and drops columns at the target that were dropped at the source.',
});

/** What is done about changes of the tables at the source. */
export const schemaPolicyRequestSchema = z.strictObject({
  preset: presetSchema.default('safe'),
  kinds: kindActionsSchema.default({}),
  tables: z
    .array(
      z.strictObject({
        source: z.strictObject({ schema: identifierSchema.optional(), table: identifierSchema }),
        preset: presetSchema.optional(),
        kinds: kindActionsSchema.omit({ 'create-table': true }).default({}),
      }),
    )
    .max(maxTables)
    .default([])
    .meta({ description: 'Tables with a policy of their own, which goes before that of all.' }),
});

const actionsAnswerSchema = z.partialRecord(changeKindSchema, changeActionSchema);

const schemaPolicyShape = {
  preset: policyPresetSchema,
  kinds: actionsAnswerSchema,
  tables: z.array(
    z.strictObject({
      source: tableNameAnswerSchema,
      preset: policyPresetSchema.nullable().meta({ description: 'Null: that of the replication.' }),
      kinds: actionsAnswerSchema,
    }),
  ),
};

export const schemaPolicyAnswerSchema = z.strictObject({
  ...schemaPolicyShape,
  actions: z.record(changeKindSchema, changeActionSchema).meta({
    description: 'What is done at each kind of change, for tables without a policy of their own.',
  }),
});

const cpuSchema = z
  .number()
  .int()
  .min(fargateBounds.cpu.least)
  .max(fargateBounds.cpu.most)
  .multipleOf(fargateBounds.cpu.step)
  .meta({ description: 'CPU units of Fargate: 256 is a quarter of a vCPU.', example: 256 });
const memoryMibSchema = z
  .number()
  .int()
  .min(fargateBounds.memoryMib.least)
  .max(fargateBounds.memoryMib.most)
  .multipleOf(fargateBounds.memoryMib.step)
  .meta({ description: 'MiB of memory. Which there are depends on `cpu`.', example: 512 });

/** Both or none, and what Fargate has. */
const checkSize = (
  {
    cpu,
    memory_mib,
  }: { readonly cpu?: number | null | undefined; readonly memory_mib?: number | null | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if (typeof cpu !== typeof memory_mib || (cpu === null) !== (memory_mib === null))
    context.addIssue({
      code: 'custom',
      path: ['memory_mib'],
      message: 'A size is `cpu` and `memory_mib`: give both, or null for both.',
    });
  if (typeof cpu !== 'number' || typeof memory_mib !== 'number') return;
  const found = findSizeProblem({ cpu, memoryMib: memory_mib });
  if (found !== undefined)
    context.addIssue({
      code: 'custom',
      path: [found.field === 'cpu' ? 'cpu' : 'memory_mib'],
      message: found.problem,
    });
};

const placementRequestSchema = placementSchema.meta({
  description:
    '`own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.',
});

const consumerRequestSchema = z
  .strictObject({
    placement: placementRequestSchema.optional(),
    cpu: cpuSchema.optional(),
    memory_mib: memoryMibSchema.optional(),
  })
  .superRefine(checkSize);

export const updateConsumerSettingsSchema = z
  .strictObject({
    placement: placementRequestSchema.optional(),
    cpu: cpuSchema.nullable().optional().meta({ description: "Null: the environment's." }),
    memory_mib: memoryMibSchema.nullable().optional().meta({ description: "Null: the environment's." }),
    reason: displayTextSchema.optional().meta({ description: 'Why, for the activity.' }),
  })
  .superRefine(checkSize);

export const consumerSettingsAnswerSchema = z.strictObject({
  placement: placementSchema,
  cpu: countSchema.nullable().meta({ description: "Of a task of its own; null: the environment's." }),
  memory_mib: countSchema.nullable().meta({ description: "Of a task of its own; null: the environment's." }),
  moved_out: z
    .strictObject({ since: instantSchema, reason: z.string() })
    .nullable()
    .meta({ description: 'While a pooled replication has a task of its own, since it is not quiet.' }),
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

const actionReasonSchema = displayTextSchema.optional().meta({ description: 'Why, for the activity.' });

const nullableOptions = Object.fromEntries(
  Object.entries(captureRequestSchema.shape).flatMap(([name, schema]) =>
    name === 'snapshot_mode' ? [] : [[name, (schema as ReturnType<typeof optionSchema>).nullable()]],
  ),
) as Readonly<
  Record<
    Exclude<keyof typeof captureRequestSchema.shape, 'snapshot_mode'>,
    z.ZodNullable<ReturnType<typeof optionSchema>>
  >
>;

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

export const validateReplicationSchema = z.strictObject({});

export const validationAnswerSchema = z.strictObject({
  replication_id: idSchema,
  ready: z.boolean(),
  problems: z.array(problemSchema).meta({ description: 'All of them; empty when it can start.' }),
  warnings: z
    .array(problemSchema)
    .meta({ description: 'What keeps no start from succeeding and should be changed all the same.' }),
});

/** Why someone acts, for the activity. */

export const startReplicationSchema = z.strictObject({
  reason: actionReasonSchema,
  force_resync: z.boolean().default(false).meta({
    description:
      'Truncates the target tables and copies everything again, also when the replication is active.',
  }),
  transaction_wait_seconds: z
    .number()
    .int()
    .min(0)
    .max(maxTransactionWaitSeconds)
    .default(defaultTransactionWaitSeconds)
    .meta({
      description:
        'How long the start waits for transactions that are open at the source when it begins. The status names them.',
    }),
});

export const stopReplicationSchema = z.strictObject({ reason: actionReasonSchema });
export const pauseReplicationSchema = z.strictObject({ reason: actionReasonSchema });

const transactionWaitSchema = startReplicationSchema.shape.transaction_wait_seconds;
/** Of a resume and a restart: a start that copies nothing again. */
export const resumeReplicationSchema = z.strictObject({
  reason: actionReasonSchema,
  transaction_wait_seconds: transactionWaitSchema,
});

export const addTablesSchema = z.strictObject({
  tables: tablesRequestSchema,
  version: z.number().int().positive().optional().meta({
    description: 'The tables_version that the caller has seen: 409 when it is another one by now.',
  }),
});

export const removeTableQuerySchema = z.strictObject({
  version: pathIdSchema.optional().meta({
    description: 'The tables_version that the caller has seen: 409 when it is another one by now.',
  }),
});

export const resyncTableSchema = z.strictObject({
  version: z.number().int().positive().optional().meta({
    description: 'The tables_version that the caller has seen: 409 when it is another one by now.',
  }),
});

export const tablePathSchema = z.strictObject({
  replication_id: pathIdSchema,
  table: z.string().min(1).max(600).meta({ description: 'The source table as `schema.table`.' }),
});

const flagSchema = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const deleteReplicationQuerySchema = z.strictObject({
  drop_target_tables: flagSchema.meta({
    description: 'Also drops the target tables that Millrace has created; never another one.',
  }),
  force: flagSchema.meta({
    description:
      'Leaves what the source or the target does not let be removed, and lists it with the statements to do it by hand.',
  }),
});

export const deletionAnswerSchema = z.strictObject({
  replication_id: idSchema,
  name: z.string(),
  state: deletionStateSchema.meta({
    description: 'blocked: a part cannot be removed until a person acts. done: the replication is gone.',
  }),
  drop_target_tables: z.boolean(),
  force: z.boolean(),
  requested_at: instantSchema,
  updated_at: instantSchema,
  finished_at: instantSchema.nullable(),
  removed: z.array(deletionPartSchema).meta({ description: 'Parts that are gone.' }),
  remains: z
    .array(
      z.strictObject({
        part: deletionPartSchema,
        problem: z.string(),
        remedy: z
          .string()
          .nullable()
          .meta({ description: 'What to do; statements to run where there are any.' }),
      }),
    )
    .meta({ description: 'Parts that are still there; of one that is done: what was left by force.' }),
});

const copyCountersShape = {
  rows_copied: countSchema,
  bytes_copied: countSchema,
  estimated_rows: countSchema,
  percent: z.number().min(0).max(100),
  rows_per_second: z.number().nonnegative().nullable(),
  bytes_per_second: countSchema.nullable(),
  seconds_left: z.number().nonnegative().nullable(),
};

const tableCopySchema = z.strictObject({
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

const tableStatusSchema = z.strictObject({
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

export const activityQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 999')
    .transform(Number)
    .default(50),
  cursor: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Where to go on: the `next_cursor` of the answer before.' }),
});

const activityValuesSchema = z.record(z.string(), z.string()).nullable();

const activityPageShape = {
  activity: z
    .array(
      z.strictObject({
        at: instantSchema,
        actor: activitySchema.unwrap().shape.actor,
        action: z.string(),
        message: z.string(),
        replication_id: idSchema.nullable().meta({ description: 'Null: it is of the client as a whole.' }),
        by: z.string().nullable().meta({ description: 'Whose token it was, of what a user did.' }),
        reason: z.string().nullable().meta({ description: 'Why, in the words of the user.' }),
        before: activityValuesSchema.meta({ description: 'What was changed, as it was.' }),
        after: activityValuesSchema.meta({ description: 'What was changed, as it is since.' }),
      }),
    )
    .meta({ description: 'Newest first.' }),
  next_cursor: z.string().nullable().meta({ description: 'Null: there is no more.' }),
};

export const clientActivityAnswerSchema = z.strictObject(activityPageShape);
export const activityAnswerSchema = z.strictObject({ replication_id: idSchema, ...activityPageShape });

/** RFC 9457. */
export const problemDetailsSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string().meta({ description: 'Stable; a code of core/errors/error-policies.ts.' }),
  advice: z.string().meta({ description: 'What to do next.' }),
  request_id: z.string().meta({ description: 'By which the log knows the request; also in X-Request-Id.' }),
  problems: z.array(problemSchema).optional(),
});

/** Schemas that docs/openapi.json names; all others are written out where they are used. */
export const namedAnswers = {
  Client: clientAnswerSchema,
  ClientList: clientListSchema,
  ClientQuotas: clientQuotasAnswerSchema,
  Token: tokenAnswerSchema,
  NewToken: newTokenAnswerSchema,
  TokenList: tokenListSchema,
  Me: meAnswerSchema,
  Versions: versionsAnswerSchema,
  Database: databaseAnswerSchema,
  DatabaseList: databaseListSchema,
  UpdatedDatabase: updatedDatabaseSchema,
  DatabaseTest: databaseTestSchema,
  DiscoveredTables: discoveredTablesSchema,
  Replication: replicationAnswerSchema,
  ReplicationList: replicationListSchema,
  SchemaPolicy: schemaPolicyAnswerSchema,
  Validation: validationAnswerSchema,
  SnapshotModes: snapshotModesAnswerSchema,
  Status: statusAnswerSchema,
  CopyProgress: copyAnswerSchema,
  TableCopy: tableCopySchema,
  TableStatus: tableStatusSchema,
  Activity: activityAnswerSchema,
  ClientActivity: clientActivityAnswerSchema,
  Why: whyAnswerSchema,
  HealthHistory: historyAnswerSchema,
  Incident: incidentAnswerSchema,
  Incidents: incidentsAnswerSchema,
  ConnectHealth: connectHealthSchema,
  Connector: connectorAnswerSchema,
  ConnectorList: connectorListSchema,
  ConnectorTasks: connectorTasksSchema,
  ConnectorConfig: connectorConfigSchema,
  ConnectorValidation: connectorValidationSchema,
  DeletedConnector: deletedConnectorSchema,
  Fleet: fleetAnswerSchema,
  AlertChannel: alertChannelAnswerSchema,
  SavedAlertChannel: savedAlertChannelAnswerSchema,
  AlertChannelList: alertChannelListSchema,
  AlertRoute: alertRouteAnswerSchema,
  AlertRouteList: alertRouteListSchema,
  AlertMute: alertMuteAnswerSchema,
  AlertMuteList: alertMuteListSchema,
  AlertDelivery: alertDeliveryAnswerSchema,
  AlertDeliveryList: alertDeliveryListSchema,
  Hop: hopAnswerSchema,
  Logs: logsAnswerSchema,
  Metrics: metricsTextSchema,
  MetricsTargets: metricsTargetsAnswerSchema,
  SchemaChange: schemaChangeAnswerSchema,
  SchemaChangeList: schemaChangeListSchema,
  DeadLetter: deadLetterAnswerSchema,
  DeadLetterList: deadLetterListSchema,
  DeadLetterCauses: deadLetterCausesSchema,
  SourceSafety: sourceSafetySchema,
  ConsumerSettings: consumerSettingsAnswerSchema,
  DeadLetterSettings: deadLetterSettingsAnswerSchema,
  RequestedDeadLetters: requestedDeadLettersSchema,
  Deletion: deletionAnswerSchema,
  Problem: problemSchema,
  ProblemDetails: problemDetailsSchema,
} as const;
