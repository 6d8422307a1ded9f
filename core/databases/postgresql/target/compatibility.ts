import { comparableTarget, findUncomputed } from '../../../canonical/compatibility.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import { replicatedColumns } from '../source/copy-statements.ts';

/** Why an existing target table cannot take a source table's rows: one reason each, none when it can. */
export const compareTargetTable = (source: TableDescription, target: TableDescription): readonly string[] => {
  if (target.relationKind !== 'table' && target.relationKind !== 'partitioned-table') {
    return [`is not a table that can be written (${target.relationKind})`];
  }
  const sourceColumns = replicatedColumns(source);
  const isFed = (name: string) => sourceColumns.some((column) => column.name === name);
  return [
    ...sourceColumns.flatMap((column) => {
      const reason = comparableTarget(
        column,
        target.columns.find(({ name }) => name === column.name),
      );
      return reason === undefined ? [] : [`column ${column.name} ${reason}`];
    }),
    ...findUncomputed(source, target),
    ...target.columns
      .filter(
        (column) =>
          !isFed(column.name) && column.notNull && column.hasDefault !== true && !column.isGenerated,
      )
      .map(
        (column) => `column ${column.name} is NOT NULL without a default, and the source has no such column`,
      ),
    ...compareKeys(source.primaryKey, target.primaryKey),
    // INSERT ... ON CONFLICT refuses such a key (PostgreSQL manual, INSERT).
    ...(target.isKeyDeferrable ? ['has a DEFERRABLE primary key'] : []),
  ];
};

const compareKeys = (source: readonly string[], target: readonly string[]): readonly string[] => {
  const isSame = source.length === target.length && source.every((name) => target.includes(name));
  if (isSame) return [];
  return target.length === 0
    ? [`has no primary key, but the source has the key (${source.join(', ')})`]
    : [`has the key (${target.join(', ')}), but the source has (${source.join(', ')})`];
};
