import type { ColumnDescription } from '../../contracts/table-description.ts';

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

/** Whether values that are equal to the target's column are equal to the source's, too: char(n) ignores blanks at the end. */
export const isAsFine = (source: ColumnDescription, target: ColumnDescription): boolean =>
  target.baseType !== 'bpchar' || (source.baseType === 'bpchar' && source.native === undefined);
