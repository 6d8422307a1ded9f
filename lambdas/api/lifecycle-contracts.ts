import { z } from 'zod';
import { deletionPartSchema, deletionStateSchema } from '#core/contracts/deletion.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { defaultTransactionWaitSeconds, maxTransactionWaitSeconds } from '#core/contracts/steps.ts';
import { tablesRequestSchema } from './replication-contracts.ts';
import { actionReasonSchema, flagSchema, idSchema, pathIdSchema, problemSchema } from './shared-contracts.ts';

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
  ends_not_before: instantSchema.nullable().meta({
    description:
      'While it runs: until then a step of the last start may be at work and make again what was removed, so it is looked at again. ' +
      'Null: it does not wait for that.',
  }),
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
