import type { ApplyTable } from '../ports/apply-table.ts';
import { type DecodedRow, keyOf } from './apply-table.ts';
import { bytesOf, type JsonCursor } from './json-bytes.ts';

interface RowField {
  /** What stands before its value: `{"id":` for the first one, `,"id":` for the others. */
  readonly lead: Uint8Array;
  /** Index into the table's columns; -1 for a column that the target computes itself. */
  readonly column: number;
  readonly isKey: boolean;
}

/**
 * Decodes rows of one table straight from an event's JSON. Debezium writes the columns of a table in the same order in
 * each event until the table changes, so names are only compared with those that are expected.
 */
export class RowScanner<Table extends ApplyTable = ApplyTable> {
  readonly #table: Table;
  readonly #fields: readonly RowField[];

  private constructor(table: Table, fields: readonly RowField[]) {
    this.#table = table;
    this.#fields = fields;
  }

  /** For rows of just these columns in this order; undefined when one of them is unknown to the table, or there is none. */
  static forColumns<Table extends ApplyTable>(
    table: Table,
    names: readonly string[],
  ): RowScanner<Table> | undefined {
    const columns = new Map(table.columns.map(({ name }, index) => [name, index]));
    if (names.length === 0) return undefined;
    if (!names.every((name) => columns.has(name) || table.ignoredColumns.has(name))) return undefined;
    const fields = names.map((name, index) => {
      const column = columns.get(name) ?? -1;
      return {
        lead: bytesOf(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
        column,
        isKey: table.keyColumns.includes(column),
      };
    });
    return new RowScanner(table, fields);
  }

  /**
   * The row that stands at the cursor, as `decodeRow` decodes it, or only its key, as `decodeKey` does. The cursor then
   * stands behind it. Undefined when the row has another form than expected.
   */
  read(cursor: JsonCursor, wanted: 'row' | 'key'): DecodedRow | undefined {
    const { columns } = this.#table;
    const row: (string | null | undefined)[] = new Array(columns.length);
    let hasUnavailable = false;
    for (const { lead, column, isKey } of this.#fields) {
      if (!cursor.pass(lead)) return undefined;
      const value = cursor.readScalar();
      if (value === undefined) return undefined;
      const described = columns[column];
      if (described === undefined) continue;
      if (wanted === 'key') {
        if (isKey && value !== null) row[column] = described.decode(value);
      } else if (value === null) row[column] = null;
      else if (described.isUnavailable(value)) hasUnavailable = true;
      else row[column] = described.decode(value);
    }
    return cursor.pass(endOfRow) ? { row, key: keyOf(this.#table, row), hasUnavailable } : undefined;
  }

  /** Passes over a row whose values are not wanted. */
  pass(cursor: JsonCursor): boolean {
    for (const { lead } of this.#fields) {
      if (!cursor.pass(lead) || cursor.readScalar() === undefined) return false;
    }
    return cursor.pass(endOfRow);
  }
}

const endOfRow = bytesOf('}');
