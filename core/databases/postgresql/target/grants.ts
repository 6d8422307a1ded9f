import type { TableRef } from '../../../contracts/identifiers.ts';
import type { TargetOwner } from '../../../contracts/target-owner.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';
import type { Statement } from '../statement.ts';
import { bookkeepingSchema, clientTableNames, ownerTableName } from './bookkeeping.ts';

/**
 * One row for each privilege that is missing, `problem` in words. Sequences of words are built from the catalog's
 * names, quoted as identifiers, so that they can be pasted into a GRANT.
 */
export const missingTargetGrantsStatement = (
  schemas: readonly string[],
  tables: readonly TableRef[],
  owner?: TargetOwner,
): Statement => ({
  text: `
SELECT 'the database is read-only' AS problem
WHERE pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'
UNION ALL
SELECT format('CREATE on database %I, to create the schema %I', current_database(), wanted)
FROM unnest($1::text[]) AS wanted
WHERE NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = wanted)
  AND NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT format('TEMPORARY on database %I', current_database())
WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
UNION ALL
SELECT format('%s on schema %I', privilege, n.nspname)
FROM pg_namespace n CROSS JOIN unnest(ARRAY['USAGE', 'CREATE']) AS privilege
WHERE n.nspname = ANY ($1::text[]) AND NOT has_schema_privilege(n.oid, privilege)
UNION ALL
SELECT format('%s on table %I.%I', privilege, n.nspname, c.relname)
FROM unnest($2::text[], $3::text[]) AS wanted (schema, "table")
JOIN pg_namespace n ON n.nspname = wanted.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
WHERE NOT has_table_privilege(c.oid, privilege)
UNION ALL
SELECT format('%s on table %I.%I', string_agg(privilege, ', '), n.nspname, c.relname)
FROM pg_namespace n
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ANY ($4::text[])
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
WHERE n.nspname = $5 AND NOT has_table_privilege(c.oid, privilege)
GROUP BY n.nspname, c.relname`,
  values: [
    [...new Set([...schemas, bookkeepingSchema])],
    tables.map((table) => table.schema),
    tables.map((table) => table.table),
    owner === undefined ? [ownerTableName] : [ownerTableName, ...Object.values(clientTableNames(owner))],
    bookkeepingSchema,
  ],
});

/** A privilege as `GRANT` spells it, `CREATE on schema "public"`, at times with what it is for; or a plain sentence. */
export const describeMissingGrant = (privilege: string, username: string): Problem => {
  const grant = /^[A-Z]+(?:, [A-Z]+)* on (?:database|schema|table) [^,]+/.exec(privilege)?.[0];
  return grant === undefined
    ? { subject: 'target database', problem: `It cannot be written to: ${privilege}.` }
    : {
        subject: 'target database',
        problem: `A privilege is missing: ${privilege}.`,
        remedy: `GRANT ${grant} TO ${quoteIdentifier(username)};`,
      };
};
