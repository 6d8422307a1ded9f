import { tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { SourceCodec } from '../databases/source-dialect.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ColumnDescription, TableDescription } from '../ports/databases.ts';
import type { ApplyTable } from './apply-table.ts';

export interface PairedTable extends ApplyTable {
  /** The target's columns that are written, in the order of `columns`. */
  readonly written: readonly ColumnDescription[];
}

/**
 * Pairs the columns of a source table with those of its target table by name. Events are decoded by the source's type,
 * since Debezium writes them by it; a column that only the target still has is decoded by the target's, for
 * events from before it was dropped at the source.
 * Throws `SchemaMismatch` when the source has no key, or a column that the target lacks.
 */
export const pairColumns = (
  mapping: TableMapping,
  source: TableDescription,
  target: TableDescription,
  codec: Pick<SourceCodec, 'decoderFor' | 'isUnavailable'>,
): PairedTable => {
  const sourceColumns = new Map(source.columns.map((column) => [column.name, column]));
  const targetColumns = new Map(target.columns.map((column) => [column.name, column]));
  const fail = (problem: string): never => {
    throw new MillraceError('SchemaMismatch', problem, { facts: { table: tableLabel(source.ref) } });
  };
  const missing = source.columns.filter(({ name, isGenerated }) => !isGenerated && !targetColumns.has(name));
  if (missing.length > 0) {
    fail(
      `Target table ${tableLabel(target.ref)} lacks columns of ${tableLabel(source.ref)}: ` +
        `${missing.map(({ name }) => name).join(', ')}.`,
    );
  }
  const written = target.columns.filter(({ isGenerated }) => !isGenerated);
  const columns = written.map((column) => {
    const described = sourceColumns.get(column.name) ?? column;
    return {
      name: column.name,
      decode: codec.decoderFor(described),
      isUnavailable: (raw: unknown) => codec.isUnavailable(described, raw),
    };
  });
  const keyColumns = source.primaryKey.map((name) => columns.findIndex((column) => column.name === name));
  if (keyColumns.length === 0) fail(`Source table ${tableLabel(source.ref)} has no primary key.`);
  if (keyColumns.includes(-1))
    fail(`Target table ${tableLabel(target.ref)} computes a column of the key itself.`);
  return {
    mapping,
    columns,
    keyColumns,
    ignoredColumns: new Set(target.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name)),
    written,
  };
};
