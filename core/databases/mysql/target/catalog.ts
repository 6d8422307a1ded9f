import { z } from 'zod';
import type { TableRef } from '../../../contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { kindOfVersion } from '../flavors.ts';
import {
  type CatalogColumn,
  columnSchema,
  hasDefault,
  indexSchema,
  isGeneratedColumn,
  keyOfTable,
  nativeColumn,
  uniqueKeysOf,
} from '../source/catalog.ts';
import type { Statement } from '../statement.ts';
import { describeType } from '../types/column-types.ts';

/** A table of a target, with what decides on how its rows are written. */
export interface MysqlTargetTable extends TableDescription {
  /** Unique indexes other than the key: a row can then clash with a row of another key. */
  readonly hasOtherUniqueIndexes: boolean;
  /**
   * Whether foreign keys of other tables point to it, or could do so where the account does not see them: deleting a row
   * could then delete others, or be refused.
   */
  readonly isReferenced: boolean;
}

/**
 * One row for each table that has the name in some case. On servers that fold names (lower_case_table_names) the stored
 * name may differ from the one that was asked for.
 */
export const findTableStatement = ({ schema, table }: TableRef): Statement => ({
  text: `${selectTables} AND TABLE_NAME = ?`,
  values: [schema, table],
});

/** All of a database. */
export const findTablesStatement = (schema: string): Statement => ({ text: selectTables, values: [schema] });

const selectTables = `
SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, TABLE_TYPE AS type, ENGINE AS engine,
  TABLE_ROWS AS estimated_rows, DATA_LENGTH AS bytes, @@lower_case_table_names AS folds, VERSION() AS version
FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?`;

/** Foreign keys of the table, and of others to it as far as the account sees them (`seesEveryTable`). */
export const foreignKeysStatement = (ref: TableRef): Statement => ({
  text: `
SELECT CONSTRAINT_NAME AS name, TABLE_SCHEMA = ? AND TABLE_NAME = ? AS is_own
FROM information_schema.KEY_COLUMN_USAGE
WHERE REFERENCED_TABLE_NAME IS NOT NULL
  AND (TABLE_SCHEMA = ? AND TABLE_NAME = ? OR REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ?)`,
  values: [ref.schema, ref.table, ref.schema, ref.table, ref.schema, ref.table],
});

const count = z.coerce.number();

const tableSchema = z.object({
  schema: z.string(),
  table: z.string(),
  type: z.string(),
  engine: z.string().nullable(),
  estimated_rows: count.nullable(),
  bytes: count.nullable(),
  folds: z.string(),
  version: z.string(),
});

const foreignKeySchema = z.object({ name: z.string(), is_own: z.string() });

export type FoundTable = z.output<typeof tableSchema>;

/** The table with exactly the name, or the one that the server means by it. */
export const chooseTable = (rows: readonly unknown[], ref: TableRef): FoundTable | undefined => {
  const tables = rows.map((row) => tableSchema.parse(row));
  const exact = tables.find(({ schema, table }) => schema === ref.schema && table === ref.table);
  return exact ?? tables.find(({ folds }) => folds !== '0');
};

/** Reads the rows of the statements above, and of those for columns and indexes in catalog.ts. The table keeps the name by which it was asked for. */
export const toTargetTable = (
  ref: TableRef,
  found: FoundTable,
  rows: {
    readonly columns: readonly unknown[];
    readonly indexes: readonly unknown[];
    readonly foreignKeys: readonly unknown[];
    /** Whether there can be no foreign key to it that is not among `foreignKeys`. */
    readonly hasAllForeignKeys: boolean;
  },
): MysqlTargetTable => {
  const isOfTable = ({ tableName }: { readonly tableName: string }): boolean => tableName === found.table;
  const columns = rows.columns.map((row) => columnSchema.parse(row)).filter(isOfTable);
  const indexes = rows.indexes.map((row) => indexSchema.parse(row)).filter(isOfTable);
  const foreignKeys = rows.foreignKeys.map((row) => foreignKeySchema.parse(row));
  const key = keyOfTable(columns, indexes);
  const uniqueKeys = uniqueKeysOf(indexes, key.keyIndex);
  const secondary = uniqueKeys.map(({ name }) => name).toSorted();
  const ownForeignKeys = foreignKeys.filter(({ is_own: isOwn }) => isOwn === '1').map(({ name }) => name);
  return {
    ref,
    columns: columns.map((column) => toColumn(column, kindOfVersion(found.version) === 'mariadb')),
    ...key,
    isKeyDeferrable: false,
    replicaIdentity: 'default',
    relationKind: found.type === 'BASE TABLE' ? 'table' : found.type.includes('VIEW') ? 'view' : 'other',
    estimatedRows: found.estimated_rows ?? -1,
    bytes: found.bytes ?? 0,
    uniqueKeys,
    uniqueIndexes: [...secondary, ...new Set(ownForeignKeys)],
    ...(found.engine !== null && { storageEngine: found.engine }),
    hasOtherUniqueIndexes: secondary.length > 0,
    isReferenced: !rows.hasAllForeignKeys || foreignKeys.some(({ is_own: isOwn }) => isOwn === '0'),
  };
};

/**
 * The same description as a source's column has, and what decides on how values are written there: which server it is, and
 * the length of bytes (that of a source's column is not compared, since its values say it).
 */
const toColumn = (column: CatalogColumn, isMariadb: boolean): ColumnDescription => {
  const { maxLength } = column;
  const { native, ...described } = describeType(nativeColumn(column));
  return {
    name: column.columnName,
    ...described,
    native: {
      ...native,
      ...(isMariadb && { isMariadb }),
    },
    ...(boundedBytes.has(column.dataType) && { maxLength: maxLength ?? 1 }),
    isArray: false,
    notNull: column.isNullable === 'NO',
    isGenerated: isGeneratedColumn(column),
    hasDefault: hasDefault(column),
  };
};

const boundedBytes: ReadonlySet<string> = new Set(['binary', 'varbinary']);
