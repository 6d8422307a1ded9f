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
} from '../source/catalog.ts';
import type { Statement } from '../statement.ts';

/** A table of a target, with what decides on how its rows are written. */
export interface MysqlTargetTable extends TableDescription {
  /** Unique indexes other than the primary key: a row can then clash with a row of another key. */
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
export const findTableStatement = (ref: TableRef): Statement => ({
  text: `
SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, TABLE_TYPE AS type, ENGINE AS engine,
  TABLE_ROWS AS estimated_rows, DATA_LENGTH AS bytes, @@lower_case_table_names AS folds, VERSION() AS version
FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`,
  values: [ref.schema, ref.table],
});

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
  const secondary = [
    ...new Set(indexes.map(({ indexName }) => indexName).filter((name) => name !== 'PRIMARY')),
  ].toSorted();
  const ownForeignKeys = foreignKeys.filter(({ is_own: isOwn }) => isOwn === '1').map(({ name }) => name);
  return {
    ref,
    columns: columns.map((column) => toColumn(column, kindOfVersion(found.version) === 'mariadb')),
    primaryKey: indexes.flatMap(({ indexName, columnName }) =>
      indexName === 'PRIMARY' && columnName !== null ? [columnName] : [],
    ),
    isKeyDeferrable: false,
    replicaIdentity: 'default',
    relationKind: found.type === 'BASE TABLE' ? 'table' : found.type.includes('VIEW') ? 'view' : 'other',
    estimatedRows: found.estimated_rows ?? -1,
    bytes: found.bytes ?? 0,
    uniqueIndexes: [...secondary, ...new Set(ownForeignKeys)],
    ...(found.engine !== null && { storageEngine: found.engine }),
    hasOtherUniqueIndexes: secondary.length > 0,
    isReferenced: !rows.hasAllForeignKeys || foreignKeys.some(({ is_own: isOwn }) => isOwn === '0'),
  };
};

const toColumn = (column: CatalogColumn, isMariadb: boolean): ColumnDescription => {
  const { columnName, dataType, columnType, charset, collation } = column;
  const isUnsigned = / unsigned/.test(columnType);
  return {
    name: columnName,
    native: {
      type: columnType,
      baseType: dataType,
      ...(isUnsigned && { isUnsigned }),
      ...(charset !== null && { charset }),
      ...(collation !== null && { collation }),
      ...(isMariadb && { isMariadb }),
    },
    ...canonicalType(dataType, isUnsigned, column),
    isArray: false,
    typeKind: 'base',
    notNull: column.isNullable === 'NO',
    isGenerated: isGeneratedColumn(column),
    hasDefault: hasDefault(column),
  };
};

/** The type whose values have the column's canonical texts. What has none of PostgreSQL's is a text. */
const canonicalType = (
  baseType: string,
  isUnsigned: boolean,
  { maxLength: length, numericPrecision: digits, numericScale: scale, fraction }: CatalogColumn,
): Pick<ColumnDescription, 'type' | 'baseType' | 'maxLength' | 'precision' | 'scale'> => {
  const plain = (type: string, name: string) => ({ type, baseType: name });
  switch (baseType) {
    case 'tinyint':
    case 'year':
      return plain('smallint', 'int2');
    case 'smallint':
      return isUnsigned ? plain('integer', 'int4') : plain('smallint', 'int2');
    case 'mediumint':
      return plain('integer', 'int4');
    case 'int':
      return isUnsigned ? plain('bigint', 'int8') : plain('integer', 'int4');
    case 'bigint':
      return isUnsigned
        ? { ...plain('numeric(20,0)', 'numeric'), precision: 20, scale: 0 }
        : plain('bigint', 'int8');
    case 'decimal':
      return {
        ...plain(`numeric(${digits ?? 10},${scale ?? 0})`, 'numeric'),
        precision: digits ?? 10,
        scale: scale ?? 0,
      };
    case 'float':
      return plain('real', 'float4');
    case 'double':
      return plain('double precision', 'float8');
    case 'bit':
      return { ...plain(`bit(${digits ?? 1})`, 'bit'), maxLength: digits ?? 1 };
    case 'char':
    case 'varchar':
      return { ...plain(`character varying(${length ?? 1})`, 'varchar'), maxLength: length ?? 1 };
    case 'binary':
    case 'varbinary':
      return { ...plain('bytea', 'bytea'), maxLength: length ?? 1 };
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return plain('bytea', 'bytea');
    case 'date':
      return plain('date', 'date');
    case 'time':
      return { ...plain('interval', 'interval'), precision: fraction ?? 0 };
    case 'datetime':
      return {
        ...plain(`timestamp(${fraction ?? 0}) without time zone`, 'timestamp'),
        precision: fraction ?? 0,
      };
    case 'timestamp':
      return {
        ...plain(`timestamp(${fraction ?? 0}) with time zone`, 'timestamptz'),
        precision: fraction ?? 0,
      };
    case 'uuid':
      return plain('uuid', 'uuid');
    default:
      return plain('text', 'text');
  }
};
