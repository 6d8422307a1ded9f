import { z } from 'zod';
import { maxIdentifierBytes } from '#core/contracts/identifiers.ts';
import { displayTextSchema, withoutNul } from './text-schemas.ts';

/**
 * The API's JSON: snake_case, unknown keys of a request rejected, absent values of an answer null. docs/openapi.json is
 * generated from these schemas. This is what several resources have.
 */

export const idSchema = z.number().int().positive();

export const countSchema = z.number().int().nonnegative();

/** An identifier in a path. Sixteen digits stay below 2^53. */
export const pathIdSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
  .transform(Number);

/** Of lists whose items have a name. */
export const nameFilterShape = {
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Only those whose name has this text in it, in any case.' }),
} as const;

export const problemSchema = z.strictObject({
  subject: z.string().meta({ description: 'What it is about: a field, a table, a column, a server.' }),
  message: z.string(),
  remedy: z.string().nullable().meta({ description: 'What to do; a statement to run where there is one.' }),
});

export const readinessSchema = z.strictObject({ ready: z.boolean(), problems: z.array(problemSchema) });

export const tableNameAnswerSchema = z.strictObject({ schema: z.string(), table: z.string() });

export const identifierSchema = withoutNul
  .min(1)
  .refine((name) => new TextEncoder().encode(name).length <= maxIdentifierBytes, {
    message: `must be at most ${maxIdentifierBytes} bytes`,
  })
  .meta({
    description:
      'As the catalog spells it: case-sensitive, unquoted. The database may allow less (PostgreSQL: 63 bytes).',
  });

export const schemaNameSchema = identifierSchema.meta({
  description: 'By default `public` of PostgreSQL, and otherwise the registered database.',
});

export const actionReasonSchema = displayTextSchema
  .optional()
  .meta({ description: 'Why, for the activity.' });

export const flagSchema = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** RFC 9457. */
export const problemDetailsSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string().meta({ description: 'Stable; a code of core/errors/error-policies.ts.' }),
  advice: z.string().meta({ description: 'What to do next.' }),
  request_id: z.string().meta({ description: 'By which the log knows the request; also in X-Request-Id.' }),
  problems: z.array(problemSchema).optional(),
});
