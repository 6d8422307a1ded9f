import type { ValueGuard } from '../../../canonical/value-guard.ts';
import { isZeroDate } from '../../../canonical/zero-date.ts';
import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { RowBatch, RowSink } from '../../../ports/databases.ts';
import { type RefusedValue, reasonOf, refusedValueOf } from './value-check.ts';

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const zero = 0x30;
const backslash = 0x5c;
const firstPrintable = 0x20;
const letters: Readonly<Record<number, number>> = { [tab]: 0x74, [lineFeed]: 0x6e, [carriageReturn]: 0x72 };
const nullLetter = 0x4e;
const nullBytes = 2;
/** The tab or line feed behind each value. */
const endBytes = 1;
/** UTF-16 has one unit, or two for four bytes, so a unit takes three bytes at most. */
const maxBytesPerUnit = 3;

/** A batch of a quarter of a mebibyte, with the row that ends it. */
const initialBytes = 360_448;

/**
 * Rows in the text format of COPY, checked: as `copyText` of rows that `createRowCheck` has seen, but each value is written
 * once, by anyone who reads it.
 */
export class CopyLines implements RowSink {
  bytes = Buffer.allocUnsafe(initialBytes);
  at = 0;
  readonly #columns: readonly ColumnDescription[];
  readonly #refused: readonly (RefusedValue | undefined)[];
  readonly #guard: ValueGuard;
  #column = 0;
  #rows = 0;

  /** `columns` are the target's. The guard throws for a value that they cannot hold, or lets it be NULL. */
  constructor(columns: readonly ColumnDescription[], guard: ValueGuard) {
    this.#columns = columns;
    this.#refused = columns.map(refusedValueOf);
    this.#guard = guard;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  reserve(bytes: number): void {
    const needed = this.at + bytes + endBytes;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  addNull(): void {
    this.reserve(nullBytes);
    this.bytes[this.at] = backslash;
    this.bytes[this.at + 1] = nullLetter;
    this.#endValue(this.at + nullBytes);
  }

  addWritten(end: number): void {
    const { bytes, at } = this;
    // Node.js drops what is written behind a buffer.
    if (end >= bytes.length) throw new RangeError('A value was written where there was no room for it.');
    if (this.#refused[this.#column] === 'zero-date' && isZeroDateAt(bytes, at, end)) {
      this.#refuse('zero-date');
      return;
    }
    for (let index = at; index < end; index += 1) {
      const byte = bytes[index] ?? 0;
      if (byte < firstPrintable || byte === backslash) {
        this.#escape(end);
        return;
      }
    }
    this.#endValue(end);
  }

  addText(text: string): void {
    this.reserve(maxBytesPerUnit * text.length);
    this.addWritten(this.at + this.bytes.write(text, this.at));
  }

  take(bytes: number): RowBatch {
    const batch = { rowCount: this.#rows, rows: [], bytes, encoded: this.bytes.subarray(0, this.at) };
    this.bytes = Buffer.allocUnsafe(initialBytes);
    this.at = 0;
    this.#rows = 0;
    return batch;
  }

  /** The value from `at` to `end` with what has a meaning of its own in the format escaped (PostgreSQL manual, COPY). */
  #escape(end: number): void {
    const value = Buffer.from(this.bytes.subarray(this.at, end));
    if (this.#refused[this.#column] === 'nul' && value.includes(0)) {
      this.#refuse('nul');
      return;
    }
    this.reserve(2 * value.length);
    let { at } = this;
    for (const byte of value) {
      const letter = byte === backslash ? backslash : letters[byte];
      if (letter !== undefined) {
        this.bytes[at] = backslash;
        at += 1;
      }
      this.bytes[at] = letter ?? byte;
      at += 1;
    }
    this.#endValue(at);
  }

  #refuse(value: RefusedValue): void {
    const column = this.#columns[this.#column];
    if (column === undefined) throw new RangeError('A row has more values than there are columns.');
    this.#guard(column, reasonOf[value]);
    this.addNull();
  }

  #endValue(end: number): void {
    const isLast = this.#column === this.#columns.length - 1;
    this.bytes[end] = isLast ? lineFeed : tab;
    this.at = end + 1;
    this.#column = isLast ? 0 : this.#column + 1;
    if (isLast) this.#rows += 1;
  }
}

/** As `isZeroDate` of the text; hardly any date has to become one for it. */
const isZeroDateAt = (bytes: Buffer, start: number, end: number): boolean =>
  (isZeroPair(bytes, start) || isZeroPair(bytes, start + 5) || isZeroPair(bytes, start + 8)) &&
  isZeroDate(bytes.toString('latin1', start, end));

const isZeroPair = (bytes: Buffer, at: number): boolean => bytes[at] === zero && bytes[at + 1] === zero;
