import { z } from 'zod';
import { instantSchema } from './identifiers.ts';

/** One line of a replication's history that a person reads: starts, stops, failures, heals. Kept for 90 days. */
export const activitySchema = z
  .strictObject({
    at: instantSchema,
    actor: z.enum(['user', 'start-replication', 'delete-replication', 'change-tables', 'healer', 'consumer']),
    /** Stable, kebab-case: `connector-resumed`, `consumer-restarted`, `start-failed`. */
    action: z.string(),
    message: z.string(),
  })
  .readonly();
export type Activity = z.infer<typeof activitySchema>;

export const activityRetentionDays = 90;
