import { z } from 'zod';
import { instantSchema } from './identifiers.ts';

/** What the health check saw of the log at a replication's source. */
export const sourceLogSchema = z
  .strictObject({
    readAt: instantSchema,
    /** Bytes from where capture would go on to the log's end; absent when it could not be told. */
    retainedBytes: z.number().nonnegative().optional(),
    /** What may harm the source, one sentence each with its remedy. */
    warnings: z.array(z.string()).readonly(),
  })
  .readonly();
export type SourceLog = z.infer<typeof sourceLogSchema>;
