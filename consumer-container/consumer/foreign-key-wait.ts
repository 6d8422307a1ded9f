/** How long a partition waits for another one while none of them moves. */
export const foreignKeyPatienceMs = 60_000;

/** Pauses before the attempts; the last one is repeated. */
const pausesMs = [100, 200, 400, 800, 1_600, 3_200, 5_000] as const;

/**
 * What a partition does when a row breaks a foreign key of the target. Tables are applied independently, so the row that it
 * points to may come with another partition, or the rows that point to it may still have to go.
 *
 * First the batch gets smaller, down to one event: others may need what comes before the event that has to wait. Then events
 * are tried by themselves and in whole batches by turns, with growing pauses. A whole batch leaves out a row that was made
 * and deleted again, whose parent another partition may have deleted, too. After `foreignKeyPatienceMs` in which no other
 * partition has moved, the row that is needed is not to be expected any more.
 */
export class ForeignKeyWait {
  readonly #fullBatch: number;
  #records: number;
  #attempts = 0;
  #others = -1n;
  #movedAtMs = 0;

  constructor(fullBatch: number) {
    this.#fullBatch = fullBatch;
    this.#records = fullBatch;
  }

  /** How many records the next batch may have. */
  get records(): number {
    return this.#records;
  }

  /** A batch was applied. */
  succeeded(): void {
    this.#attempts = 0;
    this.#others = -1n;
    this.#records = Math.min(this.#fullBatch, this.#records * 2);
  }

  /** The pause before the next attempt; undefined: give up. `others` is how far the other partitions are, all together. */
  next(others: bigint, nowMs: number): number | undefined {
    if (others !== this.#others) {
      this.#others = others;
      this.#movedAtMs = nowMs;
    }
    if (this.#attempts === 0 && this.#records > 1) {
      this.#records = Math.floor(this.#records / 2);
      return 0;
    }
    if (nowMs - this.#movedAtMs >= foreignKeyPatienceMs) return undefined;
    const pause = pausesMs[Math.min(this.#attempts, pausesMs.length - 1)] ?? 0;
    this.#attempts += 1;
    this.#records = this.#records === 1 ? this.#fullBatch : 1;
    return pause;
  }
}
