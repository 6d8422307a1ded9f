import { z } from 'zod';
import { instantSchema } from './identifiers.ts';

export const taskRoleSchema = z.enum(['consumer', 'copy-worker']);

/** Where a task shows its metrics. */
export const metricsTargetSchema = z
  .strictObject({
    clientId: z.number().int().positive(),
    replicationId: z.number().int().positive(),
    role: taskRoleSchema,
    /** Differs between tasks of the same replication and role. */
    taskId: z.string(),
    /** `host:port` */
    address: z.string(),
    /** `/metrics` when absent. */
    path: z.string().exactOptional(),
    /** When the task last said so. */
    announcedAt: instantSchema,
  })
  .readonly();
export type MetricsTarget = z.infer<typeof metricsTargetSchema>;

/** How often a task says where it is. */
export const announceIntervalMs = 60_000;
/** Three words missed: the task has ended, or nobody could reach it anyway. */
export const announcementStaleAfterMs = 3 * announceIntervalMs;
