import { z } from 'zod';
import { captureOptionsSchema } from './capture-options.ts';
import { parseColumnType } from './column-type.ts';
import { deadLetterSettingsSchema } from './dead-letter.ts';
import {
  clientIdSchema,
  databaseIdSchema,
  identifierPartSchema,
  instantSchema,
  replicationIdSchema,
  tableRefSchema,
} from './identifiers.ts';
import { foundTableSchema, maxFoundTables, newTablesSchema } from './new-tables.ts';
import { schemaPolicySchema } from './schema-policy.ts';
import { taskSizeSchema } from './task-size.ts';

/**
 * What becomes of one source column. A column that is not listed keeps its name and type. `omit`: it is neither copied
 * nor captured, and stands alone. `type`: that of the column that Millrace creates, in the spelling of `parseColumnType`.
 */
export const columnMappingSchema = z
  .strictObject({
    source: identifierPartSchema,
    target: identifierPartSchema.exactOptional(),
    omit: z.literal(true).exactOptional(),
    type: z
      .string()
      .refine((type) => parseColumnType(type)?.type === type)
      .exactOptional(),
  })
  .readonly();
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

/**
 * What happens with a value of the source that the target's type has no place for, as `infinity` in a MySQL date.
 * fail: nothing is written and the replication stops. null: the column is NULL. text: the column that Millrace creates is
 * a text, with the canonical text of every value.
 */
export const valuePolicySchema = z.enum(['fail', 'null', 'text']);
export type ValuePolicy = z.infer<typeof valuePolicySchema>;

/**
 * Whether a table is replicated of which the server changes rows without writing so to its log: by foreign keys with ON
 * DELETE or ON UPDATE, of MySQL before 9.6 and MariaDB. Those changes are missing at the target.
 */
export const unloggedCascadesSchema = z.enum(['refuse', 'accept']);
export type UnloggedCascades = z.infer<typeof unloggedCascadesSchema>;

export const tableMappingSchema = z
  .strictObject({
    source: tableRefSchema,
    target: tableRefSchema,
    columns: z.array(columnMappingSchema).min(1).readonly().exactOptional(),
    /** `fail` when absent. */
    valuePolicy: valuePolicySchema.exactOptional(),
    /** `refuse` when absent. */
    unloggedCascades: unloggedCascadesSchema.exactOptional(),
    /** Counts the mappings that the table has had since it was copied; 1 when absent. A copy of another one does not count. */
    revision: z.number().int().min(2).exactOptional(),
  })
  .readonly();
export type TableMapping = z.infer<typeof tableMappingSchema>;

/**
 * configured: saved, nothing runs. starting: an execution of start-replication runs. active: capture and
 * consumer run. pausing: a user has paused it, and its consumer commits what it has in hand. paused: no consumer runs, and
 * capture goes on. stopping: a user has stopped it, and its consumer or connector still ends. stopped: nothing of it runs.
 * error: stopped by a failure that a person must look at. needs-resync: stopped because changes were lost before they could
 * be applied. deleting: what it consists of is being removed, see deletion.ts; it never comes back from there.
 */
export const replicationStatusSchema = z.enum([
  'configured',
  'starting',
  'active',
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'error',
  'needs-resync',
  'deleting',
]);
export type ReplicationStatus = z.infer<typeof replicationStatusSchema>;

export const desiredStateSchema = z.enum(['running', 'paused', 'stopped']);
export type DesiredState = z.infer<typeof desiredStateSchema>;

/** How many of the transactions that a start waits for are stored by name: 20 KB of the longest names. */
export const maxNamedTransactions = 50;

/** What a start waits for at the source: transactions that were open when the wait began. */
export const startWaitSchema = z
  .strictObject({
    generation: z.number().int().positive(),
    since: instantSchema,
    /** When the start gives up. */
    until: instantSchema,
    /** In words; at most `maxNamedTransactions` of `count`. */
    transactions: z.array(z.string()).max(maxNamedTransactions).readonly(),
    count: z.number().int().nonnegative(),
  })
  .readonly();
export type StartWait = z.infer<typeof startWaitSchema>;

/**
 * A change of the tables that the state machine change-tables carries out. It is removed when the change is done; a failed
 * one stays until the next change or start.
 */
export const tableChangeSchema = z
  .strictObject({
    /** That of the tables that it brings about. */
    version: z.number().int().positive(),
    state: z.enum(['running', 'failed']),
    /** Source tables that are copied again. */
    resync: z.array(tableRefSchema).readonly(),
    startedAt: instantSchema,
    executionArn: z.string().optional(),
    /** Why it failed, and when. */
    message: z.string().optional(),
    errorCode: z.string().optional(),
    failedAt: instantSchema.optional(),
  })
  .readonly();
export type TableChange = z.infer<typeof tableChangeSchema>;

/**
 * How existing rows are copied when it is not by direct SQL: through Kafka Connect and Kafka. when_needed: also again, by itself,
 * when changes were lost.
 */
export const relayedModeSchema = z.enum(['initial', 'when_needed']);
export type RelayedMode = z.infer<typeof relayedModeSchema>;

/** The pause that a replication is in. */
export const pauseSchema = z
  .strictObject({
    since: instantSchema,
    /** Who has paused it, as the activity names them. */
    by: z.string(),
    /** Why, in the user's words. */
    reason: z.string().exactOptional(),
  })
  .readonly();
