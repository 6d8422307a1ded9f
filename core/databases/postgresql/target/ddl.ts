import { isBuiltIn, isMoney } from '../../../canonical/type-facts.ts';
import type { TableRef } from '../../../contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import type { Statement } from '../statement.ts';

/**
 * What `format_type` writes for built-in types (PostgreSQL 13 to 18, utils/adt/format_type.c): a name, or one of four that have
 * several words, with a modifier, a zone and brackets. Nothing else of what a source's catalog says is put into a statement: a server
 * that is not PostgreSQL, or a changed one, could write there what it wants.
 */
const builtInForm =
  /^(?:"char"|[a-z][a-z0-9_]*|double precision|character varying|bit varying|interval (?:year|month|day|hour|minute|second|to| )+)(?:\(\d{1,8}(?:,-?\d{1,4})?\))?(?: with(?:out)? time zone)?(?:\[\])*$/;

/**
 * The type of a column that Millrace creates: the source's own where every server has it, with domains resolved (the
 * catalog has done that), and text for the others, since the target need not have them, and they may change. Money
 * becomes numeric: how much a money is depends on a setting of the server. Throws `SchemaMismatch` for a text that is no built-in
 * type's.
 */
export const targetType = (column: ColumnDescription): string => {
  const suffix = column.isArray ? '[]' : '';
  if (!isBuiltIn(column)) return `text${suffix}`;
  if (isMoney(column)) return `numeric${suffix}`;
  if (builtInForm.test(column.type)) return column.type;
  throw new MillraceError(
    'SchemaMismatch',
    `Column ${column.name} has a type that PostgreSQL does not spell so: ${JSON.stringify(column.type.slice(0, 80))}.`,
    { facts: { column: column.name } },
  );
};

/**
 * Columns, NOT NULLs and primary key of the source. Generated columns are left out: pgoutput has no values for them.
 * Defaults, sequences and identities are left out too, because every value comes from the source.
 */
export const createTableStatement = (target: TableRef, source: TableDescription): string => {
  const columns = source.columns
    .filter((column) => !column.isGenerated)
    .map(
      (column) => `${quoteIdentifier(column.name)} ${targetType(column)}${column.notNull ? ' NOT NULL' : ''}`,
    );
  const key =
    source.primaryKey.length === 0
      ? []
      : [`PRIMARY KEY (${source.primaryKey.map(quoteIdentifier).join(', ')})`];
  return `CREATE TABLE IF NOT EXISTS ${quoteTable(target)} (${[...columns, ...key].join(', ')})`;
};

/** Not IF NOT EXISTS, which asks for the right to create schemas even where there is nothing to create. */
export const createSchemaStatement = (schema: string): string => `CREATE SCHEMA ${quoteIdentifier(schema)}`;

/**
 * Two Lambdas may create tables of one schema at once, and CREATE ... IF NOT EXISTS of both can fail on the catalog's
 * unique index. This lock, held to the end of the transaction, makes them take turns. The number is arbitrary.
 */
export const creationLockStatement = 'SELECT pg_advisory_xact_lock(7303014, 1)';

export const markTableStatement = (target: TableRef, mark: string): string =>
  `COMMENT ON TABLE ${quoteTable(target)} IS ${quoteLiteral(mark)}`;

/** One row for a table that is there, with its comment. */
export const tableMarkStatement = (ref: TableRef): Statement => ({
  text: `
SELECT obj_description(c.oid, 'pg_class') AS mark
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`,
  values: [ref.schema, ref.table],
});

/** Not CASCADE: a view or a foreign key of someone else is no reason to lose it. */
export const dropTableStatement = (ref: TableRef): string => `DROP TABLE ${quoteTable(ref)}`;
