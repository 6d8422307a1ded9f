import type { TableMapping } from '../contracts/replication.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';
import type { TargetDialect } from '../ports/target-dialect.ts';

/**
 * The mapping of a table under the policy `text`, with the type text for every column that may have a value which its type
 * at the target cannot hold, unless the mapping gives it a type already. It is then a type like any other, so that
 * creating, comparing, copying and applying need not know of the policy.
 */
export const mapInexactAsText = (
  mapping: TableMapping,
  table: TableDescription,
  source: Pick<SourceDialect, 'hasOwnValues'>,
  target: Pick<TargetDialect, 'holdsEveryValue'>,
): TableMapping => {
  if (mapping.valuePolicy !== 'text') return mapping;
  const inexact = new Set(
    table.columns
      .filter(
        (column) => !column.isGenerated && (source.hasOwnValues(column) || !target.holdsEveryValue(column)),
      )
      .map(({ name }) => name),
  );
  const entries = mapping.columns ?? [];
  const mapped = entries.map((entry) =>
    inexact.has(entry.source) && entry.omit !== true && entry.type === undefined
      ? { ...entry, type: 'text' }
      : entry,
  );
  const listed = new Set(entries.map((entry) => entry.source));
  const added = [...inexact]
    .filter((name) => !listed.has(name))
    .map((name) => ({ source: name, type: 'text' }));
  const columns = [...mapped, ...added];
  return columns.length === 0 ? mapping : { ...mapping, columns };
};
