import { createHash } from 'node:crypto';
import { isComplete } from '../../../apply/apply-table.ts';
import type { GuardedTable } from '../../../apply/nulled-values.ts';
import { pairColumns } from '../../../apply/pair-columns.ts';
import type { PlanStep } from '../../../apply/plan-batch.ts';
import { isMoney } from '../../../canonical/type-facts.ts';
import { createValueGuard } from '../../../canonical/value-guard.ts';
import type { TableMapping } from '../../../contracts/replication.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { ApplyRow } from '../../../ports/apply-table.ts';
import type { RowEvent } from '../../../ports/row-event.ts';
import type { SourceCodec } from '../../../ports/source-dialect.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { comparison, isAsFine } from '../type-facts.ts';
import { arrayLiteral } from './array-literal.ts';
import { copyText } from './copy-text.ts';
import { createRowCheck, type RowCheck } from './value-check.ts';

/** A named (prepared) statement; the name depends on nothing but the text. */
export interface ApplyStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | null)[];
  /** Set when the statement has to hit just so many rows; otherwise the batch was planned on a wrong assumption. */
  readonly mustHit?: number;
  /** How many rows it changes if all of them are there; set when they are not known as a whole. */
  readonly patches?: number;
  /** How many rows it writes, unless the target takes some of them away. */
  readonly writes?: number;
  /** Of rows that need not be there: tells, after it hit fewer than `rows`, whether the target has taken a write away. */
  readonly rest?: {
    readonly rows: number;
    /** Counts those of the rows that are there. */
    readonly text: string;
    readonly values: readonly string[];
    /** What it has hit is not there any more. */
    readonly isDelete: boolean;
  };
}

/** Rows for `COPY ... FROM STDIN`. */
export interface ApplyCopy {
  readonly text: string;
  /** PostgreSQL's text format. */
  readonly data: Buffer;
  readonly rows: number;
}

/** How values of one target column travel: as an array of `element`, each then cast to `cast` if that differs. */
interface TargetColumn {
  readonly name: string;
  readonly element: string;
  readonly cast: string | undefined;
  /** The operator that finds an equal value. */
  readonly equals: string;
  /** Its texts are numbers, which only a cast makes money of. */
  readonly isMoney: boolean;
  /** GENERATED ALWAYS AS IDENTITY: it can be inserted, but never updated. */
  readonly isInsertOnly: boolean;
}

/** A table of PostgreSQL to apply to. */
export interface PostgresApplyTable extends GuardedTable {
  readonly statements: TableStatements;
}

/** Throws `SchemaMismatch`, see `pairColumns`. */
export const describeApplyTable = (
  mapping: TableMapping,
  source: TableDescription,
  target: TableDescription,
  codec: Pick<SourceCodec, 'decoderFor' | 'isUnavailable'>,
): PostgresApplyTable => {
  const paired = pairColumns(mapping, source, target, codec, isAsFine);
  const { guard, take: takeNulled } = createValueGuard(target.ref, mapping.valuePolicy);
  // PostgreSQL has nothing of its own that it cannot hold.
  const isForeign = source.columns.some(({ native }) => native !== undefined);
  const check: RowCheck = isForeign ? createRowCheck(paired.written, guard) : (row) => row;
  return {
    ...paired,
    statements: new TableStatements(target, paired.written, paired.keyColumns, check),
    takeNulled,
  };
};

/** Its arrays have another separator than the comma (pg_type.typdelim), so it cannot be an element of one of our arrays. */
const isBox = ({ typeKind, baseType }: ColumnDescription): boolean =>
  typeKind === 'base' && baseType === 'box';

const toTargetColumn = (column: ColumnDescription): TargetColumn => {
  const base = `pg_catalog.${quoteIdentifier(column.baseType)}`;
  // Without the type's modifiers: with them the cast would cut a text that is too long, where the assignment raises.
  const { name, isIdentityAlways: isInsertOnly = false } = column;
  const facts = { name, isInsertOnly, isMoney: isMoney(column), equals: comparison(column, '=') };
  if (column.typeKind !== 'base') return { ...facts, element: 'text', cast: column.type };
  if (isMoney(column)) {
    return column.isArray
      ? { ...facts, element: 'text', cast: `pg_catalog.numeric[]::${base}[]` }
      : { ...facts, element: 'pg_catalog.numeric', cast: base };
  }
  if (column.isArray) return { ...facts, element: 'text', cast: `${base}[]` };
  return isBox(column)
    ? { ...facts, element: 'text', cast: base }
    : { ...facts, element: base, cast: undefined };
};

/** Texts of one table's statements, made once for each set of columns that is written. */
export class TableStatements {
  readonly #table: string;
  readonly #columns: readonly TargetColumn[];
  readonly #keyColumns: readonly number[];
  readonly #check: RowCheck;
  readonly #texts = new Map<string, { readonly name: string; readonly text: string }>();

