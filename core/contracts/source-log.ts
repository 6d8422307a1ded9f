import { z } from 'zod';
import { instantSchema } from './identifiers.ts';

/** An hour of marks at a look each minute; then every second one is left out, and the oldest always stays. */
export const maxLogMarks = 60;
/** What the growth of the kept log is told from: a quarter of an hour. */
export const maxLogSamples = 15;

/** Four checks of a minute with four looks each: longer than a status may rest on them. */
export const maxLogLooks = 16;

const lookSchema = z.strictObject({ at: instantSchema, capturedAsOf: instantSchema }).readonly();
const markSchema = z.strictObject({ at: instantSchema, position: z.string() }).readonly();
const sampleSchema = z
  .strictObject({ at: instantSchema, retainedBytes: z.number().nonnegative() })
  .readonly();

/** What the health check saw of the log at a replication's source, and of how far capture has come in it. */
export const sourceLogSchema = z
  .strictObject({
    /** When the log was read last. */
    readAt: instantSchema,
    /** Bytes from where capture would go on to the log's end; absent when it could not be told. */
    retainedBytes: z.number().nonnegative().optional(),
    /** What may harm the source, one sentence each with its remedy. */
    warnings: z.array(z.string()).readonly(),
    /** The log's end at `readAt`. */
    position: z.string().optional(),
    /** Differs whenever the source has written something since. */
    activity: z.string().optional(),
    /** Everything before it is in Kafka; absent before capture has begun. */
    captured: z.string().optional(),
    /** Differs whenever capture has come on, also within one transaction; and since when it is what it is. */
    movement: z.string().optional(),
    movedAt: instantSchema.optional(),
    /** Bytes of log between `captured` and `position`. */
    aheadBytes: z.number().nonnegative().optional(),
    /** Ends of the log that were seen and that capture has not reached, oldest first. */
    marks: z.array(markSchema).max(maxLogMarks).readonly().optional(),
    /** Everything that the source had written by then was seen to be captured; absent before that was seen for the first time. */
    capturedAsOf: instantSchema.optional(),
    /** The same as of former looks, oldest first: a heartbeat of the consumer tells only of what was captured before it. */
    looks: z.array(lookSchema).max(maxLogLooks).readonly().optional(),
    /** Whether a session reads the log for the capture, and since when that is so; absent where the source does not tell. */
    reader: z.strictObject({ isReading: z.boolean(), since: instantSchema }).readonly().optional(),
    /** What of the log is gone although it was not captured, in words. */
    lost: z.string().optional(),
    /** Since when the log does not have what was captured. */
    missing: z.strictObject({ since: instantSchema }).readonly().optional(),
    /** When something was written to the log last to see capture come on. */
    probedAt: instantSchema.optional(),
    /** After so many bytes, or so many milliseconds, the source removes log although it was not captured. */
    limitBytes: z.number().nonnegative().optional(),
    keptMs: z.number().nonnegative().optional(),
    samples: z.array(sampleSchema).max(maxLogSamples).readonly().optional(),
    /** Set while the log cannot be read: the last error, and since when it is so. */
    failure: z
      .strictObject({ code: z.string(), message: z.string(), at: instantSchema, since: instantSchema })
      .readonly()
      .optional(),
  })
  .readonly();
export type SourceLog = z.infer<typeof sourceLogSchema>;
