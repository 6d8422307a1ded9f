import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { ApplyRow } from '../../../ports/apply-table.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { columnList, type StatementLimits, splitStatements, type TargetRows } from './rows.ts';

/**
 * Of one list. The cost of a statement has vanished among that of its rows from a hundred on; to the server each row is a
 * SELECT of its own to plan.
 */
const listLimits: StatementLimits = { bytes: 256 * 1024, rows: 250 };

/**
 * Characters of a row's canonical texts together. MariaDB cuts a text of more than 65,535 bytes in such a table without a
 * word (11.4), that is, 16,383 characters of four bytes; encoded a text has at most twice its canonical characters.
 */
const longestRow = 8_000;

/** Types whose values compare with those of a list as with literals: others would be compared as numbers of 53 bits. */
const exactNumbers = /^(?:tinyint|smallint|mediumint|int|bigint|decimal)$/;
const exactBytes = /^(?:var)?binary$/;
const exactTexts = /^(?:var)?char$/;

/**
 * Rows of which the same columns are known, as a table within a statement: a SELECT of literals for each. A column there
 * has the widest type of its literals (numbers are exact, texts in utf8mb4, bytes as they are), so what is assigned from
 * it becomes the target's type just as the literal would.
 */
export class ListedRows {
  readonly #rows: TargetRows;
  readonly #table: string;
  readonly #hasKey: string;

  private constructor(rows: TargetRows, hasKey: string) {
    this.#rows = rows;
    this.#table = quoteTable(rows.ref);
    this.#hasKey = hasKey;
  }

  /** Undefined for a table in whose key is a type that a list cannot be compared with. */
  static forTable(target: Pick<TableDescription, 'columns'>, rows: TargetRows): ListedRows | undefined {
    const conditions = rows.keyColumns.map((index) => {
      const name = rows.columns[index]?.name;
      const column = target.columns.find((each) => each.name === name);
      return column === undefined ? undefined : equality(column);
    });
    return conditions.includes(undefined) ? undefined : new ListedRows(rows, conditions.join(' AND '));
  }

  /** False for a long row, and for one of which only the key is known: it has nothing to set. */
  canHold(row: ApplyRow): boolean {
    let length = 0;
    let known = 0;
    for (const value of row) {
      if (value === undefined) continue;
      known += 1;
      length += value?.length ?? 0;
    }
    return length <= longestRow && known > this.#rows.keyColumns.length;
  }

  /** Lists of bounded size. Their columns' names are from a SELECT without rows, and so is the one collation of texts. */
  lists(rows: readonly ApplyRow[], columns: readonly number[]): readonly string[] {
    const names = columns.map((index) => {
      const isText = this.#rows.columns[index]?.encoder.form === 'text';
      return `${isText ? "_utf8mb4'' COLLATE utf8mb4_bin" : 'NULL'} AS ${this.#name(index)}`;
    });
    return splitStatements(
      `(SELECT ${names.join(',')} FROM DUAL WHERE FALSE`,
      rows.map((row) => {
        const literals = columns.map((index) => this.#rows.literal(row, index));
        return ` UNION ALL SELECT ${literals.join(',')}`;
      }),
      ') AS listed',
      listLimits,
      '',
    );
  }

  /** Changes the rows that are there. The list is read first, so that each of its rows finds the table's own by the key. */
  update(list: string, columns: readonly number[]): string {
    const assignments = columns
      .filter((index) => !this.#rows.keyColumns.includes(index))
      .map((index) => `old.${this.#name(index)}=listed.${this.#name(index)}`);
    return `UPDATE ${list} STRAIGHT_JOIN ${this.#table} AS old ON ${this.#hasKey} SET ${assignments.join(',')}`;
  }

  /** Adds the rows that are not there. */
  insertMissing(list: string, columns: readonly number[]): string {
    return (
      `INSERT INTO ${this.#table} (${columnList(this.#rows, columns)}) SELECT * FROM ${list} ` +
      `WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} AS old WHERE ${this.#hasKey})`
    );
  }

  #name(index: number): string {
    return quoteIdentifier(this.#rows.columns[index]?.name ?? '');
  }
}

/** The condition that a column of the table has the value of the list, in a form for which the key's index serves. */
const equality = ({ name, native }: ColumnDescription): string | undefined => {
  const { baseType = '', charset, collation } = native ?? {};
  const column = quoteIdentifier(name);
  if (exactNumbers.test(baseType) || exactBytes.test(baseType)) return `old.${column}=listed.${column}`;
  if (!exactTexts.test(baseType) || charset === undefined || collation === undefined) return undefined;
  return `old.${column}=CONVERT(listed.${column} USING ${charset}) COLLATE ${collation}`;
};
