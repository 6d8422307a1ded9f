import { z } from 'zod';
import { clientIdSchema, instantSchema, replicationIdSchema } from './identifiers.ts';

/**
 * What a deletion removes, in this order: what may still write comes first, and the record of the replication itself
 * comes last.
 */
export const deletionParts = [
  'start',
  'consumer',
  'connector',
  'source',
  'topics',
  'consumer-groups',
  'target',
  'records',
] as const;
export const deletionPartSchema = z.enum(deletionParts);
export type DeletionPart = z.infer<typeof deletionPartSchema>;

/** Something that a deletion has not removed. */
export const remainSchema = z
  .strictObject({
    part: deletionPartSchema,
    /** Why it is still there. */
    problem: z.string(),
    /** What a person can do; statements to run where there are any. */
    remedy: z.string().exactOptional(),
  })
  .readonly();
export type Remain = z.infer<typeof remainSchema>;

/**
 * running: an execution of delete-replication is at work. blocked: a part cannot be removed until a person acts. done:
 * everything is gone but what `remains` lists.
 */
export const deletionStateSchema = z.enum(['running', 'blocked', 'done']);

/** One deletion of a replication, as stored. It is kept for 90 days after the replication is gone. */
export const deletionSchema = z
  .strictObject({
    replicationId: replicationIdSchema,
    clientId: clientIdSchema,
    /** The replication's. */
    name: z.string(),
    connectorName: z.string(),
    state: deletionStateSchema,
    /** Counts the executions. It names them, so the same attempt is the same execution. */
    attempt: z.number().int().positive(),
    executionArn: z.string().optional(),
    /** Also drop the target tables that Millrace has created. */
    dropTargetTables: z.boolean(),
    /** Leave what the source or the target does not let be removed. */
    force: z.boolean(),
    requestedAt: instantSchema,
    /** When this attempt began: a part that cannot be reached is tried again until some time after it. */
    attemptedAt: instantSchema,
    /**
     * A step of a start that was under way may still create something until then. Nothing counts as removed before.
     */
    quietAt: instantSchema,
    updatedAt: instantSchema,
    finishedAt: instantSchema.optional(),
    removed: z.array(deletionPartSchema).readonly(),
    remains: z.array(remainSchema).readonly(),
  })
  .readonly();
export type Deletion = z.infer<typeof deletionSchema>;

export const deletionRetentionDays = 90;

/** The input of `delete-replication` and of its Lambda. */
export const deletionRunSchema = z.strictObject({
  clientId: clientIdSchema,
  replicationId: replicationIdSchema,
  attempt: z.number().int().positive(),
});
export type DeletionRun = z.infer<typeof deletionRunSchema>;

export const deletionExecutionName = ({
  replicationId,
  attempt,
}: Pick<DeletionRun, 'replicationId' | 'attempt'>): string =>
  `replication-${replicationId}-delete-${attempt}`;

/** What the Lambda returns. `again`: it is to be called once more after a pause. */
export const deletionOutputSchema = z.strictObject({ again: z.boolean(), state: deletionStateSchema });
export type DeletionOutput = z.infer<typeof deletionOutputSchema>;
