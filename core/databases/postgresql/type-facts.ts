import type { ColumnDescription } from '../../ports/databases.ts';

/** Whether every server has the type: `format_type` puts the schema before the name of any other (canonical-session). */
export const isBuiltIn = ({ typeKind, type }: ColumnDescription): boolean => {
  switch (typeKind) {
    case 'base':
      return true;
    case 'range':
    case 'multirange':
      return !type.includes('.');
    case 'enum':
    case 'composite':
    case 'extension':
    case 'nested-array':
      return false;
  }
};

export const isMoney = ({ typeKind, baseType }: ColumnDescription): boolean =>
  typeKind === 'base' && baseType === 'money';

export type ComparisonSign = '=' | '<' | '>' | '<=' | '>=';

const schemaOfType = /^("(?:[^"]|"")+"|[^."]+)\./;

/**
 * A comparison operator for values of that column. With `search_path=pg_catalog` an unqualified one would not be that of
 * an extension's type, which is in the extension's schema, but at best that of text: citext would be compared by
 * case. Other types have theirs in pg_catalog, composites, ranges and enums too.
 */
export const comparison = (column: ColumnDescription, operator: ComparisonSign): string => {
  const schema = column.typeKind === 'extension' && !column.isArray && schemaOfType.exec(column.type)?.[1];
  return schema ? `OPERATOR(${schema}.${operator})` : operator;
};
