import type { Chunk } from '../../contracts/copy.ts';
import type { ColumnDescription, CopiedTables, TableDescription } from '../../ports/databases.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';
import { keyAfterParameters, keyColumns, keyList, keyRangeCondition } from './key-range.ts';
import type { Statement } from './statement.ts';
import { targetType } from './target-table.ts';

export type CopyFormat = 'binary' | 'text';

export type TablePair = CopiedTables;

/** Generated columns are left out at both ends: the log has none of them, and a database computes its own. */
export const replicatedColumns = (source: TableDescription): readonly ColumnDescription[] =>
  source.columns.filter((column) => !column.isGenerated);

/**
 * Binary COPY costs both servers less, but means the same only where both columns have the same built-in type. XML is
 * the exception: its binary form keeps the encoding that the document names, which its text, and so the stream, drops.
 */
export const copyFormat = (tables: TablePair): CopyFormat => {
  const written = replicatedColumns(tables.mapped ?? tables.source);
  const isSameType = (column: ColumnDescription, index: number): boolean => {
    const other = tables.target.columns.find(({ name }) => name === written[index]?.name);
    const baseType = column.typeKind === 'enum' ? 'text' : column.baseType;
    return (
      other?.typeKind === 'base' &&
      other.baseType === baseType &&
      other.isArray === column.isArray &&
      baseType !== 'xml'
    );
  };
  return replicatedColumns(tables.source).every(isSameType) ? 'binary' : 'text';
};

/**
 * Reads a chunk. Each column has the type that Millrace would create at the target, so that an enum is text and a
 * domain is what is below it, in the binary format too. `ONLY`: the rows of an inheriting table are its own.
 */
export const copyToStatement = (source: TableDescription, chunk: Chunk, format: CopyFormat): string => {
  const columns = replicatedColumns(source).map((column) => {
    const name = quoteIdentifier(column.name);
    return column.typeKind === 'enum' || column.isArray ? `${name}::${targetType(column)}` : name;
  });
  const condition = keyRangeCondition(source, chunk);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return `COPY (SELECT ${columns.join(', ')} FROM ONLY ${quoteTable(source.ref)}${where}) TO STDOUT (FORMAT ${format})`;
};

/** As the target calls the columns that are copied. */
const columnList = ({ source, mapped = source }: TablePair): string =>
  replicatedColumns(mapped)
    .map((column) => quoteIdentifier(column.name))
    .join(', ');

/** Writes a chunk straight into the target table. */
export const copyFromStatement = (tables: TablePair, format: CopyFormat): string =>
  `COPY ${quoteTable(tables.target.ref)} (${columnList(tables)}) FROM STDIN (FORMAT ${format})`;

/** Temporary, so no user's table can have the same name in front of it; gone with the transaction. */
const stagingTable = 'pg_temp.millrace_chunk';

export interface StagedCopy {
  readonly create: string;
  readonly copy: string;
  readonly deleteOld: string;
  readonly insert: string;
}

/**
 * Writes a chunk of which the target may have rows already: through a temporary table, and by key rather than by
 * range, because the two databases may sort text differently, and a range of one could then hold rows of another
 * chunk at the other.
 */
export const stagedCopy = (tables: TablePair, format: CopyFormat): StagedCopy => {
  const columns = columnList(tables);
  const target = quoteTable(tables.target.ref);
  const sameKey = keyColumns(tables.mapped ?? tables.source)
    .map(({ name }) => `old.${quoteIdentifier(name)} = new.${quoteIdentifier(name)}`)
    .join(' AND ');
  return {
    create: `CREATE TEMPORARY TABLE ${stagingTable} ON COMMIT DROP AS SELECT ${columns} FROM ${target} WITH NO DATA`,
    copy: `COPY ${stagingTable} (${columns}) FROM STDIN (FORMAT ${format})`,
    deleteOld: `DELETE FROM ${target} AS old USING ${stagingTable} AS new WHERE ${sameKey}`,
    insert: `INSERT INTO ${target} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${stagingTable}`,
  };
};

/** The key of the `rows`th row after `after` in key order; no row when there are fewer. */
export const nextBoundStatement = (
  table: TableDescription,
  after: readonly string[] | undefined,
  rows: number,
): Statement => {
  const where = after === undefined ? '' : ` WHERE ${keyAfterParameters(table)}`;
  const keys = keyList(table);
  return {
    text: `SELECT ${keys} FROM ONLY ${quoteTable(table.ref)}${where} ORDER BY ${keys} OFFSET ${Math.max(0, Math.trunc(rows) - 1)} LIMIT 1`,
    ...(after && { values: after }),
  };
};
