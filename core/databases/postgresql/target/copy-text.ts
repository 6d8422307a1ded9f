/** What has a meaning of its own in COPY's text format (PostgreSQL manual, COPY, "Text Format"). */
const everySpecial = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const tab = 0x09;
const newline = 0x0a;
const backslash = 0x5c;
const firstPrintable = 0x20;
const firstBeyondAscii = 0x80;
const nullMark = '\\N';

/** A row of twenty short columns takes about a hundred bytes. */
const expectedRowBytes = 128;
/** UTF-16 has one unit, or two for four bytes, so a unit takes three bytes at most. */
const maxBytesPerUnit = 3;

/**
 * Rows of canonical texts in the text format of COPY, each value to be read by its type's own input function. Written
 * byte by byte, since most values are a few ASCII characters: to write them with the buffer's own functions, or to join
 * them and to encode the whole, takes twice as long.
 */
export const copyText = (rows: readonly (readonly (string | null | undefined)[])[]): Buffer => {
  const writer = new CopyWriter(rows.length * expectedRowBytes);
  for (const row of rows) {
    for (let index = 0; index < row.length; index += 1) {
      if (index > 0) writer.writeByte(tab);
      writer.writeField(row[index]);
    }
    writer.writeByte(newline);
  }
  return writer.written();
};

class CopyWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  writeByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  writeField(value: string | null | undefined): void {
    const text = value ?? nullMark;
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      const isPlain = unit >= firstPrintable && unit < firstBeyondAscii && unit !== backslash;
      if (!isPlain && typeof value === 'string') {
        this.#writeEscaped(value);
        return;
      }
      bytes[at] = unit;
      at += 1;
    }
    this.#at = at;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #writeEscaped(value: string): void {
    const text = value.replaceAll(everySpecial, (character) => escapes[character] ?? '');
    this.#reserve(maxBytesPerUnit * text.length);
    this.#at += this.#bytes.write(text, this.#at);
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
