/** What a row stands behind, see connect-container, MysqlRowSource.java and JdbcRow.java. */
const lengthBytes = 4;

/**
 * Finds the rows in a stream that was cut anywhere: each stands behind its length. `take` gets a row's place in a buffer
 * that is there during the call only.
 */
export class RowFrames {
  readonly #take: (buffer: Buffer, start: number, end: number) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** What has to be there before it is worth to look again: a long row comes in many parts. */
  #neededBytes = lengthBytes;

  constructor(take: (buffer: Buffer, start: number, end: number) => void) {
    this.#take = take;
  }

  /** Whether the stream ends behind a whole row. */
  get isAtEnd(): boolean {
    return this.#restBytes === 0;
  }

  push(part: Buffer): void {
    this.#rest.push(part);
    this.#restBytes += part.length;
    if (this.#restBytes < this.#neededBytes) return;
    const [first = part] = this.#rest;
    const bytes = this.#rest.length === 1 ? first : Buffer.concat(this.#rest);
    let at = 0;
    this.#neededBytes = lengthBytes;
    while (at + lengthBytes <= bytes.length) {
      const start = at + lengthBytes;
      const end = start + bytes.readUInt32BE(at);
      if (end > bytes.length) {
        this.#neededBytes = end - at;
        break;
      }
      this.#take(bytes, start, end);
      at = end;
    }
    this.#rest = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#restBytes = bytes.length - at;
  }
}
