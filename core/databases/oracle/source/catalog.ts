import { z } from 'zod';
import type { TableRef } from '../../../contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { Statement } from '../statement.ts';
import { describeType } from '../types/column-types.ts';

/**
 * Schemas that are Oracle's own are never listed: ALL_USERS.ORACLE_MAINTAINED marks them (since 12.2), SYS and SYSTEM
 * among them.
 */
const ownSchemas = `SELECT username FROM all_users WHERE oracle_maintained = 'Y'`;

/**
 * One row for each table: what it is, and from its statistics the number of rows and of blocks. Materialized views and
 * the tables of their logs, queues and recycle bin are in ALL_TABLES too, so they are told apart.
 */
const tablesQuery = (condition: string): string => `
SELECT t.owner AS "schema", t.table_name AS "table",
       CASE
         WHEN t.temporary = 'Y' OR t.nested = 'YES' OR t.secondary = 'Y' OR t.is_external = 'YES' THEN 'other'
         WHEN t.iot_type IS NOT NULL OR t.cluster_name IS NOT NULL THEN 'other'
         WHEN EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name) THEN 'other'
         WHEN EXISTS (SELECT 1 FROM all_object_tables o WHERE o.owner = t.owner AND o.table_name = t.table_name)
           THEN 'other'
         ELSE 'table' END AS "relationKind",
       TO_CHAR(NVL(t.num_rows, -1)) AS "estimatedRows",
       TO_CHAR(NVL(t.blocks, 0) * NVL(s.block_size, 8192)) AS "bytes"
FROM (SELECT owner, table_name, temporary, nested, secondary, iot_type, cluster_name, num_rows, blocks,
             tablespace_name,
             NVL((SELECT 'YES' FROM all_external_tables e
                  WHERE e.owner = a.owner AND e.table_name = a.table_name), 'NO') AS is_external
      FROM all_tables a) t
LEFT JOIN user_tablespaces s ON s.tablespace_name = t.tablespace_name
WHERE ${condition}
ORDER BY t.owner, t.table_name`;

/**
 * One row for each column, in the order of the table. Hidden columns are Oracle's own (of function-based indexes and the
 * like), except the user's invisible ones, which have a name of their own and are replicated like the others.
 */
const columnsQuery = (condition: string): string => `
SELECT c.owner AS "schema", c.table_name AS "table", c.column_name AS "name", c.data_type AS "dataType",
       c.data_type_owner AS "dataTypeOwner", TO_CHAR(c.data_length) AS "dataLength",
       TO_CHAR(c.data_precision) AS "precision", TO_CHAR(c.data_scale) AS "scale",
       TO_CHAR(NVL(c.char_length, 0)) AS "charLength", c.char_used AS "charUsed", c.nullable AS "nullable",
       c.virtual_column AS "isVirtual",
       CASE WHEN c.default_length IS NULL AND i.generation_type IS NULL THEN 'NO' ELSE 'YES' END AS "hasDefault",
       i.generation_type AS "generation"
FROM all_tab_cols c
LEFT JOIN all_tab_identity_cols i
  ON i.owner = c.owner AND i.table_name = c.table_name AND i.column_name = c.column_name
WHERE c.user_generated = 'YES' AND (${condition})
ORDER BY c.owner, c.table_name, c.internal_column_id`;

/** Columns of primary and unique keys in key order, and the names of further unique constraints, unique indexes and foreign keys. */
const keysQuery = (condition: string): string => `
SELECT k.owner AS "schema", k.table_name AS "table", k.constraint_type AS "kind", k.constraint_name AS "name",
       k.deferrable AS "deferrable", k.status AS "status", k.validated AS "validated", kc.column_name AS "column"
FROM all_constraints k
LEFT JOIN all_cons_columns kc
  ON kc.owner = k.owner AND kc.constraint_name = k.constraint_name AND k.constraint_type IN ('P', 'U')
WHERE k.constraint_type IN ('P', 'U', 'R') AND (${condition})
ORDER BY k.owner, k.table_name, k.constraint_name, kc.position`;

const uniqueIndexesQuery = (condition: string): string => `
SELECT x.table_owner AS "schema", x.table_name AS "table", x.index_name AS "name"
FROM all_indexes x
WHERE x.uniqueness = 'UNIQUE' AND x.index_type <> 'LOB' AND (${condition})
  AND NOT EXISTS (SELECT 1 FROM all_constraints k
                  WHERE k.index_owner = x.owner AND k.index_name = x.index_name AND k.constraint_type IN ('P', 'U'))
ORDER BY x.table_owner, x.table_name, x.index_name`;

/** The catalog's statements that together describe some tables. */
export interface CatalogStatements {
  readonly tables: Statement;
  readonly columns: Statement;
  readonly keys: Statement;
  readonly uniqueIndexes: Statement;
}

/** All tables of users that the user may see, without Millrace's own in its schema. */
export const listTablesStatements: CatalogStatements = {
  tables: {
    text: tablesQuery(
      `t.owner NOT IN (${ownSchemas}) AND t.temporary = 'N' AND t.nested = 'NO' AND t.secondary = 'N'
  AND t.table_name NOT LIKE 'BIN$%' AND t.table_name NOT LIKE 'MLOG$\\_%' ESCAPE '\\'
  AND NOT (t.owner = USER AND t.table_name LIKE 'MILLRACE\\_%' ESCAPE '\\')`,
    ),
  },
  columns: { text: columnsQuery(`c.owner NOT IN (${ownSchemas})`) },
  keys: { text: keysQuery(`k.owner NOT IN (${ownSchemas})`) },
  uniqueIndexes: { text: uniqueIndexesQuery(`x.table_owner NOT IN (${ownSchemas})`) },
};

