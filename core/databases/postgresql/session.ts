/**
 * Settings under which PostgreSQL's text output is the canonical text of a value: what copy writes, what the codec
 * makes of a captured event, and what a key bound is stored as. They apply to each of our sessions, source and
 * target.
 *
 * - `extra_float_digits=1` gives the shortest text that reads back as the same float (since PostgreSQL 12).
 * - `search_path=pg_catalog` makes every name in our statements mean what it says: no schema of a user can put its
 *   own operator or function in between (CVE-2018-1058), and `format_type` qualifies every type that is not built in.
 *   PostgreSQL's own logical replication workers do the same. A trigger function at the target has to qualify its
 *   names, or set its own search_path.
 * - `xmloption=content` accepts every value that an `xml` column can hold.
 *
 * A role or a database may have other defaults for all of these, and for what statements and literals mean: transactions that
 * fail where another writes; NULL as a text in an array; quotes around every name in the catalog's texts.
 */
export const canonicalSessionSettings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
  search_path: 'pg_catalog',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // What we keep next to the target tables has policies, so that each role sees its own rows; `off` would refuse every statement on it.
  row_security: 'on',
} as const;

/**
 * Limits that only newer servers have: 14 ends sessions that do nothing, and 17 whole transactions, as a copy is one. A
 * name that a server does not know would end the start of a session, so it is asked for its own.
 */
export const withoutSessionLimitsStatement =
  "SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout')";

/**
 * Of sessions at a source. A statement that row-level security would keep rows from fails, since a copy without them would
 * look whole. A source may be read-only by default, to keep people from accidents: Millrace writes its slot, its publication and
 * its heartbeats all the same. A target stays read-only where it is: a provider makes a full one so.
 */
export const sourceSessionSettings = { row_security: 'off', default_transaction_read_only: 'off' } as const;

/**
 * Settings in the form of the startup packet's `options` (as in `PGOPTIONS`), so that they cost no round trip.
 * A backslash or a space in a value is escaped, since the server splits the text at spaces (postgres.c,
 * pg_split_opts).
 */
export const toStartupOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`)
    .join(' ');
