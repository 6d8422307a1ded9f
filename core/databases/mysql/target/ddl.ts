import type { TableRef } from '../../../contracts/identifiers.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteText } from '../literals.ts';
import type { Statement } from '../statement.ts';
import { exactCollation, exactCollationOf, type Flavour } from './collations.ts';
import { type PlannedColumn, planColumns } from './column-plan.ts';

/**
 * Columns, NOT NULLs and primary key of the source. Generated columns are left out, since the target's rows come from the
 * source; so are defaults and AUTO_INCREMENT. InnoDB, because the rows commit with the checkpoint; DYNAMIC rows, because
 * only they allow keys of 3,072 bytes.
 */
export const createTableStatement = (
  target: TableRef,
  source: TableDescription,
  flavour: Flavour,
  mark?: string,
): string => {
  const notNull = new Set(source.columns.filter((column) => column.notNull).map(({ name }) => name));
  const columns = planColumns(source).columns.map((planned) =>
    columnDefinition(planned, { source, flavour, isNotNull: notNull.has(planned.name) }),
  );
  const key =
    source.primaryKey.length === 0
      ? []
      : [`PRIMARY KEY (${source.primaryKey.map(quoteIdentifier).join(', ')})`];
  return (
    `CREATE TABLE IF NOT EXISTS ${quoteTable(target)} (${[...columns, ...key].join(', ')}) ` +
    `ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${exactCollation(flavour)}` +
    (mark === undefined ? '' : ` COMMENT = ${quoteText(mark)}`)
  );
};

/** A column as CREATE TABLE and ALTER TABLE have it: name, type, character set and whether it takes NULL. */
export const columnDefinition = (
  { name, type, charset, suffix }: PlannedColumn,
  {
    source,
    flavour,
    isNotNull,
  }: { readonly source: TableDescription; readonly flavour: Flavour; readonly isNotNull: boolean },
): string => {
  const isKey = source.primaryKey.includes(name);
  const key = isKey
    ? { sourceCollation: source.columns.find((column) => column.name === name)?.native?.collation }
    : undefined;
  const collation = charset === undefined ? undefined : exactCollationOf(charset, flavour, key);
  const charsetClause = collation === undefined ? '' : ` CHARACTER SET ${charset} COLLATE ${collation}`;
  // NULL is written out, for a TIMESTAMP has none by default on some servers.
  const nullability = isNotNull || isKey ? 'NOT NULL' : 'NULL';
  return `${quoteIdentifier(name)} ${type}${charsetClause} ${nullability}${suffix === undefined ? '' : ` ${suffix}`}`;
};

export const createSchemaStatement = (schema: string): string =>
  `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(schema)}`;

/** One row for a table that is there, with its comment. */
export const tableMarkStatement = (ref: TableRef): Statement => ({
  text: 'SELECT TABLE_COMMENT AS mark FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
  values: [ref.schema, ref.table],
});

export const dropTableStatement = (ref: TableRef): string => `DROP TABLE ${quoteTable(ref)}`;
