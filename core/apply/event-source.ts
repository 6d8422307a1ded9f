import type { TableChange } from '../contracts/change-event.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import { bytesOf, type JsonCursor, standsAt } from './json-bytes.ts';

/**
 * Finds position and time of one table's changes in the JSON of `source`, in which they stand in this order. A field's
 * name with its quotes and its colon cannot be part of a text, where the quotes are escaped.
 */
export class SourceScanner {
  readonly #committedAt = new FieldFinder(',"ts_ms":');
  readonly #table: FieldFinder;
  readonly #position = new FieldFinder(',"lsn":');

  constructor({ schema, table }: TableRef) {
    this.#table = new FieldFinder(`,"schema":${JSON.stringify(schema)},"table":${JSON.stringify(table)},`, 1);
  }

  /** The cursor stands before `source`, and then behind the position. Undefined for another table, or another form. */
  read(cursor: JsonCursor): Pick<TableChange, 'position' | 'committedAtMs'> | undefined {
    if (!this.#committedAt.pass(cursor)) return undefined;
    const committedAtMs = cursor.readDigits();
    if (committedAtMs === undefined || !this.#table.pass(cursor) || !this.#position.pass(cursor))
      return undefined;
    const position = cursor.readDigits();
    return position === undefined ? undefined : { position, committedAtMs };
  }
}

/** Finds a field where it was in the last event, counted from where the search begins, or else by searching. */
export class FieldFinder {
  readonly #bytes: Uint8Array;
  readonly #left: number;
  #distance = 0;

  /** `left`: how many of the bytes at its end are not passed. */
  constructor(lead: string, left = 0) {
    this.#bytes = bytesOf(lead);
    this.#left = left;
  }

  pass(cursor: JsonCursor): boolean {
    let at = cursor.at + this.#distance;
    if (!standsAt(cursor.bytes, at, this.#bytes)) {
      at = cursor.find(this.#bytes);
      if (at === -1) return false;
      this.#distance = at - cursor.at;
    }
    cursor.at = at + this.#bytes.length - this.#left;
    return true;
  }
}
