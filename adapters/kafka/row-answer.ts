import { MillraceError } from '#core/errors/millrace-error.ts';

/** One record of an answer. */
export type AnswerStep =
  | { readonly kind: 'rows'; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly rows: number }
  | { readonly kind: 'failed'; readonly state: string; readonly number: number; readonly message: string };

const lineFeed = 0x0a;

type Checksum = (bytes: Buffer, before: number) => number;

/**
 * Reads the answer to one request out of the records of a partition (connect-container, RowCopyTask.java). Records of others are passed over,
 * and those that the connector's producer wrote twice. An answer that is not whole throws: a record is missing, its bytes are not those
 * that the connector has counted (`CopyFailed`), or Connect has begun again after rows were given (`ConnectUnavailable`, transient).
 */
export class AnswerReader {
  readonly #request: string;
  readonly #checksum: Checksum;
  #attempt: string | undefined;
  #next = 0;
  #bytes = 0;
  #crc = 0;

  constructor(request: string, checksum: Checksum) {
    this.#request = request;
    this.#checksum = checksum;
  }

  /** Undefined for what is not part of the answer. */
  read(value: Buffer | null): AnswerStep | undefined {
    if (value === null) return undefined;
    const end = value.indexOf(lineFeed);
    const [request, attempt, kind, number] = value.toString('utf8', 0, Math.max(end, 0)).split(' ');
    if (request !== this.#request || attempt === undefined) return undefined;
    if (attempt !== this.#attempt) this.#begin(attempt);
    const at = Number(number);
    if (at < this.#next) return undefined;
    if (at !== this.#next) throw broken(`record ${this.#next} is missing, and record ${at} came`);
    this.#next += 1;
    const content = value.subarray(end + 1);
    switch (kind) {
      case 'part':
        this.#bytes += content.length;
        this.#crc = this.#checksum(content, this.#crc);
        return { kind: 'rows', bytes: content };
      case 'end':
        return { kind: 'end', rows: this.#readEnd(content.toString()) };
      case 'failed': {
        const [state = '', code, ...message] = content.toString().split('\n');
        return { kind: 'failed', state, number: Number(code), message: message.join('\n') };
      }
      case 'cancelled':
        throw new MillraceError(
          'ConnectUnavailable',
          'Kafka Connect was told that nobody waits for these rows.',
        );
      default:
        throw broken(`it has a record of the unknown kind ${kind}`);
    }
  }

  #begin(attempt: string): void {
    if (this.#bytes > 0) {
      throw new MillraceError(
        'ConnectUnavailable',
        'Kafka Connect was interrupted within a chunk and reads it again; the rows that had come are dropped.',
      );
    }
    this.#attempt = attempt;
    this.#next = 0;
  }

  #readEnd(text: string): number {
    const [rows, bytes, crc] = text.split(' ').map(Number);
    if (bytes !== this.#bytes || crc !== this.#crc) {
      throw broken(
        `${bytes} bytes were read with the checksum ${crc}, and ${this.#bytes} came with ${this.#crc}`,
      );
    }
    if (rows === undefined || !Number.isSafeInteger(rows)) throw broken('its end says no number of rows');
    return rows;
  }
}

const broken = (problem: string): MillraceError =>
  new MillraceError(
    'CopyFailed',
    `Rows that were copied through Kafka are not as they were read: ${problem}.`,
  );
