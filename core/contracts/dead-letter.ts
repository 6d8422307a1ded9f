import { z } from 'zod';

/**
 * What happens to an event that the target refuses because of its row. hold_table: the table waits exactly before the event.
 * continue: the event becomes a dead letter, and the other rows go on. stop: the replication ends with status error.
 */
export const deadLetterPolicySchema = z.enum(['hold_table', 'continue', 'stop']);
export type DeadLetterPolicy = z.infer<typeof deadLetterPolicySchema>;

/** The most that a limit can be: the consumer keeps the keys of all dead letters in memory. */
export const maxDeadLetterLimit = 10_000;

export const deadLetterSettingsSchema = z
  .strictObject({
    policy: deadLetterPolicySchema,
    /** How many dead letters, waiting events included, the replication may have. An event beyond them holds its table. */
    limit: z.number().int().positive().max(maxDeadLetterLimit),
  })
  .readonly();
export type DeadLetterSettings = z.infer<typeof deadLetterSettingsSchema>;

export const defaultDeadLetterSettings: DeadLetterSettings = { policy: 'hold_table', limit: 1_000 };

/** dead: the target refused the event. waiting: a change of a part of the row, behind a dead event of the same key. */
export const deadLetterStateSchema = z.enum(['dead', 'waiting']);
export type DeadLetterState = z.infer<typeof deadLetterStateSchema>;

/**
 * What a person has asked for, and the consumer has not done yet. replay: read the row again from the source and write it. check:
 * try that, and write nothing. discard: forget the dead letters of the row.
 */
export const deadLetterActionSchema = z.enum(['replay', 'check', 'discard']);
export type DeadLetterAction = z.infer<typeof deadLetterActionSchema>;

/** What a check or a replay has found last. */
export const deadLetterVerdictSchema = z.enum(['would-apply', 'still-fails', 'unreadable']);
export type DeadLetterVerdict = z.infer<typeof deadLetterVerdictSchema>;
