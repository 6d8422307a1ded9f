import { parseColumnType } from '../contracts/column-type.ts';
import type { ColumnMapping, TableMapping } from '../contracts/replication.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';

/**
 * A source table seen through its mapping, twice: column `n` of one description is column `n` of the other. In both,
 * `name` is what a statement at that side calls the column, so a reader of the source takes `source`, a writer who
 * creates, compares or writes target tables takes `mapped`, and neither has to know of mappings.
 */
export interface MappedTable {
  /** What is read: the source's own names and types, without the columns that are left out. */
  readonly source: TableDescription;
  /** What the target shall have: the same columns with the target's names and types. `ref` stays the source table's. */
  readonly mapped: TableDescription;
}

/** Entries for columns that the source does not have say nothing here; `findMappingProblems` refuses them. */
export const mapTable = (table: TableDescription, mapping: Pick<TableMapping, 'columns'>): MappedTable => {
  if (mapping.columns === undefined) return { source: table, mapped: table };
  const entries = new Map(mapping.columns.map((entry) => [entry.source, entry]));
  const columns = table.columns.filter(({ name }) => entries.get(name)?.omit !== true);
  return {
    source: { ...table, columns },
    mapped: {
      ...table,
      columns: columns.map((column) => mapColumn(column, entries.get(column.name))),
      primaryKey: table.primaryKey.map((name) => entries.get(name)?.target ?? name),
      ...(table.uniqueKeys !== undefined && {
        uniqueKeys: table.uniqueKeys
          .filter((key) => key.columns.every((name) => columns.some((column) => column.name === name)))
          .map((key) => ({ ...key, columns: key.columns.map((name) => entries.get(name)?.target ?? name) })),
      }),
    },
  };
};

const mapColumn = (column: ColumnDescription, entry: ColumnMapping | undefined): ColumnDescription => {
  if (entry === undefined) return column;
  const named = { ...column, name: entry.target ?? column.name };
  const type = entry.type === undefined ? undefined : parseColumnType(entry.type);
  if (type === undefined) return named;
  // What the source's type is there, with its length and digits, does not describe the new type.
  const { native: _native, maxLength: _maxLength, precision: _precision, scale: _scale, ...kept } = named;
  return { ...kept, ...type, typeKind: 'base' };
};

/** Names of the columns that only the target has, which no event and no copied row fills. `mapped` as `mapTable` gives it. */
export const ownColumns = (
  mapped: Pick<TableDescription, 'columns'>,
  target: Pick<TableDescription, 'columns'>,
): readonly string[] => {
  const filled = new Set(mapped.columns.map(({ name }) => name));
  return target.columns
    .filter(({ name, isGenerated }) => !isGenerated && !filled.has(name))
    .map(({ name }) => name);
};

/**
 * The source column that once fed a target column, when the source does not have it any more: its earlier changes may
 * still be on their way. Undefined for a target column that the mapping feeds with nothing.
 */
export const formerSourceColumn = (
  mapping: Pick<TableMapping, 'columns'>,
  targetColumn: string,
): string | undefined => {
  const entries = mapping.columns ?? [];
  const renamed = entries.find(({ target }) => target === targetColumn);
  if (renamed !== undefined) return renamed.source;
  const own = entries.find(({ source }) => source === targetColumn);
  return own === undefined || (own.omit !== true && own.target === undefined) ? targetColumn : undefined;
};

export const omittedColumns = (mapping: Pick<TableMapping, 'columns'>): readonly string[] =>
  (mapping.columns ?? []).filter(({ omit }) => omit === true).map(({ source }) => source);
