import { isComplete } from '../../../apply/apply-table.ts';
import type { GuardedTable } from '../../../apply/nulled-values.ts';
import { pairColumns } from '../../../apply/pair-columns.ts';
import type { PlanStep } from '../../../apply/plan-batch.ts';
import { createValueGuard } from '../../../canonical/value-guard.ts';
import type { TableMapping } from '../../../contracts/replication.ts';
import type { TableDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import type { ApplyRow } from '../../../ports/apply-table.ts';
import type { SourceCodec } from '../../../ports/source-dialect.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { MysqlTargetTable } from './catalog.ts';
import { isAsFine } from './compatibility.ts';
import { ListedRows } from './listed-rows.ts';
import {
  columnList,
  deleteStatements,
  describeTargetRows,
  insertStatements,
  type StatementLimits,
  type TargetRows,
} from './rows.ts';

/** One text to send: a statement, or several with a semicolon between them. */
export interface ApplyStatement {
  readonly text: string;
  /** Set when the statement has to hit just so many rows; otherwise the batch was planned on a wrong assumption. */
  readonly mustHit?: number;
  /** How many rows it changes if all of them are there; set when they are not known as a whole. */
  readonly patches?: number;
  /** Takes as long as the table is large. */
  readonly isLong?: boolean;
}

/** A table of MySQL to apply to. */
export interface MysqlApplyTable extends GuardedTable {
  readonly statements: TableStatements;
}

/**
 * A quarter of a mebibyte: well below every server's max_allowed_packet (1 MiB at the least in a default setting), and
 * enough rows for the cost of a round trip to vanish among theirs.
 */
const statementBytes = 256 * 1024;

/** The most rows of one INSERT, and the most statements of one text. */
const statementRows = 1_000;

/** MariaDB makes a join of a longer list (in_predicate_conversion_threshold), which does not use the key then. */
const deletedKeys = 500;

const insertLimits: StatementLimits = { bytes: statementBytes, rows: statementRows };
const deleteLimits: StatementLimits = { bytes: statementBytes, rows: deletedKeys };

/** Throws `SchemaMismatch`, see `pairColumns`, and when the target's table does not commit with the checkpoint. */
export const describeApplyTable = (
  mapping: TableMapping,
  source: TableDescription,
  target: MysqlTargetTable,
  codec: Pick<SourceCodec, 'decoderFor' | 'isUnavailable'>,
): MysqlApplyTable => {
  if (target.storageEngine?.toLowerCase() !== 'innodb') {
    throw new MillraceError(
      'SchemaMismatch',
      `Target table ${target.ref.schema}.${target.ref.table} is stored by ${target.storageEngine}, whose rows do not ` +
        'commit with the checkpoint; ALTER TABLE ... ENGINE = InnoDB.',
      { facts: { table: `${target.ref.schema}.${target.ref.table}` } },
    );
  }
  const paired = pairColumns(mapping, source, target, codec, isAsFine);
  const pairs = paired.written.map((column, index) => ({
    source: paired.mapped[index] ?? column,
    target: column,
  }));
  const { guard, take: takeNulled } = createValueGuard(target.ref, mapping.valuePolicy);
  const rows = describeTargetRows(target, pairs, paired.keyColumns, guard);
  return { ...paired, statements: new TableStatements(target, rows), takeNulled };
};

/** The statements of one table's steps, each value a literal: a batch has more of them than a statement has parameters. */
export class TableStatements {
  readonly #rows: TargetRows;
  readonly #table: string;
  readonly #all: readonly number[];
  /** Whether an INSERT ... ON DUPLICATE KEY UPDATE can mean no other row than the one with the key. */
  readonly #hasOneKey: boolean;
  readonly #isReferenced: boolean;
  /** Undefined where each row has to have a statement of its own. */
  readonly #listed: ListedRows | undefined;

  constructor(
    target: Pick<MysqlTargetTable, 'columns' | 'hasOtherUniqueIndexes' | 'isReferenced'>,
    rows: TargetRows,
  ) {
    this.#rows = rows;
    this.#table = quoteTable(rows.ref);
    this.#all = rows.columns.map((_column, index) => index);
    this.#hasOneKey = !target.hasOtherUniqueIndexes;
    this.#isReferenced = target.isReferenced;
    this.#listed = ListedRows.forTable(target, rows);
  }

  forSteps(steps: readonly PlanStep[]): readonly ApplyStatement[] {
    return steps.flatMap((step) => this.#forStep(step));
  }

  #forStep(step: PlanStep): readonly ApplyStatement[] {
    switch (step.kind) {
      case 'truncate':
        // TRUNCATE would commit what was done so far, and it could not be rolled back.
        return [{ text: `DELETE FROM ${this.#table}`, isLong: true }];
      case 'move':
        return [this.#move(step.from, step.row)];
      case 'rekey': {
        const { mustHit: _mustHit, ...move } = this.#move(step.from, step.row);
        return [move, ...this.#write([step.from], [], [step.row])];
      }
      case 'write':
        return this.#write(step.deletes, step.patches, step.upserts);
    }
  }

  #write(
    deletes: readonly ApplyRow[],
    patches: readonly ApplyRow[],
    upserts: readonly ApplyRow[],
  ): readonly ApplyStatement[] {
    const complete = upserts.filter(isComplete);
    const partial = upserts.filter((row) => !isComplete(row));
    if (this.#hasOneKey) {
      return [
        ...this.#deletes(deletes),
        ...this.#updates(patches),
        ...this.#upserts(complete, this.#all),
        ...this.#partialUpserts(partial),
      ];
    }
    // A row that others point to stays where it is, for deleting it might delete those. A row of a table with columns of its
    // own is never complete.
    const replaced = this.#isReferenced ? [] : complete;
    const merged = this.#isReferenced ? upserts : partial;
    return [
      ...this.#deletes([...deletes, ...replaced]),
      ...this.#updates(patches),
      ...insertStatements(this.#rows, this.#all, replaced, '', insertLimits).map((text) => ({ text })),
      ...this.#mergers(merged),
    ];
  }

  #deletes(keys: readonly ApplyRow[]): readonly ApplyStatement[] {
    return deleteStatements(this.#rows, keys, deleteLimits).map((text) => ({ text }));
  }

  #upserts(rows: readonly ApplyRow[], columns: readonly number[]): readonly ApplyStatement[] {
    const changed = columns.filter((index) => !this.#rows.keyColumns.includes(index));
    // With nothing to change the statement still has to pass over a row that is there.
    const assigned = changed.length === 0 ? this.#rows.keyColumns.slice(0, 1) : changed;
    const assignments = assigned.map((index) => `${this.#name(index)}=VALUES(${this.#name(index)})`);
    return insertStatements(
      this.#rows,
      columns,
      rows,
      ` ON DUPLICATE KEY UPDATE ${assignments.join(',')}`,
      insertLimits,
    ).map((text) => ({ text }));
  }

  #partialUpserts(rows: readonly ApplyRow[]): readonly ApplyStatement[] {
    return groupsOf(rows).flatMap((group) => this.#upserts(group.rows, group.columns));
  }

  /** Changes rows that are there. */
  #updates(rows: readonly ApplyRow[]): readonly ApplyStatement[] {
    const statements = this.#gathered(
      rows,
      (row) => [this.#update(row)],
      (listed, list, columns) => [listed.update(list, columns)],
    );
    // How many of the rows each of several texts has is not known.
    return statements.map((statement) =>
      statements.length === 1 ? { ...statement, patches: rows.length } : { ...statement, patches: -1 },
    );
  }

  /** Changes rows that are there, and adds those that are not. */
  #mergers(rows: readonly ApplyRow[]): readonly ApplyStatement[] {
    return this.#gathered(
      rows,
      (row) => [this.#update(row), this.#insertMissing(row)],
      (listed, list, columns) => [listed.update(list, columns), listed.insertMissing(list, columns)],
    );
  }

  /** Rows are written together with others of which the same columns are known, where a list can hold them. */
  #gathered(
    rows: readonly ApplyRow[],
    alone: (row: ApplyRow) => readonly string[],
    together: (listed: ListedRows, list: string, columns: readonly number[]) => readonly string[],
  ): readonly ApplyStatement[] {
    const listed = this.#listed;
    if (listed === undefined) return joined(rows.flatMap(alone));
    const texts = groupsOf(rows.filter((row) => listed.canHold(row))).flatMap((group) =>
      group.rows.length === 1
        ? group.rows.flatMap(alone)
        : listed.lists(group.rows, group.columns).flatMap((list) => together(listed, list, group.columns)),
    );
    return joined([...texts, ...rows.filter((row) => !listed.canHold(row)).flatMap(alone)]);
  }

  /** Changes the row with the key, if there is one. Nothing but the key may be known: the statement stays valid. */
  #update(row: ApplyRow): string {
    const changed = knownColumns(row).filter((index) => !this.#rows.keyColumns.includes(index));
    const assigned = changed.length === 0 ? this.#rows.keyColumns : changed;
    return `UPDATE ${this.#table} SET ${this.#equals(row, assigned, ',')} WHERE ${this.#hasKey(row)}`;
  }

  /** Adds the row, unless there is one with its key. The inner query is a table of its own: MySQL manual, 15.2.15.12. */
  #insertMissing(row: ApplyRow): string {
    const columns = knownColumns(row);
    const values = columns.map((index) => this.#rows.literal(row, index)).join(',');
    return (
      `INSERT INTO ${this.#table} (${columnList(this.#rows, columns)}) SELECT ${values} FROM DUAL ` +
      `WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} WHERE ${this.#hasKey(row)})`
    );
  }

  /** Finds nothing when the old row is not there, or another row already has the new key. */
  #move(from: ApplyRow, row: ApplyRow): ApplyStatement {
    return {
      text:
        `UPDATE ${this.#table} SET ${this.#equals(row, knownColumns(row), ',')} WHERE ${this.#hasKey(from)} ` +
        `AND NOT EXISTS (SELECT 1 FROM (SELECT 1 FROM ${this.#table} WHERE ${this.#hasKey(row)} LIMIT 1) AS taken)`,
      mustHit: 1,
    };
  }

  #hasKey(row: ApplyRow): string {
    return this.#equals(row, this.#rows.keyColumns, ' AND ');
  }

  #equals(row: ApplyRow, columns: readonly number[], separator: string): string {
    return columns.map((index) => `${this.#name(index)}=${this.#rows.literal(row, index)}`).join(separator);
  }

  #name(index: number): string {
    return quoteIdentifier(this.#rows.columns[index]?.name ?? '');
  }
}

interface RowGroup {
  /** The known ones. */
  readonly columns: readonly number[];
  readonly rows: readonly ApplyRow[];
}

/** By the set of known columns; in most batches there is one set. */
const groupsOf = (rows: readonly ApplyRow[]): readonly RowGroup[] =>
  [...Map.groupBy(rows, (row) => knownColumns(row).join()).values()].map((group) => ({
    columns: knownColumns(group[0] ?? []),
    rows: group,
  }));

/** Short statements, sent together. */
const joined = (statements: readonly string[]): readonly ApplyStatement[] => {
  const texts: ApplyStatement[] = [];
  let gathered: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (gathered.length > 0) texts.push({ text: gathered.join(';') });
    gathered = [];
    length = 0;
  };
  for (const statement of statements) {
    if (gathered.length >= statementRows || length + statement.length > statementBytes) flush();
    gathered.push(statement);
    length += statement.length;
  }
  flush();
  return texts;
};

const knownColumns = (row: ApplyRow): readonly number[] => {
  const columns: number[] = [];
  for (let index = 0; index < row.length; index += 1) if (row[index] !== undefined) columns.push(index);
  return columns;
};
