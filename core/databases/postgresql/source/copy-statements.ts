import { isBuiltIn, isMoney } from '../../../canonical/type-facts.ts';
import type { Chunk } from '../../../contracts/copy.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { ownColumns } from '../../../mapping/map-table.ts';
import { uniquenessOf } from '../../../mapping/shared-uniqueness.ts';
import type { CopiedTables } from '../../../ports/databases.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';
import { targetType } from '../target/ddl.ts';
import { comparison, isAsFine } from '../type-facts.ts';
import { keyAfterParameters, keyColumns, keyList, keyRangeCondition } from './key-range.ts';
import { rowsOf } from './table-rows.ts';

export type CopyFormat = 'binary' | 'text';

export type TablePair = CopiedTables;

/** Generated columns are left out at both ends: the log has none of them, and a database computes its own. */
export const replicatedColumns = (source: TableDescription): readonly ColumnDescription[] =>
  source.columns.filter((column) => !column.isGenerated);

/**
 * What binary COPY would not carry as it is. The binary form of XML keeps the encoding that the document names, which its
 * text, and so the stream, drops; an infinite interval would become a finite one at a target before PostgreSQL 17.
 */
const textOnly: ReadonlySet<string> = new Set(['xml', 'interval']);

/**
 * Binary COPY costs both servers less, but means the same only where both columns have the same built-in type. Types of
 * others are copied as the text that the log has, which a cast to text of their own need not be.
 */
export const copyFormat = (tables: TablePair): CopyFormat =>
  pairedColumns(tables).every(({ column, other }) => {
    if (other === undefined || !isBuiltIn(other) || other.isArray !== column.isArray) return false;
    if (column.typeKind === 'enum') return other.baseType === 'text';
    if (!isBuiltIn(column) || textOnly.has(column.baseType)) return false;
    return other.baseType === column.baseType || (isMoney(column) && other.baseType === 'numeric');
  })
    ? 'binary'
    : 'text';

/** The columns that are copied, each with the column of the target table that takes it, if that is there. */
const pairedColumns = ({
  source,
  mapped = source,
  target,
}: TablePair): readonly {
  readonly column: ColumnDescription;
  readonly name: string;
  readonly other: ColumnDescription | undefined;
}[] => {
  const written = replicatedColumns(mapped);
  return replicatedColumns(source).map((column, index) => {
    const name = written[index]?.name ?? column.name;
    return { column, name, other: target.columns.find((candidate) => candidate.name === name) };
  });
};

/**
 * Reads a chunk. Each built-in column has the type that Millrace would create at the target, so that a domain is what is
 * below it, in the binary format too; an enum is text.
 */
export const copyToStatement = (tables: TablePair, chunk: Chunk, format: CopyFormat): string => {
  const { source } = tables;
  const columns = pairedColumns(tables).map(({ column, other }) => {
    const name = quoteIdentifier(column.name);
    // The bytes of money are the same at both ends; its text is not.
    if (isMoney(column) && format === 'binary' && other !== undefined && isMoney(other)) return name;
    const isCast = column.typeKind === 'enum' || isMoney(column) || (column.isArray && isBuiltIn(column));
    return isCast ? `${name}::${targetType(column)}` : name;
  });
  const condition = keyRangeCondition(source, chunk);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return `COPY (SELECT ${columns.join(', ')} FROM ${rowsOf(source, chunk.partition)}${where}) TO STDOUT (FORMAT ${format})`;
};

/** As the target calls the columns that are copied. */
const columnList = ({ source, mapped = source }: TablePair): string =>
  replicatedColumns(mapped)
    .map((column) => quoteIdentifier(column.name))
    .join(', ');

/** Whether the target can read a chunk only by way of numbers: what it takes for a text of money depends on a setting. */
export const needsStaging = (tables: TablePair, format: CopyFormat): boolean =>
  format === 'text' && pairedColumns(tables).some(({ other }) => other !== undefined && isMoney(other));

/** Writes a chunk straight into the target table, unless that needs staging. */
export const copyFromStatement = (tables: TablePair, format: CopyFormat): string =>
  `COPY ${quoteTable(tables.target.ref)} (${columnList(tables)}) FROM STDIN (FORMAT ${format})`;

/** Temporary, so no user's table can have the same name in front of it; gone with the transaction. */
const stagingTable = 'pg_temp.millrace_chunk';

