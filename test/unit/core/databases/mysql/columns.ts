import type { ColumnDescription } from '#core/contracts/table-description.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import type { NativeColumn } from '#core/databases/mysql/types/mysql-type.ts';

/** A column as the catalog describes it, by its type's own name. */
export const column = (
  dataType: string,
  native: Partial<NativeColumn> & { readonly notNull?: boolean } = {},
): ColumnDescription => {
  const { notNull = false, ...rest } = native;
  const columnType = native.columnType ?? dataType;
  const isUnsigned = native.isUnsigned ?? false;
  const described: NativeColumn = { dataType, columnType, isUnsigned, ...rest };
  return {
    name: 'c',
    native: {
      type: columnType,
      baseType: dataType,
      ...(isUnsigned && { isUnsigned }),
      ...(native.charset !== undefined && { charset: native.charset }),
    },
    ...(mysqlTypeOf(dataType)?.canonicalType(described) ?? { type: columnType, baseType: dataType }),
    isArray: false,
    typeKind: mysqlTypeOf(dataType) === undefined ? 'extension' : 'base',
    notNull,
    isGenerated: false,
  };
};

/** Bytes as the SELECT of a binary column hands them over. */
export const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
