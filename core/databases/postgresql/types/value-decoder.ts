import type { ColumnDescription } from '../../../contracts/table-description.ts';

/**
 * Turns a value of an event's JSON (never null) into the canonical text: PostgreSQL's own output under the settings of
 * core/databases/postgresql/session.ts. Capture passes on what PostgreSQL wrote, so values have that form already, but for booleans
 * and integers, which come as JSON unless they are below a domain. Returns undefined for what capture does not write for such a
 * column; it never guesses.
 */
export type ValueDecoder = (raw: unknown, column: ColumnDescription) => string | undefined;

/** Decoders by `baseType`, PostgreSQL's internal name of the type (pg_type.typname). */
export type ValueDecoders = Readonly<Record<string, ValueDecoder>>;

/** Any text. */
export const verbatim: ValueDecoder = (raw) => (typeof raw === 'string' ? raw : undefined);

/** A text of that form. What has another one was not written by our capture, so it means something else. */
export const matching =
  (form: RegExp): ValueDecoder =>
  (raw) =>
    typeof raw === 'string' && form.test(raw) ? raw : undefined;
