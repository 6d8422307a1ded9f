import { z } from 'zod';
import { instantSchema } from './identifiers.ts';

/** Who has written a line: the tasks, the Lambdas of the state machines, the health checks, and Debezium in Kafka Connect. */
export const logComponentSchema = z.enum(['consumer', 'copy-worker', 'steps', 'healer', 'connector']);
export type LogComponent = z.infer<typeof logComponentSchema>;

/** From the least to the most serious. */
export const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof logLevelSchema>;

/** One line of what the parts of a replication say. */
export const logLineSchema = z
  .strictObject({
    at: instantSchema,
    level: logLevelSchema,
    component: logComponentSchema,
    /** The Lambda, task or class that speaks. */
    service: z.string(),
    message: z.string(),
    /** The error with its causes and traces, as text. */
    error: z.string().optional(),
  })
  .readonly();
export type LogLine = z.infer<typeof logLineSchema>;

/** Whether a line of this level is shown to those who asked for `least` and above. */
export const isAtLeast = (level: LogLevel, least: LogLevel): boolean =>
  logLevelSchema.options.indexOf(level) >= logLevelSchema.options.indexOf(least);
