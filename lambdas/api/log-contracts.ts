import { z } from 'zod';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { logComponentSchema, logLevelSchema } from '#core/contracts/log-line.ts';
import { pageQueryShape } from './paging.ts';
import { queryNumber } from './query-number.ts';
import { idSchema } from './shared-contracts.ts';

/** A long poll ends before API Gateway gives a call up after 29 s, with time for a read that has just begun. */
export const maxWaitSeconds = 20;

export const logsQuerySchema = z.strictObject({
  limit: pageQueryShape.limit,
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,8000}$/, 'must be the next_cursor of an answer')
    .optional()
    .meta({
      description:
        'The `next_cursor` of the answer before: the lines go on there. `since` then has no effect.',
    }),
  component: logComponentSchema
    .optional()
    .meta({ description: 'Only lines of this part; of all by default.' }),
  level: logLevelSchema.default('info').meta({ description: 'Only lines of this level and above.' }),
  since: instantSchema.optional().meta({ description: 'Where the lines begin; an hour ago by default.' }),
  until: instantSchema
    .optional()
    .meta({ description: 'Where they end; now by default. Not with `wait_seconds`.' }),
  text: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Only lines with this text in their message or error, in any case.' }),
  wait_seconds: queryNumber(0, maxWaitSeconds)
    .default(0)
    .meta({
      description: `How long the answer may wait for a line, at most ${maxWaitSeconds}: to follow the lines.`,
    }),
});

export const logsAnswerSchema = z.strictObject({
  replication_id: idSchema,
  lines: z
    .array(
      z.strictObject({
        at: instantSchema,
        level: logLevelSchema,
        component: logComponentSchema,
        service: z.string().meta({ description: 'The Lambda, task or class that speaks.' }),
        message: z.string(),
        error: z.string().nullable().meta({ description: 'The error with its causes and traces.' }),
      }),
    )
    .meta({ description: 'The oldest first, from all parts. Lines of the same time may come in any order.' }),
  next_cursor: z
    .string()
    .meta({ description: 'Where the lines go on, also after the last one: to follow them.' }),
  is_at_end: z.boolean().meta({ description: 'Whether these are all lines that there are by now.' }),
  stream_url: z
    .string()
    .nullable()
    .meta({
      description:
        'Where the same lines come as Server-Sent Events, with the same token and the same query (without `wait_seconds`); ' +
        '`next_cursor` as `Last-Event-ID` goes on here. Null where nothing streams: follow by `wait_seconds`.',
    }),
});
