import { z } from 'zod';
import { activitySchema } from '#core/contracts/activity.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { idSchema } from './shared-contracts.ts';

/** As activities have it, to the millisecond. */
const momentSchema = instantSchema.transform((text) => new Date(text).toISOString());

const actorSchema = activitySchema.unwrap().shape.actor;

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
  actor: actorSchema.optional().meta({ description: 'Only what this part, or a user, did.' }),
  action: z
    .string()
    .regex(/^[a-z0-9-]{1,100}$/, 'must be the name of an action, as start-requested')
    .optional()
    .meta({ description: 'Only this action.' }),
  by: z.string().min(1).max(200).optional().meta({ description: 'Only what this token did, by its name.' }),
  since: momentSchema.optional().meta({ description: 'Not what was before.' }),
  until: momentSchema.optional().meta({ description: 'Not what was after.' }),
});

const activityValuesSchema = z.record(z.string(), z.string()).nullable();

const activityPageShape = {
  activity: z
    .array(
      z.strictObject({
        at: instantSchema,
        actor: actorSchema,
        action: z.string(),
        message: z.string(),
        replication_id: idSchema.nullable().meta({ description: 'Null: it is of the client as a whole.' }),
        by: z.string().nullable().meta({ description: 'Whose token it was, of what a user did.' }),
        reason: z.string().nullable().meta({ description: 'Why, in the words of the user.' }),
        before: activityValuesSchema.meta({ description: 'What was changed, as it was.' }),
        after: activityValuesSchema.meta({ description: 'What was changed, as it is since.' }),
      }),
    )
    .meta({
      description:
        'Newest first. With a filter a page may have fewer than asked for, or none: the list ends where `next_cursor` is null.',
    }),
  next_cursor: z.string().nullable().meta({ description: 'Null: there is no more.' }),
};

export const clientActivityAnswerSchema = z.strictObject(activityPageShape);

export const activityAnswerSchema = z.strictObject({ replication_id: idSchema, ...activityPageShape });
