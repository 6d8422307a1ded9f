import { z } from 'zod';
import type { ColumnDescription, TableDescription, UniqueKey } from '../../../contracts/table-description.ts';
import { ownTablePattern } from '../own-tables.ts';
import type { Statement } from '../statement.ts';
import { describeType } from '../types/column-types.ts';
import type { NativeColumn } from '../types/mysql-type.ts';

/**
 * The catalog of one database. Names of columns are given, since MySQL 8 writes those of information_schema in capitals.
 * `TABLE_ROWS` and sizes are InnoDB's estimates.
 */
export const tablesStatement = (schema: string, table?: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName, TABLE_TYPE AS tableType, ENGINE AS engine, TABLE_ROWS AS tableRows,
  DATA_LENGTH AS dataLength
FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?${table === undefined ? ` AND TABLE_NAME NOT REGEXP '${ownTablePattern}'` : ' AND TABLE_NAME = ?'}
ORDER BY TABLE_NAME`,
  values: values(schema, table),
});

/**
 * Of base tables, without what a server that stopped in the middle of an ALTER has left, and without Millrace's own tables: a source
 * may be the target of another replication.
 */
export const tableNamesStatement = (schema: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName FROM information_schema.TABLES
WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT LIKE '#sql%' AND TABLE_NAME NOT LIKE '#mysql50#%'
  AND TABLE_NAME NOT REGEXP '${ownTablePattern}'
ORDER BY TABLE_NAME`,
  values: [schema],
});

export const columnsStatement = (schema: string, table?: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS columnName, DATA_TYPE AS dataType, COLUMN_TYPE AS columnType,
  CHARACTER_MAXIMUM_LENGTH AS maxLength, NUMERIC_PRECISION AS numericPrecision, NUMERIC_SCALE AS numericScale,
  DATETIME_PRECISION AS fraction, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, IS_NULLABLE AS isNullable,
  COLUMN_DEFAULT AS columnDefault, COLUMN_KEY AS columnKey, EXTRA AS extra
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?${table === undefined ? '' : ' AND TABLE_NAME = ?'}
ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  values: values(schema, table),
});

export const indexesStatement = (schema: string, table?: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName, INDEX_NAME AS indexName, COLUMN_NAME AS columnName, SUB_PART AS prefix
FROM information_schema.STATISTICS
WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA = ?${table === undefined ? '' : ' AND TABLE_NAME = ?'}
ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
  values: values(schema, table),
});

export const foreignKeysStatement = (schema: string, table?: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName, CONSTRAINT_NAME AS constraintName FROM information_schema.TABLE_CONSTRAINTS
WHERE CONSTRAINT_TYPE = 'FOREIGN KEY' AND TABLE_SCHEMA = ?${table === undefined ? '' : ' AND TABLE_NAME = ?'}
ORDER BY TABLE_NAME, CONSTRAINT_NAME`,
  values: values(schema, table),
});

/**
 * Foreign keys whose action changes rows of this table, by the server's own CREATE statement: anyone who may read a table may see
 * that, while information_schema of MariaDB shows foreign keys only to those who may do more. A comment cannot look like
 * one, since its line ends are escaped.
 */
export const readCascades = (createTable: string): readonly string[] =>
  [
    ...createTable.matchAll(
      /^ +CONSTRAINT (\S.*) FOREIGN KEY \(.* REFERENCES .*?\)((?: ON (?:DELETE|UPDATE) [A-Z ]+?)+),?$/gm,
    ),
  ]
    .map(([, name = '', actions = '']) => ({
      name: name.replace(/^[`"]|[`"]$/g, ''),
      actions: actions.match(/ON (?:DELETE|UPDATE) (?:CASCADE|SET NULL|SET DEFAULT)/g) ?? [],
    }))
    .filter(({ actions }) => actions.length > 0)
    .map(({ name, actions }) => `${name} (${actions.join(' ')})`);

/** MariaDB's JSON is a LONGTEXT with this CHECK; MySQL has no such view. */
export const jsonChecksStatement = (schema: string, table?: string): Statement => ({
  text: `SELECT TABLE_NAME AS tableName, CHECK_CLAUSE AS checkClause FROM information_schema.CHECK_CONSTRAINTS
WHERE CHECK_CLAUSE LIKE 'json_valid(%' AND CONSTRAINT_SCHEMA = ?${table === undefined ? '' : ' AND TABLE_NAME = ?'}`,
  values: values(schema, table),
});