export type Pause = z.infer<typeof pauseSchema>;

/** `own`: its consumer has a task for itself. `pooled`: it shares a task with the consumers of other replications while it is quiet. */
export const placementSchema = z.enum(['own', 'pooled']);
export type Placement = z.infer<typeof placementSchema>;

/** Where the consumer runs. */
export const consumerSettingsSchema = z
  .strictObject({
    /** `own` when absent. */
    placement: placementSchema.exactOptional(),
    /** Of its own task; that of the environment when absent. */
    size: taskSizeSchema.exactOptional(),
    /** Set while a pooled replication has a task of its own, since it is not quiet. */
    movedOut: z.strictObject({ since: instantSchema, reason: z.string() }).readonly().exactOptional(),
  })
  .readonly();
export type ConsumerSettings = z.infer<typeof consumerSettingsSchema>;

/** A replication as stored. */
export const replicationSchema = z
  .strictObject({
    replicationId: replicationIdSchema,
    clientId: clientIdSchema,
    name: z.string(),
    sourceDatabaseId: databaseIdSchema,
    targetDatabaseId: databaseIdSchema,
    tables: z.array(tableMappingSchema).min(1).readonly(),
    /** Counts the changes of `tables`; 1 when absent. */
    tablesVersion: z.number().int().positive().exactOptional(),
    /** Tables that were left out, of which something is still to be removed. */
    leaving: z.array(tableMappingSchema).min(1).readonly().exactOptional(),
    tableChange: tableChangeSchema.exactOptional(),
    /** Kept until the next start or stop. */
    pause: pauseSchema.exactOptional(),
    /** How target tables are named that were not named by hand, see core/naming/target-template.ts; its default when absent. */
    targetTemplate: z.string().exactOptional(),
    capture: captureOptionsSchema.exactOptional(),
    /** `defaultDeadLetterSettings` when absent. */
    deadLetters: deadLetterSettingsSchema.exactOptional(),
    /** Absent: a task of its own, of the environment's size. */
    consumer: consumerSettingsSchema.exactOptional(),
    /** Absent: `no_data`, rows are copied by direct SQL. */
    snapshotMode: relayedModeSchema.exactOptional(),
    /** What is done about changes of the tables at the source; the preset `safe` when absent. */
    schemaPolicy: schemaPolicySchema.exactOptional(),
    /** Which tables come to it as they are created at the source; none when absent. */
    newTables: newTablesSchema.exactOptional(),
    /** Those that a health check has found and not added. */
    foundTables: z.array(foundTableSchema).min(1).max(maxFoundTables).readonly().exactOptional(),
    connectorName: z.string(),
    topicPrefix: z.string(),
    slotName: z.string(),
    publicationName: z.string(),
    status: replicationStatusSchema,
    desired: desiredStateSchema,
    /** Counts the starts, stops and pauses that users have asked for, so that an older request never undoes a newer one. */
    requestCount: z.number().int().nonnegative().exactOptional(),
    /** Counts the starts. It names the execution, so the same start is the same execution. */
    generation: z.number().int().nonnegative(),
    /** The generation whose copy the target holds; a force_resync moves it to the current generation. 0: never copied. */
    copyGeneration: z.number().int().nonnegative(),
    /**
     * The last start that was told to force a resync. While it is above `copyGeneration`, that resync is not complete: capture may
     * have begun again and target tables may be empty.
     */
    resyncGeneration: z.number().int().nonnegative().optional(),
    /** The last forced start that has begun capture again: a repetition of its step does not. Absent when there was none. */
    captureGeneration: z.number().int().positive().exactOptional(),
    executionArn: z.string().optional(),
    /** When a start first set out to create what capture needs at the source. Absent: nothing that Millrace made is there. */
    capturedSince: instantSchema.optional(),
    /** What the start of `wait.generation` waits for, or waited for last. */
    wait: startWaitSchema.optional(),
    lastErrorCode: z.string().optional(),
    lastErrorMessage: z.string().optional(),
    /** When `status` last changed. */
    statusSince: instantSchema,
    createdAt: instantSchema,
  })
  .readonly();
export type Replication = z.infer<typeof replicationSchema>;

/** Whether a forced start was broken off, so that the next start has to do what it was told to. */
export const owesResync = ({
  resyncGeneration = 0,
  copyGeneration,
}: Pick<Replication, 'resyncGeneration' | 'copyGeneration'>): boolean => resyncGeneration > copyGeneration;

/** Whether the copy reads its rows through Kafka Connect and Kafka, and queries the source nowhere itself. */
export const copiesThroughKafka = ({ snapshotMode }: Pick<Replication, 'snapshotMode'>): boolean =>
  snapshotMode !== undefined;

/** Whether its changes are captured: during a pause they are, from its beginning on, and wait in Kafka. */
export const isCaptured = ({ status }: Pick<Replication, 'status'>): boolean =>
  status === 'active' || status === 'pausing' || status === 'paused';

export const isActive = (replication: Pick<Replication, 'status'>): boolean =>
  replication.status === 'active';

/** Where its consumer is launched now. */
export const placementOf = ({ consumer }: Pick<Replication, 'consumer'>): Placement =>
  consumer?.placement === 'pooled' && consumer.movedOut === undefined ? 'pooled' : 'own';
