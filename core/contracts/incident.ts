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
    /** Changes that were applied by the time it was opened; absent when that was not known. */
    appliedAtOpening: z.number().int().nonnegative().optional(),
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

/** Its place in a list: text whose order is that of the opening, never the same for two incidents. */
export const incidentMoment = ({
  openedAt,
  replicationId,
  condition,
}: Pick<Incident, 'openedAt' | 'replicationId' | 'condition'>): string =>
  `${openedAt}#${String(replicationId).padStart(10, '0')}#${condition}`;