  constructor(
    target: TableDescription,
    columns: readonly ColumnDescription[],
    keyColumns: readonly number[],
    check: RowCheck,
  ) {
    this.#table = quoteTable(target.ref);
    this.#columns = columns.map(toTargetColumn);
    this.#keyColumns = keyColumns;
    this.#check = check;
  }

  forSteps(steps: readonly PlanStep[]): readonly ApplyStatement[] {
    return steps.flatMap((step) => this.#forStep(step));
  }

  /**
   * The rows as a COPY, which fails with a unique violation if one of them is there already, or is among them twice.
   * Undefined unless the events do nothing but write whole rows, in columns that take the values' texts.
   */
  copyFor(events: readonly RowEvent[]): ApplyCopy | undefined {
    if (this.#columns.some(({ isMoney: isNumber }) => isNumber)) return undefined;
    const rows: ApplyRow[] = [];
    for (const event of events) {
      if (event.kind !== 'upsert' || !isComplete(event.row)) return undefined;
      rows.push(this.#check(event.row));
    }
    const names = this.#columns.map((_column, index) => this.#quoted(index));
    return {
      text: `COPY ${this.#table} (${names.join(', ')}) FROM STDIN`,
      data: copyText(rows),
      rows: rows.length,
    };
  }

  #forStep(step: PlanStep): readonly ApplyStatement[] {
    switch (step.kind) {
      case 'truncate':
        return [this.#statement('truncate', [], () => `TRUNCATE ${this.#table}`, [])];
      case 'move':
        return [this.#move(step.from, step.row)];
      case 'rekey': {
        const { mustHit: _mustHit, ...move } = this.#move(step.from, step.row);
        return [
          move,
          ...this.#deletes([step.from]),
          ...this.#grouped([step.row], 'upsert', (columns) => this.#upsertText(columns)),
        ];
      }
      case 'write':
        return [
          ...this.#deletes(step.deletes),
          ...this.#grouped(step.patches, 'patch', (columns) => this.#patchText(columns)),
          ...this.#grouped(step.upserts, 'upsert', (columns) => this.#upsertText(columns)),
        ];
    }
  }

  #deletes(rows: readonly ApplyRow[]): readonly ApplyStatement[] {
    if (rows.length === 0) return [];
    const text = (): string =>
      `DELETE FROM ${this.#table} AS t USING ${this.#unnest(this.#keyColumns)} WHERE ${this.#keysMatch('t')}`;
    const keys = this.#arraysOf(rows, this.#keyColumns);
    return [
      {
        ...this.#statement('delete', this.#keyColumns, text, keys),
        rest: this.#restOf(rows, keys, 'delete'),
      },
    ];
  }

  /** The same row may be there twice, as `1.0` and `1.00`. `keys` are the arrays of the rows' keys. */
  #restOf(
    rows: readonly ApplyRow[],
    keys: readonly string[],
    verb: 'delete' | 'patch',
  ): NonNullable<ApplyStatement['rest']> {
    const make = (): string =>
      `SELECT count(DISTINCT (t.tableoid, t.ctid)) AS found FROM ${this.#table} AS t ` +
      `JOIN ${this.#unnest(this.#keyColumns)} ON ${this.#keysMatch('t')}`;
    const { text } = this.#statement('rest', this.#keyColumns, make, keys);
    return { rows: rows.length, text, values: keys, isDelete: verb === 'delete' };
  }

  /** One statement for each set of known columns; in most batches there is one set. */
  #grouped(
    rows: readonly ApplyRow[],
    verb: 'patch' | 'upsert',
    text: (columns: readonly number[]) => string,
  ): readonly ApplyStatement[] {
    const groups = new Map<string, { readonly columns: readonly number[]; readonly rows: ApplyRow[] }>();
    for (const row of rows) {
      const shape = isComplete(row) ? 'all' : knownColumns(row).join();
      const group = groups.get(shape);
      if (group === undefined) groups.set(shape, { columns: knownColumns(row), rows: [row] });
      else group.rows.push(row);
    }
    return Array.from(groups.values(), ({ columns, rows: group }) => {
      const values = this.#arraysOf(group, columns);
      const statement = this.#statement(verb, columns, () => text(columns), values);
      if (verb === 'patch') {
        const keys = this.#keyColumns.map((index) => values[columns.indexOf(index)] ?? '');
        return { ...statement, patches: group.length, rest: this.#restOf(group, keys, verb) };
      }
      return this.#changeable(columns).length === 0 ? statement : { ...statement, writes: group.length };
    });
  }

  #upsertText(columns: readonly number[]): string {
    const names = columns.map((index) => this.#quoted(index));
    const assignments = this.#changeable(columns).map(
      (index) => `${this.#quoted(index)} = excluded.${this.#quoted(index)}`,
    );
    const keys = this.#keyColumns.map((index) => this.#quoted(index)).join(', ');
    return (
      // An identity column that is GENERATED ALWAYS takes the source's value all the same.
      `INSERT INTO ${this.#table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE ` +
      `SELECT ${columns.map((index) => this.#cast(index)).join(', ')} FROM ${this.#unnest(columns)} ` +
      `ON CONFLICT (${keys}) DO ${assignments.length === 0 ? 'NOTHING' : `UPDATE SET ${assignments.join(', ')}`}`
    );
  }

  #patchText(columns: readonly number[]): string {
    const changed = this.#changeable(columns);
    // Nothing but the key is known: there is nothing to set, yet the statement stays valid.
    const assigned = changed.length === 0 ? this.#keyColumns : changed;
    const assignments = assigned.map((index) => `${this.#quoted(index)} = ${this.#cast(index)}`);
    return (
      `UPDATE ${this.#table} AS t SET ${assignments.join(', ')} ` +
      `FROM ${this.#unnest(columns)} WHERE ${this.#keysMatch('t')}`
    );
  }

