import type { RawRow } from '../contracts/change-event.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import { isLogFile, toPosition } from '../databases/mysql/source/log-position.ts';
import { bytesOf, type JsonCursor, standsAt } from './json-bytes.ts';

/** What an event's `source` says about the change, see TableChange. */
export interface EventSource {
  readonly schema: string;
  readonly table: string;
  readonly position: number;
  readonly committedAtMs: number;
}

/**
 * Which table was changed, where in the log, and when; undefined when one of them is missing. Connectors name a table's
 * schema `schema`, those of MySQL and MariaDB `db`, since their databases are what others call schemas; and each has a
 * log of its own: bytes of PostgreSQL's, file and byte of MySQL's, change numbers of Oracle's. Several changes of Oracle
 * may share one: then a later one is not taken for new, which costs a look at the source and nothing else.
 */
export const readSource = (source: RawRow): EventSource | undefined => {
  const { table, ts_ms: committedAtMs } = source;
  const isMysql = source.connector === 'mysql' || source.connector === 'mariadb';
  const schema = isMysql ? source.db : source.schema;
  const position = readPosition(source);
  return typeof schema === 'string' &&
    typeof table === 'string' &&
    typeof position === 'number' &&
    typeof committedAtMs === 'number'
    ? { schema, table, position, committedAtMs }
    : undefined;
};

const readLogPlace = ({ file, pos }: RawRow): number | undefined =>
  typeof file === 'string' && typeof pos === 'number' && isLogFile(file)
    ? Number(toPosition(file, pos))
    : undefined;

const readPosition = (source: RawRow): unknown => {
  switch (source.connector) {
    case 'mysql':
    case 'mariadb':
      return readLogPlace(source);
    case 'oracle':
      return readChangeNumber(source);
    default:
      return source.lsn;
  }
};

const readChangeNumber = ({ scn }: RawRow): number | undefined => {
  const number = typeof scn === 'string' && /^\d+$/.test(scn) ? Number(scn) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
};

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
  read(cursor: JsonCursor): Pick<EventSource, 'position' | 'committedAtMs'> | undefined {
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