const values = (schema: string, table: string | undefined): readonly string[] =>
  table === undefined ? [schema] : [schema, table];

type CatalogRow = Readonly<Record<string, string | null>>;

export interface CatalogRows {
  readonly tables: readonly CatalogRow[];
  readonly columns: readonly CatalogRow[];
  readonly indexes: readonly CatalogRow[];
  readonly foreignKeys: readonly CatalogRow[];
  readonly jsonChecks: readonly CatalogRow[];
}

const number = z.string().transform(Number).pipe(z.number().nonnegative());

const tableSchema = z.strictObject({
  tableName: z.string(),
  tableType: z.string(),
  engine: z.string().nullable(),
  tableRows: number.nullable(),
  dataLength: number.nullable(),
});

export const columnSchema = z.strictObject({
  tableName: z.string(),
  columnName: z.string(),
  dataType: z.string().toLowerCase(),
  columnType: z.string(),
  maxLength: number.nullable(),
  numericPrecision: number.nullable(),
  numericScale: number.nullable(),
  fraction: number.nullable(),
  charset: z.string().nullable(),
  collation: z.string().nullable(),
  isNullable: z.enum(['YES', 'NO']),
  columnDefault: z.string().nullable(),
  /** PRI also for those of the unique index that the server takes for the key where there is no primary key. */
  columnKey: z.string().nullable(),
  extra: z.string().nullable(),
});
export type CatalogColumn = z.infer<typeof columnSchema>;

export const indexSchema = z.strictObject({
  tableName: z.string(),
  indexName: z.string(),
  /** Null: an expression. */
  columnName: z.string().nullable(),
  /** How much of a value is in it; null: all. */
  prefix: z.string().nullable(),
});

/**
 * The key of one table: its primary key, or a unique index of whole values over ordinary columns that are NOT NULL. Of several, the one
 * that the server itself takes for the key, by which InnoDB stores the rows: an index that comes later does not take its place.
 */
export const keyOfTable = (
  columns: readonly CatalogColumn[],
  indexes: readonly z.infer<typeof indexSchema>[],
): Pick<TableDescription, 'primaryKey' | 'keyIndex'> => {
  const primary = indexes.filter(({ indexName }) => indexName === primaryName);
  if (primary.length > 0) return { primaryKey: primary.flatMap(({ columnName }) => columnName ?? []) };
  const byName = new Map(columns.map((column) => [column.columnName, column]));
  const isKeyColumn = (name: string): boolean => {
    const column = byName.get(name);
    return column !== undefined && column.isNullable === 'NO' && !isGeneratedColumn(column);
  };
  const servers = columns.filter(({ columnKey }) => columnKey === 'PRI').map(({ columnName }) => columnName);
  const isServers = (key: UniqueKey): boolean =>
    key.columns.length === servers.length && key.columns.every((name) => servers.includes(name));
  const fit = uniqueKeysOf(indexes).filter((key) => key.isPlain && key.columns.every(isKeyColumn));
  const chosen = fit.find(isServers) ?? fit[0];
  return chosen === undefined ? { primaryKey: [] } : { primaryKey: chosen.columns, keyIndex: chosen.name };
};

const primaryName = 'PRIMARY';

/** The unique indexes of one table but its key, by its rows of the index catalog in order. */
export const uniqueKeysOf = (
  indexes: readonly z.infer<typeof indexSchema>[],
  keyIndex: string = primaryName,
): readonly UniqueKey[] =>
  [...Map.groupBy(indexes, ({ indexName }) => indexName)]
    .filter(([name]) => name !== primaryName && name !== keyIndex)
    .map(([name, parts]) => ({
      name,
      columns: parts.flatMap(({ columnName }) => columnName ?? []),
      isPlain: parts.every(({ columnName, prefix }) => columnName !== null && prefix === null),
      isImmediate: true,
    }));

const foreignKeySchema = z.strictObject({ tableName: z.string(), constraintName: z.string() });
const jsonCheckSchema = z.strictObject({ tableName: z.string(), checkClause: z.string() });

