import { z } from 'zod';
import { faultConditionSchema } from './health-record.ts';
import { hopSchema } from './hop.ts';
import { instantSchema } from './identifiers.ts';

export const incidentRetentionDays = 90;

/** One condition of one replication, from when it has lasted long enough to tell somebody until it is over. */
export const incidentSchema = z
  .strictObject({
    incidentId: z.string(),
    replicationId: z.number().int().positive(),
    condition: faultConditionSchema,
    hop: hopSchema,
    /** The newest words for it. */
    message: z.string(),
    /** Since when it is so, and when it became an incident. */
    since: instantSchema,
    openedAt: instantSchema,
    updatedAt: instantSchema,
    /** Changes that were applied by the time it was opened. */
    appliedAtOpening: z.number().int().nonnegative(),
    /** Names what else has the same cause: incidents of other replications with the same text are one. */
    sharedCause: z.string().optional(),
    /** Set while it is not seen any more, until it has been gone for long enough to be over. */
    goneSince: instantSchema.optional(),
    closedAt: instantSchema.optional(),
    /** How it ended, as a sentence. */
    ending: z.string().optional(),
  })
  .readonly();
export type Incident = z.infer<typeof incidentSchema>;
