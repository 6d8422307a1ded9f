import type { CanonicalRow, RowBatch, Utf8Values } from '../ports/databases.ts';

/** Beyond what a batch is to have, for the row that ends it. */
const spareBytes = 65_536;
const expectedValues = 16_384;
/** UTF-16 has one unit, or two for four bytes, so a unit takes three bytes at most. */
const maxBytesPerUnit = 3;

/**
 * Collects rows as UTF-8. Values are added in the order of the columns, row by row; `bytes` has room for as many as were
 * last reserved, from `at` on.
 */
export class Utf8RowsWriter {
  bytes: Buffer;
  at = 0;
  readonly #columns: number;
  readonly #expectedBytes: number;
  #ends: Int32Array;
  #values = 0;

  constructor(columns: number, expectedBytes: number) {
    this.#columns = columns;
    this.#expectedBytes = expectedBytes + spareBytes;
    this.bytes = Buffer.allocUnsafe(this.#expectedBytes);
    this.#ends = new Int32Array(expectedValues);
  }

  get isEmpty(): boolean {
    return this.#values === 0;
  }

  reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  addNull(): void {
    this.#addEnd(~this.at);
  }

  /** A value that was written to `bytes` and ends at `end`. */
  addWritten(end: number): void {
    this.at = end;
    this.#addEnd(end);
  }

  addText(text: string): void {
    this.reserve(maxBytesPerUnit * text.length);
    this.addWritten(this.at + this.bytes.write(text, this.at));
  }

  /** All rows since the last call, which took `bytes` where they were read. */
  take(bytes: number): RowBatch {
    const values: Utf8Values = {
      columns: this.#columns,
      rowCount: this.#columns === 0 ? 0 : this.#values / this.#columns,
      bytes: this.bytes.subarray(0, this.at),
      ends: this.#ends.subarray(0, this.#values),
    };
    this.bytes = Buffer.allocUnsafe(this.#expectedBytes);
    this.at = 0;
    this.#ends = new Int32Array(Math.max(expectedValues, this.#values + this.#columns));
    this.#values = 0;
    return {
      rowCount: values.rowCount,
      bytes,
      utf8: values,
      get rows() {
        return rowsOf(values);
      },
    };
  }

  #addEnd(end: number): void {
    if (this.#values === this.#ends.length) {
      const more = new Int32Array(2 * this.#ends.length);
      more.set(this.#ends);
      this.#ends = more;
    }
    this.#ends[this.#values] = end;
    this.#values += 1;
  }
}

const rowsOf = ({ bytes, columns, rowCount, ends }: Utf8Values): readonly CanonicalRow[] => {
  let start = 0;
  let value = 0;
  const read = (): string | null => {
    const end = ends[value] ?? ~start;
    value += 1;
    if (end < 0) return null;
    const text = bytes.toString('utf8', start, end);
    start = end;
    return text;
  };
  return Array.from({ length: rowCount }, () => Array.from({ length: columns }, read));
};
