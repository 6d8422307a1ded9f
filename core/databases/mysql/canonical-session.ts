/**
 * What every session of ours sets, so that the server's text of a value is the one that the codec reads.
 *
 * - Timestamps are read in UTC.
 * - `sql_mode` is ours whatever the server's is: no ANSI_QUOTES or NO_BACKSLASH_ESCAPES, under which statements mean
 *   something else; no PAD_CHAR_TO_FULL_LENGTH; values that do not fit are errors.
 * - A statement sees one moment of the database.
 */
export const canonicalSessionStatements: readonly string[] = [
  'SET NAMES utf8mb4',
  "SET SESSION time_zone = '+00:00', SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
];
