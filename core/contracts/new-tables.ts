import { z } from 'zod';
import { instantSchema, tableRefSchema } from './identifiers.ts';
import { refuseTablePattern } from './table-pattern.ts';

/** Of a setting; a name is one pattern. */
export const maxTablePatterns = 200;

/** A schema and a table, each with `*` and `?`: see core/contracts/table-pattern.ts. */
export const tablePatternSchema = z
  .string()
  .min(1)
  .max(600)
  .superRefine((pattern, context) => {
    const message = refuseTablePattern(pattern);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/**
 * Which tables of the source belong to a replication although they are not among its tables yet. What is done about one is the
 * policy's for `create-table`.
 */
export const newTablesSchema = z
  .strictObject({
    include: z.array(tablePatternSchema).min(1).max(maxTablePatterns).readonly(),
    /** These are left out although they match. Tables that a person has left out are here by their names. */
    exclude: z.array(tablePatternSchema).max(maxTablePatterns).readonly().exactOptional(),
  })
  .readonly();
export type NewTables = z.infer<typeof newTablesSchema>;

/** So many are stored with their reasons; the health check comes to the others when these are gone. */
export const maxFoundTables = 50;

/** A table of the source that matches and is not replicated. waiting: a person decides. refused: it cannot be added, `message` says why. */
export const foundTableSchema = z
  .strictObject({
    source: tableRefSchema,
    state: z.enum(['waiting', 'refused']),
    message: z.string().exactOptional(),
    since: instantSchema,
  })
  .readonly();
export type FoundTable = z.infer<typeof foundTableSchema>;
