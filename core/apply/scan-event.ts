import type { ApplyTable } from '../ports/apply-table.ts';
import type { FeedRecord } from '../ports/change-feed.ts';
import type { DecodedRow } from './apply-table.ts';
import { FieldFinder, SourceScanner } from './event-source.ts';
import { bytesOf, JsonCursor } from './json-bytes.ts';
import { isKeyChange } from './parse-event.ts';
import type { RowScanner } from './scan-row.ts';

/** A change of one row, decoded. */
export interface ScannedChange extends DecodedRow {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly position: number;
  readonly committedAtMs: number;
}

const before = bytesOf('{"before":');
const after = bytesOf(',"after":');
const nothing = bytesOf('null');
const source = bytesOf(',"source":{"version":');

const writes: readonly (readonly [Uint8Array, ScannedChange['kind']])[] = [
  [bytesOf('c"'), 'insert'],
  [bytesOf('u"'), 'update'],
  [bytesOf('r"'), 'insert'],
];
const deletes: typeof writes = [[bytesOf('d"'), 'delete']];

/**
 * The short way from an event to a row: reads what is needed of the JSON and passes over the rest, where `parseEvent` and
 * `decodeRow` first make objects of all of it. It knows the form in which Debezium writes nearly every event of a
 * table, and leaves all others to them; both ways give the same for what both can read.
 */
export class EventScanner<Table extends ApplyTable = ApplyTable> {
  readonly #rows: RowScanner<Table>;
  readonly #source: SourceScanner;
  readonly #comparesKeys: boolean;
  readonly #operation = new FieldFinder(',"op":"');

  constructor(table: Table, rows: RowScanner<Table>) {
    this.#rows = rows;
    this.#comparesKeys = table.comparesKeys === true;
    this.#source = new SourceScanner(table.mapping.source);
  }

  /**
   * Undefined when the record is anything else than one change of one row of this table in the form that is known. Throws
   * what the columns' decoders throw.
   */
  scan(record: FeedRecord): ScannedChange | undefined {
    if (record.value === null || isKeyChange(record)) return undefined;
    const cursor = new JsonCursor(record.value);
    if (!cursor.pass(before)) return undefined;
    const beforeAt = cursor.at;
    const hasOldRow = !cursor.pass(nothing);
    // Both may be in one event, see ApplyTable; a deleted row has no other key.
    const oldKey = hasOldRow && this.#comparesKeys ? this.#rows.read(cursor, 'key')?.key : undefined;
    if (hasOldRow && (this.#comparesKeys ? oldKey === undefined : !this.#rows.pass(cursor))) return undefined;
    if (!cursor.pass(after)) return undefined;
    const isDelete = cursor.pass(nothing);
    const row = isDelete ? this.#readKey(cursor, beforeAt) : this.#rows.read(cursor, 'row');
    if (row === undefined || !cursor.pass(source)) return undefined;
    if (oldKey !== undefined && oldKey !== row.key) return undefined;
    const found = this.#source.read(cursor);
    if (found === undefined || !this.#operation.pass(cursor)) return undefined;
    for (const [letter, kind] of isDelete ? deletes : writes) {
      if (cursor.pass(letter)) return { kind, ...row, ...found };
    }
    return undefined;
  }

  #readKey(cursor: JsonCursor, beforeAt: number): DecodedRow | undefined {
    const end = cursor.at;
    cursor.at = beforeAt;
    const key = this.#rows.read(cursor, 'key');
    cursor.at = end;
    return key;
  }
}
