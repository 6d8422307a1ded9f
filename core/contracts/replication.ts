import { z } from 'zod';
import {
  clientIdSchema,
  databaseIdSchema,
  instantSchema,
  replicationIdSchema,
  tableRefSchema,
} from './identifiers.ts';

export const tableMappingSchema = z
  .strictObject({ source: tableRefSchema, target: tableRefSchema })
  .readonly();
export type TableMapping = z.infer<typeof tableMappingSchema>;

/**
 * configured: saved, nothing runs. starting: an execution of start-replication runs. active: capture and
 * consumer run. stopped: on a user's word. error: stopped by a failure that a person must look at.
 * needs-resync: stopped because changes were lost before they could be applied.
 */
export const replicationStatusSchema = z.enum([
  'configured',
  'starting',
  'active',
  'stopped',
  'error',
  'needs-resync',
]);
export type ReplicationStatus = z.infer<typeof replicationStatusSchema>;

export const desiredStateSchema = z.enum(['running', 'stopped']);
export type DesiredState = z.infer<typeof desiredStateSchema>;

/** A replication as stored. */
export const replicationSchema = z
  .strictObject({
    replicationId: replicationIdSchema,
    clientId: clientIdSchema,
    name: z.string(),
    sourceDatabaseId: databaseIdSchema,
    targetDatabaseId: databaseIdSchema,
    tables: z.array(tableMappingSchema).min(1).readonly(),
    connectorName: z.string(),
    topicPrefix: z.string(),
    slotName: z.string(),
    publicationName: z.string(),
    status: replicationStatusSchema,
    desired: desiredStateSchema,
    /** Counts the starts. It names the execution, so the same start is the same execution. */
    generation: z.number().int().nonnegative(),
    /** The generation whose copy the target holds; a force_resync moves it to the current generation. 0: never copied. */
    copyGeneration: z.number().int().nonnegative(),
    executionArn: z.string().optional(),
    lastErrorCode: z.string().optional(),
    lastErrorMessage: z.string().optional(),
    /** When `status` last changed. */
    statusSince: instantSchema,
    createdAt: instantSchema,
  })
  .readonly();
export type Replication = z.infer<typeof replicationSchema>;

export const isActive = (replication: Pick<Replication, 'status'>): boolean =>
  replication.status === 'active';