export const describeTableStatements = (ref: TableRef): CatalogStatements => {
  const values = [ref.schema, ref.table];
  return {
    tables: { text: tablesQuery('t.owner = :1 AND t.table_name = :2'), values },
    columns: { text: columnsQuery('c.owner = :1 AND c.table_name = :2'), values },
    keys: { text: keysQuery('k.owner = :1 AND k.table_name = :2'), values },
    uniqueIndexes: { text: uniqueIndexesQuery('x.table_owner = :1 AND x.table_name = :2'), values },
  };
};

/** Also answers for views, so that a message can say what it is; nothing for what is not there. */
export const viewStatement = (ref: TableRef): Statement => ({
  text: 'SELECT view_name AS "name" FROM all_views WHERE owner = :1 AND view_name = :2',
  values: [ref.schema, ref.table],
});

const count = z.string().transform(Number).pipe(z.number());
const optionalCount = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : Number(text)));

const tableRow = z.strictObject({
  schema: z.string(),
  table: z.string(),
  relationKind: z.enum(['table', 'other']),
  estimatedRows: count,
  bytes: count,
});

const columnRow = z.strictObject({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  dataType: z.string(),
  dataTypeOwner: z.string().nullable(),
  dataLength: count,
  precision: optionalCount,
  scale: optionalCount,
  charLength: count,
  charUsed: z.string().nullable(),
  nullable: z.enum(['Y', 'N']),
  isVirtual: z.enum(['YES', 'NO']),
  hasDefault: z.enum(['YES', 'NO']),
  generation: z.string().nullable(),
});

const keyRow = z.strictObject({
  schema: z.string(),
  table: z.string(),
  kind: z.enum(['P', 'U', 'R']),
  name: z.string(),
  deferrable: z.string().nullable(),
  status: z.string().nullable(),
  validated: z.string().nullable(),
  column: z.string().nullable(),
});

const indexRow = z.strictObject({ schema: z.string(), table: z.string(), name: z.string() });

type Row = Readonly<Record<string, unknown>>;

/** Rows of the four statements. */
export interface CatalogRows {
  readonly tables: readonly Row[];
  readonly columns: readonly Row[];
  readonly keys: readonly Row[];
  readonly uniqueIndexes: readonly Row[];
}

/** Puts the rows of the statements together to descriptions. */
export const parseTableDescriptions = (rows: CatalogRows): readonly TableDescription[] => {
  const byTable = <T extends { readonly schema: string; readonly table: string }>(items: readonly T[]) => {
    const grouped = Map.groupBy(items, ({ schema, table }) => JSON.stringify([schema, table]));
    return (schema: string, table: string): readonly T[] =>
      grouped.get(JSON.stringify([schema, table])) ?? [];
  };
  const columnsOf = byTable(rows.columns.map((row) => columnRow.parse(row)));
  const keysOf = byTable(rows.keys.map((row) => keyRow.parse(row)));
  const indexesOf = byTable(rows.uniqueIndexes.map((row) => indexRow.parse(row)));
  return rows.tables.map((row) => {
    const { schema, table, relationKind, estimatedRows, bytes } = tableRow.parse(row);
    const keys = keysOf(schema, table);
    // A disabled key neither keeps duplicates out nor has an index.
    const primary = keys.filter(({ kind, status }) => kind === 'P' && status === 'ENABLED');
    const columns = columnsOf(schema, table).map(toColumn);
    const unique = primary.length > 0 ? [] : keyConstraint(keys, columns);
    const key = primary.length > 0 ? primary : unique;
    const [keyIndex] = unique;
    return {
      ref: { schema, table },
      columns,
      primaryKey: key.flatMap(({ column }) => (column === null ? [] : [column])),
      ...(keyIndex !== undefined && { keyIndex: keyIndex.name }),
      isKeyDeferrable: key.some(({ deferrable }) => deferrable === 'DEFERRABLE'),
      // Supplemental logging is a matter of the table's readiness, see core/databases/oracle/source/readiness.ts.
      replicaIdentity: 'default',
      relationKind,
      estimatedRows,
      bytes,
      uniqueIndexes: [
        ...new Set(
          keys.filter(({ kind, name }) => kind !== 'P' && name !== keyIndex?.name).map(({ name }) => name),
        ),
        ...indexesOf(schema, table).map(({ name }) => name),
      ],
    };
  });
};

/** The first unique constraint by name that tells rows apart for certain, over ordinary columns that are NOT NULL. */
const keyConstraint = (
  keys: readonly z.output<typeof keyRow>[],
  columns: readonly ColumnDescription[],
): readonly z.output<typeof keyRow>[] => {
  const isKeyColumn = (name: string | null): boolean =>
    columns.some((column) => column.name === name && column.notNull && !column.isGenerated);
  const constraints = Map.groupBy(
    keys.filter(({ kind }) => kind === 'U'),
    ({ name }) => name,
  );
  return (
    [...constraints.values()].find((parts) =>
      parts.every(
        ({ status, validated, deferrable, column }) =>
          status === 'ENABLED' &&
          validated === 'VALIDATED' &&
          deferrable === 'NOT DEFERRABLE' &&
          isKeyColumn(column),
      ),
    ) ?? []
  );
};

const toColumn = (row: z.output<typeof columnRow>): ColumnDescription => ({
  name: row.name,
  ...describeType(row),
  isArray: false,
  typeKind: 'base',
  notNull: row.nullable === 'N',
  isGenerated: row.isVirtual === 'YES',
  hasDefault: row.hasDefault === 'YES',
  isIdentityAlways: row.generation === 'ALWAYS',
});
