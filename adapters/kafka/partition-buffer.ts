import type { FeedRecord } from '#core/ports/change-feed.ts';
import type { RecordBatch } from './record-batches.ts';

/** Records in the order of their offsets; those of a `RecordBatch` are taken apart when it is their turn. */
interface Chunk {
  records: readonly FeedRecord[] | undefined;
  readonly batch: RecordBatch | undefined;
  bytes: number;
}

/** The records of one partition that were fetched and not yet taken, in offset order, with their size in bytes. */
export class PartitionBuffer {
  #chunks: Chunk[] = [];
  /** How many records of the first chunk were taken. */
  #head = 0;
  #bytes = 0;
  #waiting: (() => void) | undefined;

  /** Whether there is nothing to take; a batch that was not looked into counts as something. */
  get isEmpty(): boolean {
    const [chunk] = this.#chunks;
    if (chunk?.records !== undefined && this.#head >= chunk.records.length)
      return this.#first() === undefined;
    return chunk === undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  peek(): FeedRecord | undefined {
    return this.#first()?.[this.#head];
  }

  push(records: readonly FeedRecord[]): void {
    if (records.length > 0) this.#add({ records, batch: undefined, bytes: totalSize(records) });
    this.wake();
  }

  pushBatch(batch: RecordBatch): void {
    this.#add({ records: undefined, batch, bytes: batch.byteLength });
    this.wake();
  }

  /** Empty when there is nothing. */
  take(maxRecords: number, maxBytes: number): readonly FeedRecord[] {
    const taken: FeedRecord[] = [];
    let bytes = 0;
    for (;;) {
      const record = this.#first()?.[this.#head];
      if (record === undefined || taken.length >= maxRecords) return taken;
      const size = sizeOf(record);
      if (taken.length > 0 && bytes + size > maxBytes) return taken;
      taken.push(record);
      bytes += size;
      this.#bytes -= size;
      this.#head += 1;
    }
  }

  /** The records of the first chunk that has some left. */
  #first(): readonly FeedRecord[] | undefined {
    for (;;) {
      const [chunk] = this.#chunks;
      if (chunk === undefined) return undefined;
      if (chunk.records === undefined) {
        chunk.records = chunk.batch?.records() ?? [];
        this.#bytes += totalSize(chunk.records) - chunk.bytes;
      }
      if (this.#head < chunk.records.length) return chunk.records;
      this.#chunks.shift();
      this.#head = 0;
    }
  }

  #add(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes;
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Resolves at the next `push` or `wake`. One waiter at a time. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}

/** kafkajs's and V8's own share of a small record, measured as growth of the heap: about 300 bytes. */
const recordOverheadBytes = 300;

export const sizeOf = (record: FeedRecord): number => (record.value?.length ?? 0) + recordOverheadBytes;

const totalSize = (records: readonly FeedRecord[]): number =>
  records.reduce((total, record) => total + sizeOf(record), 0);
