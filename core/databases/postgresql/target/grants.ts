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

const lossOf = {
  policy: (table: string, _name: string, user: string) => ({
    problem: `Row-level security of ${table} holds for the user, so an UPDATE or DELETE would pass over the rows that a policy hides, without an error.`,
    remedy: `ALTER ROLE ${user} BYPASSRLS; (its owner is exempt, too, unless the table has FORCE ROW LEVEL SECURITY).`,
  }),
  rule: (table: string, name: string) => ({
    problem: `The rule ${name} of ${table} does something else instead of a write, so rows could differ without an error.`,
    remedy: `ALTER TABLE ${table} DISABLE RULE ${name};`,
  }),
  trigger: (table: string, name: string) => ({
    problem: `The trigger ${name} of ${table} can take a write away, since its function returns NULL: rows could differ without an error.`,
    remedy: `ALTER TABLE ${table} DISABLE TRIGGER ${name}; (or let its function return NEW, and OLD for a DELETE).`,
  }),
} satisfies Record<string, (table: string, name: string, user: string) => Omit<Problem, 'subject'>>;
export type WriteLoss = keyof typeof lossOf;

/** $1 schemas, $2 names: `wanted`, and with everything below them `written`. */
const tablesAndPartitions = `
WITH RECURSIVE wanted AS (
  SELECT c.oid, c.oid AS root, format('%I.%I', n.nspname, c.relname) AS name
  FROM unnest($1::text[], $2::text[]) AS t (schema, "table")
  JOIN pg_namespace n ON n.nspname = t.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t."table"),
written AS (
  SELECT oid, name FROM wanted
  UNION
  SELECT i.inhrelid, written.name FROM written JOIN pg_inherits i ON i.inhparent = written.oid)`;

/**
 * What of the tables takes writes away without an error, one row each: a policy that holds for the role, a rule that does something instead, and
 * a trigger for each row whose function says `RETURN NULL`, also on a partition. A function that is not in PL/pgSQL is not looked into.
 */
export const lostWritesStatement = (tables: readonly TableRef[]): Statement => ({
  text: `${tablesAndPartitions}
SELECT 'policy' AS kind, name AS "table", '' AS name FROM wanted WHERE row_security_active(oid)
UNION ALL
SELECT 'rule', wanted.name, format('%I', r.rulename)
FROM wanted JOIN pg_rewrite r ON r.ev_class = wanted.oid
WHERE r.is_instead AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A')
UNION ALL
SELECT DISTINCT 'trigger', written.name, format('%I', t.tgname)
FROM written
JOIN pg_trigger t ON t.tgrelid = written.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
-- 1: for each row, 2: before.
WHERE t.tgtype & 3 = 3 AND l.lanname = 'plpgsql' AND p.prosrc ~* '\\mreturn\\s+null\\M'
ORDER BY 2, 1, 3`,
  values: [tables.map(({ schema }) => schema), tables.map(({ table }) => table)],
});

export const describeLostWrite = (
  { kind, table, name }: { readonly kind: WriteLoss; readonly table: string; readonly name: string },
  username: string,
): Problem => ({ subject: `target table ${table}`, ...lossOf[kind](table, name, quoteIdentifier(username)) });

/**
 * What may have taken a write of the table away without an error, one row each: rules, and every trigger that is called with each row before it
 * is written. One that only passes over an UPDATE which changes nothing is harmless.
 */
export const takersStatement = ({ schema, table }: TableRef): Statement => ({
  text: `${tablesAndPartitions}
SELECT 'rule' AS kind, wanted.name AS "table", format('%I', r.rulename) AS name, false AS "isHarmless"
FROM wanted JOIN pg_rewrite r ON r.ev_class = wanted.oid
WHERE r.is_instead AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A')
UNION ALL
SELECT DISTINCT 'trigger', written.name, format('%I', t.tgname),
  p.proname = 'suppress_redundant_updates_trigger' AND p.pronamespace = 'pg_catalog'::regnamespace
FROM written
JOIN pg_trigger t ON t.tgrelid = written.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgtype & 3 = 3
ORDER BY 2, 1, 3`,
  values: [[schema], [table]],
});

export interface WriteTaker {
  readonly kind: string;
  readonly table: string;
  readonly name: string;
  readonly isHarmless: boolean;
}

/** Why a table took fewer rows than were written; undefined where nothing is lost by it. `takers` are those of the statement. */
export const describeTaken = (
  takers: readonly WriteTaker[],
  { rows, taken, isAny }: { readonly rows: number; readonly taken: number; readonly isAny: boolean },
): string | undefined => {
  const harmful = takers.filter(({ isHarmless }) => !isHarmless);
  if (harmful.length === 0 && takers.length > 0) return undefined;
  const names = harmful.map(({ kind, table, name }) => `the ${kind} ${name} of ${table}`);
  return (
    `The target took ${taken} of ${rows} ${isAny ? 'changes' : 'rows'} and passed over the others without an error. ` +
    (names.length === 0
      ? 'Nothing in its catalog explains that.'
      : `That is what ${names.join(' or ')} may do: let it keep rows as they are written, or disable it.`)
  );
};
