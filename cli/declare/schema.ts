import { z } from 'zod';
import { captureOptionBounds } from '#core/contracts/capture-options.ts';
import { databaseKindSchema, tlsModeSchema } from '#core/contracts/database.ts';
import { deadLetterPolicySchema, maxDeadLetterLimit } from '#core/contracts/dead-letter.ts';
import { identifierPartSchema } from '#core/contracts/identifiers.ts';
import { maxTablePatterns, tablePatternSchema } from '#core/contracts/new-tables.ts';
import { placementSchema, unloggedCascadesSchema, valuePolicySchema } from '#core/contracts/replication.ts';
import { policyPresetSchema, possibleActionsSchema } from '#core/contracts/schema-policy.ts';

/**
 * What a folder of YAML files declares for `plan` and `apply`. docs/millrace.schema.json is generated from it by
 * `npm run config-schema`.
 */

const nameSchema = z.string().trim().min(1).max(100);

const secretReferenceSchema = z
  .union([
    z.strictObject({ env: z.string().min(1).meta({ description: 'The name of an environment variable.' }) }),
    z.strictObject({
      file: z.string().min(1).meta({ description: 'A path, from the folder of the YAML file.' }),
    }),
  ])
  .meta({ description: 'Where the password is. It never stands in the file itself.' });

export const declaredClientSchema = z
  .strictObject({ name: nameSchema })
  .meta({ description: 'A tenant. Only an admin token can create one.' });

export const declaredDatabaseSchema = z
  .strictObject({
    name: nameSchema,
    kind: databaseKindSchema,
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    database: z.string().min(1).max(63).meta({ description: 'Its name at the server.' }),
    username: z.string().min(1).max(63),
    password: secretReferenceSchema.exactOptional().meta({
      description: 'Needed to register the database. Later it is only sent with `apply --passwords`.',
    }),
    tls_mode: tlsModeSchema.default('require'),
    ca_file: z.string().min(1).exactOptional().meta({
      description:
        'Certificates (PEM) that the server must chain to; a path, from the folder of the YAML file.',
    }),
    ca_pem: z.string().min(1).exactOptional().meta({ description: 'The same, written out.' }),
  })
  .refine((database) => database.ca_file === undefined || database.ca_pem === undefined, {
    message: 'has ca_file and ca_pem; give one of them',
  });
export type DeclaredDatabase = z.infer<typeof declaredDatabaseSchema>;

const tableSchema = z.union([
  z
    .string()
    .min(1)
    .meta({ description: '`table` or `schema.table`; for names with a dot use the other form.' }),
  z.strictObject({ schema: identifierPartSchema.exactOptional(), table: identifierPartSchema }),
]);

const declaredTableSchema = z.union([
  z.string().min(1).meta({ description: 'A source table as `table` or `schema.table`.' }),
  z.strictObject({
    source: tableSchema,
    target: z
      .strictObject({
        schema: identifierPartSchema.exactOptional(),
        table: identifierPartSchema.exactOptional(),
      })
      .exactOptional(),
    columns: z
      .array(
        z.strictObject({
          source: identifierPartSchema,
          target: identifierPartSchema.exactOptional(),
          omit: z.boolean().exactOptional(),
          type: z.string().min(1).max(100).exactOptional(),
        }),
      )
      .default([]),
    value_policy: valuePolicySchema.default('fail'),
    unlogged_cascades: unloggedCascadesSchema.default('refuse'),
  }),
]);

const optionSchema = (name: keyof typeof captureOptionBounds) =>
  z.number().int().min(captureOptionBounds[name].min).max(captureOptionBounds[name].max).exactOptional();

const captureSchema = z.strictObject({
  snapshot_mode: z.enum(['no_data', 'never', 'schema_only', 'initial', 'when_needed']).exactOptional(),
  max_batch_events: optionSchema('maxBatchEvents'),
  max_queue_events: optionSchema('maxQueueEvents'),
  max_queue_bytes: optionSchema('maxQueueBytes'),
  heartbeat_interval_ms: optionSchema('heartbeatIntervalMs'),
  poll_interval_ms: optionSchema('pollIntervalMs'),
  retriable_restart_wait_ms: optionSchema('retriableRestartWaitMs'),
  connect_timeout_ms: optionSchema('connectTimeoutMs'),
});

const kindActionsSchema = possibleActionsSchema.default({});

const declaredPolicySchema = z
  .strictObject({
    preset: policyPresetSchema.default('safe'),
    kinds: kindActionsSchema,
    tables: z
      .array(
        z.strictObject({
          source: tableSchema,
          preset: policyPresetSchema.exactOptional(),
          kinds: possibleActionsSchema.omit({ 'create-table': true }).default({}),
        }),
      )
      .default([]),
  })
  .meta({ description: 'What is done when a table is changed at the source.' });

