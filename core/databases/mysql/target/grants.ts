import type { TableRef } from '../../../contracts/identifiers.ts';
import type { Problem } from '../../../errors/millrace-error.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';

/**
 * What has to be done in a schema: its tables are created and, before a resync, truncated (which takes DROP), and their
 * rows read, written and replaced.
 */
const schemaPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP'] as const;
const bookkeepingPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE'] as const;

type Privilege = (typeof schemaPrivileges)[number];

/** `SHOW GRANTS`, whose lines also contain what roles of the session give. */
export const grantsStatement = 'SHOW GRANTS';

/** Whether the server takes no writes, and for whom it takes us. */
export const serverStateStatement = 'SELECT @@global.read_only AS readOnly, CURRENT_USER() AS account';

interface Grant {
  readonly privileges: ReadonlySet<string>;
  /** As a pattern of LIKE; `*` is every schema. */
  readonly schema: string;
  /** `*` is every table of the schema. */
  readonly table: string;
}

/** GRANT SELECT, INSERT (a) ON `shop`.* TO ...; a quoted name may have its quote doubled. */
const grantForm = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)+`)\.(\*|`(?:[^`]|``)+`) TO /;

export const parseGrants = (lines: readonly string[]): readonly Grant[] =>
  lines.flatMap((line): readonly Grant[] => {
    const [, privileges, schema, table] = grantForm.exec(line) ?? [];
    if (privileges === undefined || schema === undefined || table === undefined) return [];
    return [
      {
        // A privilege on some columns only, SELECT (a), is none here.
        privileges: new Set(privileges.split(/, (?![^(]*\))/).map((name) => name.trim().toUpperCase())),
        schema: unquote(schema),
        table: unquote(table),
      },
    ];
  });

/**
 * Whether information_schema shows the account the tables of every schema: it leaves out those on which the account has
 * no privilege. Lines of REVOKE are exceptions from a global privilege (partial_revokes).
 */
export const seesEveryTable = (lines: readonly string[]): boolean =>
  !lines.some((line) => line.startsWith('REVOKE ')) &&
  parseGrants(lines).some(
    ({ privileges, schema, table }) =>
      schema === '*' && table === '*' && (privileges.has('ALL PRIVILEGES') || privileges.has('SELECT')),
  );

const unquote = (name: string): string => (name === '*' ? name : name.slice(1, -1).replaceAll('``', '`'));

/** Schema names in grants are patterns: `%` and `_` unless a backslash is before them (MySQL manual, 15.7.1.6). */
const matchesPattern = (pattern: string, name: string): boolean => {
  if (pattern === '*') return true;
  const source = pattern.replaceAll(/\\([%_\\])|([%_])|([^%_\\]+|\\)/g, (_all, escaped, wildcard, text) => {
    if (wildcard !== undefined) return wildcard === '%' ? '.*' : '.';
    return String(escaped ?? text).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's').test(name);
};

export interface GrantRequest {
  /** Where the checkpoints are. */
  readonly databaseName: string;
  readonly schemas: readonly string[];
  /** The tables that are written. */
  readonly tables: readonly TableRef[];
  /** Millrace's own tables. */
  readonly bookkeeping: readonly TableRef[];
  /** Those of `schemas` that do not exist yet and have to be created. */
  readonly missingSchemas: readonly string[];
  /** As `CURRENT_USER()` tells it: `user@host`. */
  readonly account: string;
}

/**
 * Each privilege that is missing, with the statement that gives it. An account needs its privileges on the whole database,
 * or, where it has some on single tables, on each of its tables: so accounts can be kept apart in one database.
 */
export const findMissingGrants = (
  grants: readonly Grant[],
  { databaseName, schemas, tables, bookkeeping, missingSchemas, account }: GrantRequest,
): readonly Problem[] => {
  const has = (privilege: Privilege, schema: string, table?: string): boolean =>
    grants.some(
      (grant) =>
        (grant.privileges.has('ALL PRIVILEGES') || grant.privileges.has(privilege)) &&
        matchesPattern(grant.schema, schema) &&
        (grant.table === '*' || grant.table === table),
    );
  const grantee = quoteAccount(account);
  const onTable =
    (wanted: readonly Privilege[]) =>
    (table: TableRef): readonly Problem[] => {
      const missing = wanted.filter((privilege) => !has(privilege, table.schema, table.table));
      if (missing.length === 0) return [];
      return [
        {
          subject: `target table ${table.schema}.${table.table}`,
          problem: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
          remedy: `GRANT ${missing.join(', ')} ON ${quoteTable(table)} TO ${grantee};`,
        },
      ];
    };
  return [...new Set([...schemas, databaseName])].flatMap((schema): readonly Problem[] => {
    const missing = schemaPrivileges.filter((privilege) => !has(privilege, schema));
    if (missing.length === 0) return [];
    const isThere = !missingSchemas.includes(schema);
    const hasSingleTables = grants.some(
      (grant) => grant.table !== '*' && matchesPattern(grant.schema, schema),
    );
    if (isThere && hasSingleTables) {
      const inSchema = (table: TableRef): boolean => table.schema === schema;
      return [
        ...tables.filter(inSchema).flatMap(onTable(schemaPrivileges)),
        ...bookkeeping.filter(inSchema).flatMap(onTable(bookkeepingPrivileges)),
      ];
    }
    return [
      {
        subject: 'target database',
        problem: `${missing.join(', ')} on ${isThere ? 'the' : 'the new'} database ${schema} ${missing.length === 1 ? 'is' : 'are'} missing.`,
        // All of them: of several patterns that match a database, the server takes the grants of the most specific one only.
        remedy: `GRANT ${schemaPrivileges.join(', ')} ON ${quoteIdentifier(escapePattern(schema))}.* TO ${grantee};`,
      },
    ];
  });
};

const escapePattern = (schema: string): string => schema.replaceAll(/[\\%_]/g, '\\$&');

/** `user@host`, of which only the host can have no `@`. */
const quoteAccount = (account: string): string => {
  const at = account.lastIndexOf('@');
  return `${quoteIdentifier(account.slice(0, at))}@${quoteIdentifier(account.slice(at + 1))}`;
};
