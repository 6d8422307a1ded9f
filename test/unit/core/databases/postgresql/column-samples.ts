import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';

/** A column as the catalog describes it; by default a nullable one of a base type. */
export const columnOf = (
  type: string,
  baseType: string,
  more: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name: 'c',
  type,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...more,
});

export const tableOf = (
  columns: readonly ColumnDescription[],
  more: Partial<TableDescription> = {},
): TableDescription => ({
  ref: { schema: 'public', table: 't' },
  columns,
  primaryKey: [],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
  ...more,
});
