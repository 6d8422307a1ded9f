import { z } from 'zod';
import {
  deadLetterActionSchema,
  deadLetterPolicySchema,
  deadLetterStateSchema,
  deadLetterVerdictSchema,
  defaultDeadLetterSettings,
  maxDeadLetterLimit,
} from '#core/contracts/dead-letter.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { countSchema } from './shared-contracts.ts';
import { displayTextSchema } from './text-schemas.ts';

const idTextSchema = z.string().regex(/^[1-9]\d{0,14}$/, 'must be the dead_letter_id of an answer');
const tableNameSchema = z
  .string()
  .min(1)
  .max(600)
  .meta({ description: 'The source table as `schema.table`.' });

const policyDescription =
  'What happens to an event that the target refuses because of its row. hold_table: its table waits exactly before it. ' +
  'continue: it becomes a dead letter, and the other rows go on. stop: the replication ends with status error.';
const limitDescription =
  'How many dead letters, waiting events included, the replication may have. An event beyond them holds its table.';

const limitSchema = z.number().int().min(1).max(maxDeadLetterLimit);

export const deadLetterSettingsRequestSchema = z.strictObject({
  policy: deadLetterPolicySchema
    .default(defaultDeadLetterSettings.policy)
    .meta({ description: policyDescription }),
  limit: limitSchema.default(defaultDeadLetterSettings.limit).meta({ description: limitDescription }),
});

export const updateDeadLetterSettingsSchema = z
  .strictObject({
    policy: deadLetterPolicySchema.optional().meta({ description: policyDescription }),
    limit: limitSchema.optional().meta({ description: limitDescription }),
    reason: displayTextSchema.optional().meta({ description: 'Why, for the activity.' }),
  })
  .meta({
    description: 'What is left out stays as it is. A consumer that runs takes the change within seconds.',
  });

export const deadLetterSettingsAnswerSchema = z.strictObject({
  policy: deadLetterPolicySchema.meta({ description: policyDescription }),
  limit: countSchema.meta({ description: limitDescription }),
});

export const deadLetterPathSchema = z.strictObject({
  replication_id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
    .transform(Number),
  dead_letter_id: idTextSchema,
});

export const listDeadLettersQuerySchema = z.strictObject({
  ...pageQueryShape,
  table: tableNameSchema.optional(),
  cause: z.string().min(1).max(400).optional().meta({ description: 'A `cause` of GET dead-letters/causes.' }),
});

export const deadLetterAnswerSchema = z.strictObject({
  dead_letter_id: idTextSchema,
  table: tableNameSchema,
  key: z
    .array(z.string())
    .nullable()
    .meta({ description: 'The values of the key, in its order. Null for a viewer, who may not see values.' }),
  key_hash: z.string().meta({ description: 'The same for all dead letters of a row.' }),
  state: deadLetterStateSchema.meta({
    description:
      'dead: the target refused it. waiting: a change of a part of the row, behind one that was refused.',
  }),
  operation: z.enum(['upsert', 'patch', 'delete', 'move', 'rekey']).meta({
    description: 'upsert: the whole row. patch: a part of it. move, rekey: its key changes.',
  }),
  topic: z.string(),
  partition: countSchema,
  offset: z.string().meta({ description: 'Of the event in its topic.' }),
  dead_letter_offset: z
    .string()
    .nullable()
    .meta({ description: 'Where the event stands in the dead-letter topic.' }),
  error_code: z.string(),
  cause: z.string(),
  message: z.string(),
  attempts: countSchema,
  first_at: instantSchema,
  last_at: instantSchema,
  requested: deadLetterActionSchema.nullable().meta({
    description: 'What a person has asked for and the consumer has not done yet.',
  }),
  verdict: deadLetterVerdictSchema.nullable().meta({ description: 'How the last check or replay ended.' }),
  verdict_message: z.string().nullable(),
  verdict_at: instantSchema.nullable(),
});

export const deadLetterListSchema = z.strictObject({
  replication_id: countSchema,
  settings: deadLetterSettingsAnswerSchema,
  dead_letters: z.array(deadLetterAnswerSchema),
  ...pageAnswerShape,
});

export const deadLetterCausesSchema = z.strictObject({
  replication_id: countSchema,
  causes: z
    .array(
      z.strictObject({
        cause: z
          .string()
          .meta({ description: "The error's code, the server's own code, constraint and column." }),
        error_code: z.string(),
        table: tableNameSchema,
        events: countSchema,
        rows: countSchema.meta({ description: 'Rows that are known to differ for it.' }),
        first_at: instantSchema,
        last_at: instantSchema,
        sample_id: idTextSchema,
        sample_message: z.string(),
      }),
    )
    .meta({ description: 'The most frequent first.' }),
});

/** At most as many as a statement of a target takes well. */
const maxIds = 1_000;

const selectionShape = {
  ids: z.array(idTextSchema).min(1).max(maxIds).optional().meta({ description: 'These dead letters.' }),
  cause: z.string().min(1).max(400).optional().meta({ description: 'All of this cause.' }),
  table: tableNameSchema.optional().meta({ description: 'All of this source table.' }),
  all: z.literal(true).optional().meta({ description: 'All of the replication.' }),
} as const;

export const replayDeadLettersSchema = z
  .strictObject({
    ...selectionShape,
    dry_run: z.boolean().default(false).meta({
      description:
        'Only tries: reads each row from the source, writes it at the target, and rolls that back.',
    }),
    reason: displayTextSchema.optional().meta({ description: 'Why, for the activity.' }),
  })
  .meta({
    description:
      'Say which: ids, cause, table (all conditions hold), or all. The other dead letters of the same rows come along.',
  });

export const discardDeadLettersSchema = z
  .strictObject({
    ...selectionShape,
    reason: displayTextSchema.meta({ description: 'Why, for the activity.' }),
  })
  .meta({ description: 'Say which, as for a replay.' });

export const requestedDeadLettersSchema = z.strictObject({
  replication_id: countSchema,
  action: deadLetterActionSchema,
  asked: countSchema.meta({ description: 'How many dead letters it is about.' }),
  message: z.string(),
  verdicts: z
    .array(
      z.strictObject({
        dead_letter_id: idTextSchema,
        verdict: z.enum([...deadLetterVerdictSchema.options, 'superseded', 'pending']).meta({
          description:
            'superseded: it is gone, since a later change made the row right. pending: not tried yet; list the dead letters later.',
        }),
        message: z.string(),
      }),
    )
    .meta({ description: 'Of a dry run, at most 100; empty otherwise.' }),
});
