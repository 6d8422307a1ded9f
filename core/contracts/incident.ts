import { z } from 'zod';
import { faultConditionSchema } from './health-record.ts';
import { hopSchema } from './hop.ts';
import { instantSchema } from './identifiers.ts';

export const incidentRetentionDays = 90;

/** From the least to the most. info: nothing is wrong. warning: changes may be late. critical: someone has to act. */
export const severities = ['info', 'warning', 'critical'] as const;
export const severitySchema = z.enum(severities);
export type Severity = z.infer<typeof severitySchema>;

/** Whether `severity` is at least `least`. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

/** What ends well, and is told once. Its incident is closed as soon as it is opened. */
export const noticeConditionSchema = z.enum(['copy-done', 'resync-done']);
export type NoticeCondition = z.infer<typeof noticeConditionSchema>;

/** Each has a section of docs/runbook/health.md. */
export const incidentConditionSchema = z.enum([
  ...faultConditionSchema.options,
  ...noticeConditionSchema.options,
]);
export type IncidentCondition = z.infer<typeof incidentConditionSchema>;

/** One condition of one replication, from when it has lasted long enough to tell someone until it is over. */
export const incidentSchema = z
  .strictObject({
    incidentId: z.string(),
    replicationId: z.number().int().positive(),
    condition: incidentConditionSchema,
    hop: hopSchema,
    /** Of incidents from before there were severities: `warning`. */
    severity: severitySchema.default('warning'),
    /** Of a condition that gets worse by steps: the highest that it has reached, in percent. */
    level: z.number().int().optional(),
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
    /** When people were told of it, at its level. Absent: nobody yet. */
    toldAt: instantSchema.optional(),
    /** Set when it was muted at a check, so that it is told once no mute fits any more. */
    wasMuted: z.literal(true).optional(),
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
