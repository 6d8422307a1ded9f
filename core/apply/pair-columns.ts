import { tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { formerSourceColumn, mapTable, omittedColumns, ownColumns } from '../mapping/map-table.ts';
import { uniquenessOf } from '../mapping/shared-uniqueness.ts';
import type { ApplyTable } from '../ports/apply-table.ts';
import type { SourceCodec } from '../ports/source-dialect.ts';

/** `columns` have the source's names, by which events carry them. The three lists have one order. */
export interface PairedTable extends ApplyTable {
  /**
   * What each column's canonical text is a text of, as a copy's writer is told it: the source's column with the name and
   * type that the mapping gives it, or the target's own when the source does not have it any more.
   */
  readonly mapped: readonly ColumnDescription[];
  /** The target's columns that are written. */
  readonly written: readonly ColumnDescription[];
}

/**
 * Pairs the columns of a source table with those of its target table, by name as the mapping has it. Events are decoded
 * by the source's type, since Debezium writes them by it; a column that only the target still has is decoded by the
 * target's, for events from before it was dropped at the source. Columns that the mapping leaves out are ignored.
 * Throws `SchemaMismatch` when the source has no key, or a column that the target lacks.
 */
export const pairColumns = (
  mapping: TableMapping,
  source: TableDescription,
  target: TableDescription,
  codec: Pick<SourceCodec, 'decoderFor' | 'isUnavailable'>,
  isAsFine: (source: ColumnDescription, target: ColumnDescription) => boolean,
): PairedTable => {
  const { source: visible, mapped } = mapTable(source, mapping);
  const fail = (problem: string): never => {
    throw new MillraceError('SchemaMismatch', problem, { facts: { table: tableLabel(source.ref) } });
  };
  const targetNames = new Set(target.columns.map(({ name }) => name));
  const missing = mapped.columns.filter(({ name, isGenerated }) => !isGenerated && !targetNames.has(name));
  if (missing.length > 0) {
    fail(
      `Target table ${tableLabel(target.ref)} lacks columns of ${tableLabel(source.ref)}: ` +
        `${missing.map(({ name }) => name).join(', ')}.`,
    );
  }
  const sourceNames = new Set(source.columns.map(({ name }) => name));
  const feeders = new Map(mapped.columns.map(({ name }, index) => [name, visible.columns[index]]));
  const shapes = new Map(mapped.columns.map((column) => [column.name, column]));
  const feederOf = (column: ColumnDescription): ColumnDescription | undefined => {
    const feeder = feeders.get(column.name);
    if (feeder !== undefined) return feeder;
    const former = formerSourceColumn(mapping, column.name);
    // What the source has by that name feeds another column, or none.
    return former === undefined || sourceNames.has(former) ? undefined : { ...column, name: former };
  };
  const fed = target.columns.flatMap((column) => {
    const feeder = feederOf(column);
    return feeder === undefined ? [] : [{ column, feeder }];
  });
  const writable = fed.filter(({ column }) => !column.isGenerated);
  const columns = writable.map(({ feeder }) => ({
    name: feeder.name,
    decode: codec.decoderFor(feeder),
    isUnavailable: (raw: unknown) => codec.isUnavailable(feeder, raw),
  }));
  const keyColumns = source.primaryKey.map((name) => columns.findIndex((column) => column.name === name));
  if (keyColumns.length === 0) fail(`Source table ${tableLabel(source.ref)} has no key.`);
  if (keyColumns.includes(-1))
    fail(`Target table ${tableLabel(target.ref)} computes or lacks a column of the key.`);
  // PostgreSQL's log is without generated columns.
  const logged = new Set(source.columns.flatMap(({ name, isGenerated }) => (isGenerated ? [] : [name])));
  return {
    mapping,
    columns,
    keyColumns,
    ...(source.keyIndex !== undefined && { comparesKeys: true }),
    expectedColumns: columns.flatMap(({ name }, index) => (logged.has(name) ? [index] : [])),
    ignoredColumns: new Set([
      ...fed.filter(({ column }) => column.isGenerated).map(({ feeder }) => feeder.name),
      // Not every log is without them, as PostgreSQL's is: Debezium has a field for each of MySQL's and Oracle's.
      ...source.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name),
      ...omittedColumns(mapping),
    ]),
    uniqueColumns: writable.flatMap(({ column }, index) =>
      target.uniqueKeys?.some((key) => key.columns.includes(column.name)) === true ? [index] : [],
    ),
    uniqueness: uniquenessOf(mapped, target, isAsFine),
    hasOwnColumns: ownColumns(mapped, target).length > 0,
    mapped: writable.map(({ column }) => shapes.get(column.name) ?? column),
    written: writable.map(({ column }) => column),
  };
};

/** Connect may send events again that are older than a column which the table has followed. */
export const mayLackAdded = (table: ApplyTable, { added = [] }: Pick<KnownShape, 'added'>): ApplyTable => {
  const { columns, expectedColumns } = table;
  if (added.length === 0 || expectedColumns === undefined) return table;
  const names = new Set(added);
  return {
    ...table,
    expectedColumns: expectedColumns.filter((index) => !names.has(columns[index]?.name ?? '')),
  };
};
