import { type ColumnType, knownTypeNames, parseColumnType } from '../contracts/column-type.ts';
import type { ColumnDescription } from '../contracts/table-description.ts';
import { comparableTarget } from './compatibility.ts';

/**
 * Whether a column of the type holds every value of the column as it is. It is the rule for existing target tables: what
 * Millrace may write to, it may also create.
 */
export const isExact = (column: ColumnDescription, type: ColumnType): boolean => {
  const { native: _native, maxLength: _maxLength, precision: _precision, scale: _scale, ...kept } = column;
  const { isGenerated: _isGenerated, isIdentityAlways: _isIdentityAlways, ...plain } = kept;
  return comparableTarget(column, { ...plain, ...type, typeKind: 'base', isGenerated: false }) === undefined;
};

/** Types other than its own that a mapping may give a column; those that have a length or precision without it. */
export const exactTypes = (column: ColumnDescription): readonly string[] =>
  knownTypeNames.flatMap((name) => {
    const type = parseColumnType(column.isArray ? `${name}[]` : name);
    return type !== undefined && type.type !== column.type && isExact(column, type) ? [type.type] : [];
  });