export interface StagedCopy {
  readonly create: string;
  readonly copy: string;
  /** Brings the rows into the target table. */
  readonly merge: readonly string[];
}

/**
 * Writes a chunk of which the target may have rows already, or that needs staging: through a temporary table, and by key rather than by
 * range, because the two databases may sort text differently, and a range of one could then hold rows of another
 * chunk at the other. A row is left out that has a unique value of a row which another chunk read at another time, since one of
 * the two has changed since and comes again (docs/decisions/outdated-unique-values.md). Rows of a table that has columns of its own are changed in their place, which keeps those.
 */
export const stagedCopy = (tables: TablePair, format: CopyFormat): StagedCopy => {
  const columns = columnList(tables);
  const target = quoteTable(tables.target.ref);
  const targetColumn = (name: string) => tables.target.columns.find((column) => column.name === name);
  const { mapped = tables.source } = tables;
  const insert = `INSERT INTO ${target} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${stagingTable}`;
  const sameKey = keyColumns(mapped)
    .map((source) => {
      const column = targetColumn(source.name) ?? source;
      const name = quoteIdentifier(column.name);
      return `old.${name} ${comparison(column, '=')} new.${name}${isMoney(column) ? '::money' : ''}`;
    })
    .join(' AND ');
  // The INSERT takes the number for money by itself.
  const staged = pairedColumns(tables).map(({ name, other }) => {
    const isNumber = format === 'text' && other !== undefined && isMoney(other);
    const quoted = quoteIdentifier(name);
    return isNumber ? `${quoted}::numeric${other.isArray ? '[]' : ''} AS ${quoted}` : quoted;
  });
  return {
    create: `CREATE TEMPORARY TABLE ${stagingTable} ON COMMIT DROP AS SELECT ${staged.join(', ')} FROM ${target} WITH NO DATA`,
    copy: `COPY ${stagingTable} (${columns}) FROM STDIN (FORMAT ${format})`,
    merge:
      ownColumns(mapped, tables.target).length > 0
        ? [`${insert} ${onConflict(mapped, tables.target)}`]
        : [
            `DELETE FROM ${target} AS old USING ${stagingTable} AS new WHERE ${sameKey}`,
            uniquenessOf(mapped, tables.target, isAsFine) === 'shared'
              ? `${insert} ON CONFLICT DO NOTHING`
              : insert,
          ],
  };
};

/** An identity column that is GENERATED ALWAYS can be inserted, but never updated. */
const onConflict = (mapped: TableDescription, target: TableDescription): string => {
  const fixed = new Set([
    ...mapped.primaryKey,
    ...target.columns.filter(({ isIdentityAlways }) => isIdentityAlways === true).map(({ name }) => name),
  ]);
  const assignments = replicatedColumns(mapped)
    .map(({ name }) => name)
    .filter((name) => !fixed.has(name))
    .map((name) => `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`);
  const key = mapped.primaryKey.map(quoteIdentifier).join(', ');
  return `ON CONFLICT (${key}) DO ${assignments.length === 0 ? 'NOTHING' : `UPDATE SET ${assignments.join(', ')}`}`;
};

/**
 * Begins the transaction of a COPY TO. COPY takes its snapshot before it waits for the table, and a table that another session
 * writes again meanwhile (ALTER TABLE ... SET ACCESS METHOD) is empty in such a snapshot. So the table is locked first.
 */
export const beginCopyStatement = (
  table: TableDescription,
  { partition }: Pick<Chunk, 'partition'>,
): string =>
  `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE ${rowsOf(table, partition)} IN ACCESS SHARE MODE`;

/** As `nextBoundStatement`, as a text that COPY answers: for a source that is read through Kafka. */
export const copyBoundStatement = (
  table: TableDescription,
  after: readonly string[] | undefined,
  rows: number,
): string => {
  const condition = keyRangeCondition(table, after === undefined ? {} : { after });
  const keys = keyList(table);
  return (
    `COPY (SELECT ${keys} FROM ${rowsOf(table)}${condition === undefined ? '' : ` WHERE ${condition}`} ` +
    `ORDER BY ${keys} OFFSET ${Math.max(0, Math.trunc(rows) - 1)} LIMIT 1) TO STDOUT`
  );
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
    text: `SELECT ${keys} FROM ${rowsOf(table)}${where} ORDER BY ${keys} OFFSET ${Math.max(0, Math.trunc(rows) - 1)} LIMIT 1`,
    ...(after && { values: after }),
  };
};
