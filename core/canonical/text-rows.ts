import type { CanonicalRow, RowBatch, RowSink } from '../ports/databases.ts';

/** For values of usual lengths; it grows for others. */
const initialBytes = 4_096;

/** Rows as texts, for writers that want no other form of them. */
export class TextRows implements RowSink {
  /** Has room for one value at a time. */
  bytes = Buffer.allocUnsafe(initialBytes);
  readonly at = 0;
  readonly #columns: number;
  #rows: CanonicalRow[] = [];
  #row: (string | null)[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  reserve(bytes: number): void {
    if (bytes > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * bytes);
  }

  addNull(): void {
    this.#add(null);
  }

  addWritten(end: number): void {
    // Node.js drops what is written behind a buffer.
    if (end > this.bytes.length) throw new RangeError('A value was written where there was no room for it.');
    this.#add(this.bytes.toString('utf8', 0, end));
  }

  addText(text: string): void {
    this.#add(text);
  }

  take(bytes: number): RowBatch {
    const rows = this.#rows;
    this.#rows = [];
    return { rowCount: rows.length, rows, bytes };
  }

  #add(value: string | null): void {
    this.#row.push(value);
    if (this.#row.length < this.#columns) return;
    this.#rows.push(this.#row);
    this.#row = [];
  }
}
