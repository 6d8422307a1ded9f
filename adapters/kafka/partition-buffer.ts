import type { FeedRecord } from '#core/ports/change-feed.ts';

/** The records of one partition that were fetched and not yet taken, in offset order, with their size in bytes. */
export class PartitionBuffer {
  #records: FeedRecord[] = [];
  #head = 0;
  #bytes = 0;
  #waiting: (() => void) | undefined;

  get bytes(): number {
    return this.#bytes;
  }

  peek(): FeedRecord | undefined {
    return this.#records[this.#head];
  }

  push(records: readonly FeedRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += sizeOf(record);
    }
    this.wake();
  }

  /** Empty when there is nothing. */
  take(maxRecords: number, maxBytes: number): readonly FeedRecord[] {
    const from = this.#head;
    let bytes = 0;
    let to = from;
    while (to < this.#records.length && to - from < maxRecords) {
      const record = this.#records[to];
      if (record === undefined) break;
      const size = sizeOf(record);
      if (to > from && bytes + size > maxBytes) break;
      bytes += size;
      to += 1;
    }
    const taken = this.#records.slice(from, to);
    this.#bytes -= bytes;
    this.#head = to;
    // What was taken must not be kept alive by this array; moving the rest at each call would cost more than it frees.
    if (this.#head === this.#records.length || this.#head >= 10_000) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  clear(): void {
    this.#records = [];
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
