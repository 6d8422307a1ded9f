import type { FeedRecord } from '../ports/change-feed.ts';
import type { ShapeJudge } from '../schema/shape-judge.ts';

/** The headers of EventShapes.java. */
const fingerprintHeader = 'millrace.shape';
const definitionHeader = 'millrace.shape.definition';

/**
 * Asks the judge about each shape once. The reader of Kafka's batches gives records with the same headers the same object, so that an
 * event costs one comparison. Events from before the headers were introduced have none, and pass.
 */
export class ShapeGate {
  readonly #judge: ShapeJudge | undefined;
  readonly #accepted = new Set<string>();
  #last: FeedRecord['headers'];

  readonly #onTruncate: ((offset: bigint) => void) | undefined;

  /** `onTruncate` throws where a TRUNCATE is not to be done. */
  constructor(judge: ShapeJudge | undefined, onTruncate?: (offset: bigint) => void) {
    this.#judge = judge;
    this.#onTruncate = onTruncate;
  }

  judgeTruncate({ offset }: FeedRecord): void {
    this.#onTruncate?.(offset);
  }

  /** Throws what the judge throws. */
  pass({ headers }: FeedRecord): void {
    if (this.#judge === undefined || headers === undefined || headers === this.#last) return;
    const fingerprint = textOf(headers[fingerprintHeader]);
    if (fingerprint !== undefined && !this.#accepted.has(fingerprint)) {
      this.#judge.judgeEvent(fingerprint, textOf(headers[definitionHeader]));
      this.#accepted.add(fingerprint);
    }
    this.#last = headers;
  }

  /** Throws what the judge throws. */
  judgeStatement(statement: string): void {
    this.#judge?.judgeStatement(statement);
  }
}

const textOf = (value: unknown): string | undefined =>
  Buffer.isBuffer(value) ? value.toString('utf8') : typeof value === 'string' ? value : undefined;
