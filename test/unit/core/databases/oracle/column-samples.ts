import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { describeType } from '#core/databases/oracle/types/column-types.ts';
import type { NativeColumn } from '#core/databases/oracle/types/oracle-type.ts';

/** A column as ALL_TAB_COLS tells of it. */
export const nativeColumn = (dataType: string, change: Partial<NativeColumn> = {}): NativeColumn => ({
  dataType,
  dataTypeOwner: null,
  dataLength: 22,
  precision: null,
  scale: null,
  charLength: 0,
  charUsed: null,
  ...change,
});

export const columnOf = (
  dataType: string,
  native: Partial<NativeColumn> = {},
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name: 'VALUE',
  ...describeType(nativeColumn(dataType, native)),
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...change,
});

export const tableOf = (
  columns: readonly ColumnDescription[],
  primaryKey: readonly string[],
  change: Partial<TableDescription> = {},
): TableDescription => ({
  ref: { schema: 'SHOP', table: 'ORDERS' },
  columns,
  primaryKey,
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 1_000,
  bytes: 100_000,
  uniqueIndexes: [],
  ...change,
});
