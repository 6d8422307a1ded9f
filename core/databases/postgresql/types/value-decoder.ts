import type { ColumnDescription } from '../../../ports/databases.ts';

/**
 * Turns a value of an event's JSON (never null) into the canonical text: PostgreSQL's own output under the settings of
 * canonical-session. Returns undefined for what Debezium does not write for such a column; it never guesses.
 */
export type ValueDecoder = (raw: unknown, column: ColumnDescription) => string | undefined;

/** Decoders by `baseType`, PostgreSQL's internal name of the type (pg_type.typname). */
export type ValueDecoders = Readonly<Record<string, ValueDecoder>>;

/** A text that has the form already. */
export const matching =
  (form: RegExp): ValueDecoder =>
  (raw) =>
    typeof raw === 'string' && form.test(raw) ? raw : undefined;
