import type { ColumnDescription, NativeType, TableDescription } from '#core/contracts/table-description.ts';

/** A column of a PostgreSQL source. */
export const sourceColumn = (baseType: string, more: Partial<ColumnDescription> = {}): ColumnDescription => ({
  name: 'v',
  type: baseType,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...more,
});

/** A column of MySQL: `native` as its catalog spells it, what it is to others left open. */
export const mysqlColumn = (
  type: string,
  more: Partial<ColumnDescription> & {
    readonly charset?: string;
    readonly collation?: string;
    readonly isMariadb?: true;
  } = {},
): ColumnDescription => {
  const { charset, collation, isMariadb, ...column } = more;
  const native: NativeType = {
    type,
    baseType: /^[a-z0-9]+/.exec(type)?.[0] ?? '',
    ...(type.includes('unsigned') && { isUnsigned: true }),
    ...(charset !== undefined && { charset }),
    ...(collation !== undefined && { collation }),
    ...(isMariadb === true && { isMariadb }),
  };
  return { ...sourceColumn('text', column), native };
};

export const tableOf = (
  columns: readonly ColumnDescription[],
  primaryKey: readonly string[] = [],
): TableDescription => ({
  ref: { schema: 'public', table: 'things' },
  columns,
  primaryKey,
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
});