/** Tables in the order of their names. */
export const readTables = (schema: string, rows: CatalogRows): readonly TableDescription[] => {
  const columns = Map.groupBy(
    rows.columns.map((row) => columnSchema.parse(row)),
    ({ tableName }) => tableName,
  );
  const indexes = Map.groupBy(
    rows.indexes.map((row) => indexSchema.parse(row)),
    ({ tableName }) => tableName,
  );
  const foreignKeys = Map.groupBy(
    rows.foreignKeys.map((row) => foreignKeySchema.parse(row)),
    ({ tableName }) => tableName,
  );
  const jsonChecks = new Set(
    rows.jsonChecks
      .map((row) => jsonCheckSchema.parse(row))
      .map(({ tableName, checkClause }) => `${tableName}\0${checkClause}`),
  );
  return rows.tables
    .map((row) => tableSchema.parse(row))
    .map(({ tableName, tableType, engine, tableRows, dataLength }) => {
      const ofTable = indexes.get(tableName) ?? [];
      const key = keyOfTable(columns.get(tableName) ?? [], ofTable);
      return {
        ref: { schema, table: tableName },
        columns: (columns.get(tableName) ?? []).map((column) =>
          describeColumn(
            column,
            jsonChecks.has(`${tableName}\0json_valid(\`${column.columnName.replaceAll('`', '``')}\`)`),
          ),
        ),
        ...key,
        isKeyDeferrable: false,
        // The log has whole rows: binlog_row_image is checked for the server.
        replicaIdentity: 'full',
        relationKind: relationKind(tableType, engine),
        estimatedRows: Math.round(tableRows ?? -1),
        bytes: dataLength ?? 0,
        uniqueIndexes: [
          ...new Set([
            ...uniqueKeysOf(ofTable, key.keyIndex).map(({ name }) => name),
            ...(foreignKeys.get(tableName) ?? []).map(({ constraintName }) => constraintName),
          ]),
        ].sort(),
        uniqueKeys: uniqueKeysOf(ofTable, key.keyIndex),
      };
    });
};

/** Engines whose rows are elsewhere, or nowhere: what changes them is not in this server's log. */
const foreignEngines: ReadonlySet<string> = new Set(['FEDERATED', 'CONNECT', 'SPIDER', 'S3', 'BLACKHOLE']);

/** A partitioned table is one table in the log. A system-versioned one (MariaDB) writes its history into it, too. */
const relationKind = (tableType: string, engine: string | null): TableDescription['relationKind'] => {
  if (tableType === 'VIEW' || tableType === 'SYSTEM VIEW') return 'view';
  if (tableType !== 'BASE TABLE') return 'other';
  return engine !== null && foreignEngines.has(engine.toUpperCase()) ? 'foreign-table' : 'table';
};

/** `DEFAULT_GENERATED`, which MySQL says of a default that is an expression, is another thing. */
export const isGeneratedColumn = ({ extra }: CatalogColumn): boolean =>
  /\b(?:VIRTUAL|STORED|PERSISTENT) GENERATED\b|^(?:VIRTUAL|PERSISTENT)$/i.test(extra ?? '');

/** MariaDB writes NULL for a column that may be null and has no default. */
export const hasDefault = (column: CatalogColumn): boolean => {
  const { columnDefault, isNullable, extra } = column;
  if (isGeneratedColumn(column)) return false;
  return (
    (columnDefault !== null && !(isNullable === 'YES' && columnDefault === 'NULL')) ||
    /auto_increment/i.test(extra ?? '')
  );
};

export const nativeColumn = (column: CatalogColumn): NativeColumn => ({
  dataType: column.dataType,
  columnType: column.columnType,
  isUnsigned: /\bunsigned\b/i.test(column.columnType),
  ...(column.maxLength !== null && { maxLength: column.maxLength }),
  ...(column.numericPrecision !== null && { precision: column.numericPrecision }),
  ...(column.numericScale !== null && { scale: column.numericScale }),
  ...(column.fraction !== null && { fraction: column.fraction }),
  ...(column.charset !== null && { charset: column.charset }),
  ...(column.collation !== null && { collation: column.collation }),
});

const describeColumn = (column: CatalogColumn, isCheckedJson: boolean): ColumnDescription => {
  return {
    name: column.columnName,
    ...describeType({ ...nativeColumn(column), isCheckedJson }),
    isArray: false,
    notNull: column.isNullable === 'NO',
    isGenerated: isGeneratedColumn(column),
    hasDefault: hasDefault(column),
    isIdentityAlways: false,
  };
};