  /** Finds nothing when the old row is not there, or another row already has the new key. */
  #move(from: ApplyRow, row: ApplyRow): ApplyStatement {
    const columns = knownColumns(row);
    const typeOf = (index: number): string => {
      const { element = '', cast } = this.#columns[index] ?? {};
      return cast === undefined ? element : `${element}::${cast}`;
    };
    const text = (): string => {
      const assignments = columns.map((index, at) => `${this.#quoted(index)} = $${at + 1}::${typeOf(index)}`);
      const isOld = this.#keyColumns.map(
        (index, at) =>
          `t.${this.#quoted(index)} ${this.#equals(index)} $${columns.length + at + 1}::${typeOf(index)}`,
      );
      const isNew = this.#keyColumns.map(
        (index) =>
          `o.${this.#quoted(index)} ${this.#equals(index)} $${columns.indexOf(index) + 1}::${typeOf(index)}`,
      );
      return (
        `UPDATE ${this.#table} AS t SET ${assignments.join(', ')} WHERE ${isOld.join(' AND ')} ` +
        `AND NOT EXISTS (SELECT FROM ${this.#table} AS o WHERE ${isNew.join(' AND ')})`
      );
    };
    const written = this.#check(row);
    const values = [
      ...columns.map((index) => written[index] ?? null),
      ...this.#keyColumns.map((index) => from[index] ?? null),
    ];
    return { ...this.#statement('move', columns, text, values), mustHit: 1 };
  }

  #statement(
    verb: string,
    columns: readonly number[],
    text: () => string,
    values: readonly (string | null)[],
  ): ApplyStatement {
    const shape = `${verb} ${columns.join()}`;
    let known = this.#texts.get(shape);
    if (known === undefined) {
      const made = text();
      known = {
        name: `millrace-${createHash('sha256').update(made).digest('hex').slice(0, 32)}`,
        text: made,
      };
      this.#texts.set(shape, known);
    }
    return { ...known, values };
  }

  #arraysOf(rows: readonly ApplyRow[], columns: readonly number[]): readonly string[] {
    const checked = rows.map(this.#check);
    return columns.map((index) => arrayLiteral(checked.map((row) => row[index] ?? null)));
  }

  /** `unnest($1::a[], $2::b[]) AS r (c0, c3)`: columns are renamed so that no name of the table can clash. */
  #unnest(columns: readonly number[]): string {
    const arrays = columns.map((index, at) => `$${at + 1}::${this.#columns[index]?.element}[]`);
    return `unnest(${arrays.join(', ')}) AS r (${columns.map((index) => `c${index}`).join(', ')})`;
  }

  #changeable(columns: readonly number[]): readonly number[] {
    return columns.filter(
      (index) => !this.#keyColumns.includes(index) && this.#columns[index]?.isInsertOnly !== true,
    );
  }

  #cast(index: number): string {
    const cast = this.#columns[index]?.cast;
    return cast === undefined ? `r.c${index}` : `r.c${index}::${cast}`;
  }

  #keysMatch(alias: string): string {
    return this.#keyColumns
      .map((index) => `${alias}.${this.#quoted(index)} ${this.#equals(index)} ${this.#cast(index)}`)
      .join(' AND ');
  }

  #equals(index: number): string {
    return this.#columns[index]?.equals ?? '=';
  }

  #quoted(index: number): string {
    return quoteIdentifier(this.#columns[index]?.name ?? '');
  }
}

const knownColumns = (row: ApplyRow): readonly number[] => {
  const columns: number[] = [];
  for (let index = 0; index < row.length; index += 1) if (row[index] !== undefined) columns.push(index);
  return columns;
};
