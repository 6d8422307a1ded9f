import { z } from 'zod';

/** Numbers are handed out by the state store, one sequence each, starting at 1. */
export const clientIdSchema = z.number().int().positive();
export const databaseIdSchema = z.number().int().positive();
export const replicationIdSchema = z.number().int().positive();

export type ClientId = z.infer<typeof clientIdSchema>;
export type DatabaseId = z.infer<typeof databaseIdSchema>;
export type ReplicationId = z.infer<typeof replicationIdSchema>;

/** An ISO 8601 instant in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const instantSchema = z.iso.datetime();

/**
 * Of a name in any database that we know: MySQL's identifiers have 64 characters of up to 4 bytes, Oracle's 128 bytes,
 * PostgreSQL's 63 (NAMEDATALEN - 1). What a database allows itself its dialect says.
 */
export const maxIdentifierBytes = 256;

/** A name as the catalog spells it: case-sensitive, unquoted, any character but NUL. */
export const identifierPartSchema = z
  .string()
  .min(1)
  .max(maxIdentifierBytes)
  .refine((name) => !name.includes('\0'), { message: 'must not contain a NUL character' })
  .refine((name) => new TextEncoder().encode(name).length <= maxIdentifierBytes, {
    message: `must be at most ${maxIdentifierBytes} bytes`,
  });

export const tableRefSchema = z
  .strictObject({ schema: identifierPartSchema, table: identifierPartSchema })
  .readonly();
export type TableRef = z.infer<typeof tableRefSchema>;

/** A key for maps and state items. The separator cannot make two different tables equal, since parts are escaped. */
export const tableKey = (ref: TableRef): string =>
  `${encodeURIComponent(ref.schema)}.${encodeURIComponent(ref.table)}`;

/** For people: logs and messages. */
export const tableLabel = (ref: TableRef): string => `${ref.schema}.${ref.table}`;