const declaredPatternsSchema = z.array(tablePatternSchema).max(maxTablePatterns);

const declaredNewTablesSchema = z
  .strictObject({
    include: declaredPatternsSchema.min(1),
    exclude: declaredPatternsSchema.default([]),
  })
  .meta({
    description:
      'Tables of the source that are not under `tables` and join the replication all the same, as patterns `schema.table` with `*` and ' +
      '`?`. `create-table` of `schema_changes` says whether they join by themselves. Left out: as it is; null: none.',
  });

const declaredDeadLettersSchema = z
  .strictObject({
    policy: deadLetterPolicySchema.exactOptional(),
    limit: z
      .number()
      .int()
      .min(1)
      .max(maxDeadLetterLimit)
      .exactOptional()
      .meta({ description: 'How many dead letters there may be before the next one holds its table.' }),
  })
  .meta({
    description:
      'What is done with a change that the target refuses because of its row. What is left out stays as it is.',
  });

const declaredConsumerSchema = z
  .strictObject({
    placement: placementSchema.exactOptional(),
    cpu: z.number().int().nullable().exactOptional().meta({
      description: "CPU units of a task of its own: 256 is a quarter of a vCPU. Null: the environment's.",
    }),
    memory_mib: z.number().int().nullable().exactOptional(),
  })
  .refine(({ cpu, memory_mib }) => (cpu === undefined) === (memory_mib === undefined), {
    message: 'A size is `cpu` and `memory_mib`: give both.',
    path: ['memory_mib'],
  })
  .meta({ description: 'Where the consumer runs. What is left out stays as it is.' });

export const declaredReplicationSchema = z.strictObject({
  name: nameSchema,
  source: nameSchema.meta({ description: 'The name of the database to read.' }),
  target: nameSchema.meta({ description: 'The name of the database to write.' }),
  target_table_name: z.string().min(1).max(200).exactOptional(),
  tables: z.array(declaredTableSchema).min(1).max(1_000),
  capture: captureSchema.default({}),
  schema_changes: declaredPolicySchema.exactOptional(),
  new_tables: declaredNewTablesSchema.nullable().exactOptional(),
  dead_letters: declaredDeadLettersSchema.exactOptional(),
  consumer: declaredConsumerSchema.exactOptional(),
  state: z.enum(['running', 'paused', 'stopped']).exactOptional().meta({
    description: 'What `apply` starts, pauses or stops it to. It is left as it is when this is left out.',
  }),
});

/** One file. */
export const declarationFileSchema = z
  .strictObject({
    $schema: z.string().exactOptional(),
    clients: z.array(declaredClientSchema).default([]),
    databases: z.array(declaredDatabaseSchema).default([]),
    replications: z.array(declaredReplicationSchema).default([]),
  })
  .meta({ title: 'Millrace', description: 'What `millrace plan` and `millrace apply` read.' });

export type DeclaredTable = Exclude<z.infer<typeof declaredTableSchema>, string>;
export type DeclaredPolicy = z.infer<typeof declaredPolicySchema>;
export type DeclaredNewTables = z.infer<typeof declaredNewTablesSchema> | null;
export type DeclaredDeadLetters = z.infer<typeof declaredDeadLettersSchema>;
export type DeclaredConsumer = z.infer<typeof declaredConsumerSchema>;
export type DeclaredCapture = z.infer<typeof captureSchema>;

/** A replication with its tables in their long form. */
export type DeclaredReplication = Omit<z.infer<typeof declaredReplicationSchema>, 'tables'> & {
  readonly tables: readonly (Omit<DeclaredTable, 'source'> & { readonly source: DeclaredTableName })[];
};

/** Without a schema: that of the source's default. */
export interface DeclaredTableName {
  readonly schema?: string;
  readonly table: string;
}

/** All files of a folder together. */
export interface Declaration {
  readonly clients: readonly z.infer<typeof declaredClientSchema>[];
  /** Certificates are read; passwords stay references, with paths made absolute. */
  readonly databases: readonly Omit<DeclaredDatabase, 'ca_file'>[];
  readonly replications: readonly DeclaredReplication[];
}

export const readTableName = (given: z.infer<typeof tableSchema>): DeclaredTableName => {
  if (typeof given !== 'string') {
    return given.schema === undefined ? { table: given.table } : { schema: given.schema, table: given.table };
  }
  const dot = given.indexOf('.');
  return dot <= 0 ? { table: given } : { schema: given.slice(0, dot), table: given.slice(dot + 1) };
};

/** `orders` is short for `{ source: orders }`. */
export const readDeclaredTable = (
  given: z.infer<typeof declaredTableSchema>,
): DeclaredReplication['tables'][number] =>
  typeof given === 'string'
    ? { source: readTableName(given), columns: [], value_policy: 'fail', unlogged_cascades: 'refuse' }
    : { ...given, source: readTableName(given.source) };
