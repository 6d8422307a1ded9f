import { z } from 'zod';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { schemaChangeStateSchema, schemaChangeWaySchema } from '#core/contracts/schema-change.ts';
import { changeKindSchema } from '#core/contracts/schema-policy.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { countSchema } from './shared-contracts.ts';
import { displayTextSchema, withoutNul } from './text-schemas.ts';

const changeIdSchema = z
  .string()
  .regex(/^[a-f0-9]{1,32}$/, 'must be the change_id of an answer')
  .meta({ description: 'Names one change of one table.' });
const tableNameSchema = z
  .string()
  .min(1)
  .max(600)
  .meta({ description: 'The source table as `schema.table`.' });

export const schemaChangePathSchema = z.strictObject({
  replication_id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
    .transform(Number),
  change_id: changeIdSchema,
});

export const listSchemaChangesQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: schemaChangeStateSchema.optional().meta({ description: 'Only those in this state.' }),
  table: tableNameSchema.optional(),
});

const shapeSchema = z.strictObject({
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string().meta({ description: 'As the source spells it.' }),
      not_null: z.boolean(),
      generated: z.boolean(),
    }),
  ),
  primary_key: z.array(z.string()),
});

export const rehearsalAnswerSchema = z.strictObject({
  at: instantSchema,
  statements: z.array(z.string()).meta({ description: 'What was tried; nothing of it is left.' }),
  method: z.enum(['rolled-back', 'empty-copy', 'counted']).meta({
    description:
      'rolled-back: on the target table, in a transaction that was rolled back. empty-copy: on a copy of it without rows, which was ' +
      'dropped. counted: no statement was run, rows were only counted.',
  }),
  ok: z.boolean().meta({ description: 'Nothing was found that keeps the change from being done.' }),
  problems: z.array(z.string()),
  rewrites_table: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether the server writes each row again; null where that is not known.' }),
  lock: z.string().nullable().meta({ description: 'What is locked meanwhile, in words.' }),
  estimated_rows: z.number().int().nullable().meta({ description: "The target's own estimate." }),
  unfit: z
    .array(
      z.strictObject({
        column: z.string(),
        what: z.string().meta({ description: 'Completes "rows that ".' }),
        rows: countSchema.nullable().meta({ description: 'Null where counting took too long.' }),
      }),
    )
    .meta({ description: 'Rows of the target that the new columns of the source would not hold.' }),
  note: z.string().nullable(),
  duration_ms: countSchema,
});

const itemShape = {
  change_id: changeIdSchema,
  version: z
    .number()
    .int()
    .positive()
    .meta({ description: 'Changes with the change. A decision names the version that its person has seen.' }),
  table: tableNameSchema,
  target_table: z.string(),
  state: schemaChangeStateSchema.meta({
    description:
      'waiting: the table is held until a person decides. approved: not done yet. applied: the target has it. rejected: the table stays ' +
      'held, until closed_at is set. expired: another change has taken its place, or the table was copied again or left out.',
  }),
  way: schemaChangeWaySchema.meta({
    description:
      'What approving does. follow: the target table is changed at this place between the rows. truncate: it is emptied there. ' +
      'resync: the table is copied again.',
  }),
  kinds: z.array(changeKindSchema),
  what: z.string().meta({ description: 'The change in words.' }),
  message: z.string().meta({ description: 'What can be done about it now.' }),
  statements: z.array(z.string()).meta({ description: 'Planned at the target, in their order.' }),
  edited_statement: z
    .string()
    .nullable()
    .meta({ description: 'What was approved in the place of the planned statements.' }),
  risk: z.strictObject({ level: z.enum(['low', 'medium', 'high']), message: z.string() }),
  detected_at: instantSchema,
  decided_at: instantSchema.nullable(),
  decided_by: z.string().nullable(),
  reason: z.string().nullable().meta({ description: 'Why it was decided so.' }),
  closed_at: instantSchema
    .nullable()
    .meta({ description: 'Since when nothing is to be decided or done about it.' }),
  note: z.string().nullable().meta({ description: 'How it ended, or why an approval was not carried out.' }),
} as const;

export const schemaChangeAnswerSchema = z.strictObject({
  replication_id: countSchema,
  ...itemShape,
  before: shapeSchema.nullable().meta({ description: 'The source table before the change.' }),
  after: shapeSchema
    .nullable()
    .meta({ description: 'The source table after it; null where that is not known.' }),
  position: z
    .strictObject({ topic: z.string(), partition: countSchema, offset: z.string() })
    .nullable()
    .meta({ description: 'Exactly before the change; null where the log has not come to it.' }),
  rehearsal: rehearsalAnswerSchema.nullable().meta({ description: 'The last one of this version.' }),
});

export const schemaChangeListSchema = z.strictObject({
  replication_id: countSchema,
  schema_changes: z.array(z.strictObject(itemShape)).meta({ description: 'The newest first.' }),
  ...pageAnswerShape,
});

const maxStatementLength = 10_000;
const statementSchema = withoutNul
  .min(1)
  .max(maxStatementLength)
  .meta({
    description:
      'One ALTER TABLE of the target table, in the place of the planned statements. It adds and renames the same columns, with the same ' +
      'values in the rows that are there; types, the dropping of columns that the source dropped, ALGORITHM and LOCK are free.',
  });

export const rehearseSchemaChangeSchema = z.strictObject({
  statement: statementSchema.optional(),
});

const versionSchema = z.number().int().positive().meta({
  description: 'The version of the change that the caller has seen: 409 when it is another one by now.',
});

export const approveSchemaChangeSchema = z.strictObject({
  version: versionSchema,
  statement: statementSchema.optional(),
  reason: displayTextSchema.optional().meta({ description: 'Why, for the activity.' }),
});

export const rejectSchemaChangeSchema = z.strictObject({
  version: versionSchema,
  reason: displayTextSchema.meta({ description: 'Why, for the activity.' }),
});
