import { z } from 'zod';
import { instantSchema } from './identifiers.ts';
import type { Replication } from './replication.ts';

/** What an action has changed: names as the API has them, and their values in words. */
const activityValuesSchema = z.record(z.string(), z.string()).readonly();

/** One line of a replication's history that a person reads: starts, stops, failures, heals. Kept for 90 days. */
export const activitySchema = z
  .strictObject({
    at: instantSchema,
    actor: z.enum(['user', 'start-replication', 'delete-replication', 'change-tables', 'healer', 'consumer']),
    /** Stable, kebab-case: `connector-resumed`, `consumer-restarted`, `start-failed`. */
    action: z.string(),
    message: z.string(),
    /** Whose token it was, of what a user did. */
    by: z.string().exactOptional(),
    /** Why, in the user's words. */
    reason: z.string().exactOptional(),
    before: activityValuesSchema.exactOptional(),
    after: activityValuesSchema.exactOptional(),
  })
  .readonly();
export type Activity = z.infer<typeof activitySchema>;

export const activityRetentionDays = 90;

/** In place of a client's number, of what belongs to no one client: no client has it. */
export const installationActivity = 0;

/** `before` and `after` of an activity that moves a replication from one status to another. */
export const statusChange = (
  before: Pick<Replication, 'status' | 'desired'>,
  after: Pick<Replication, 'status' | 'desired'>,
): Pick<Activity, 'before' | 'after'> => ({
  before: { status: before.status, desired: before.desired },
  after: { status: after.status, desired: after.desired },
});
