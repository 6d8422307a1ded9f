/** How long a partition waits at least, and how long another one has to stand still before nothing more is expected of it. */
export const foreignKeyPatienceMs = 60_000;

/** Pauses before the attempts; the last one is repeated. */
const pausesMs = [100, 200, 400, 800, 1_600, 3_200, 5_000] as const;

/**
 * What a partition does when a row breaks a foreign key of the target. Tables are applied independently, so the row that it
 * points to may come with another partition, or the rows that point to it may still have to go.
 *
 * First the batch gets smaller, down to one event: others may need what comes before the event that has to wait. Then events
 * are tried by themselves and in whole batches by turns, with growing pauses. A whole batch leaves out a row that was made
 * and deleted again, whose parent another partition may have deleted, too.
 *
 * What a row needs was changed before it at the source, so it is in Kafka already. After `foreignKeyPatienceMs` every other
 * partition gets a mark at the end of its topic. When each has reached its mark, or has stood still for so long, as one does
 * that waits itself, the row that is needed is not to be expected any more. Tables that change all the time do not prolong this.
 */
export class ForeignKeyWait {
  readonly #fullBatch: number;
  #records: number;
  #attempts = 0;
  #sinceMs: number | undefined;
  readonly #others = new Map<string, OtherSeen>();

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
    this.#sinceMs = undefined;
    this.#others.clear();
    this.#records = Math.min(this.#fullBatch, this.#records * 2);
  }

  /** The pause before the next attempt; undefined: give up. */
  next(others: readonly OtherPartition[], nowMs: number): number | undefined {
    this.#sinceMs ??= nowMs;
    const isPatient = nowMs - this.#sinceMs < foreignKeyPatienceMs;
    const settled = others.filter((other) => this.#isSettled(other, nowMs, isPatient));
    if (this.#attempts === 0 && this.#records > 1) {
      this.#records = Math.floor(this.#records / 2);
      return 0;
    }
    if (!isPatient && settled.length === others.length) return undefined;
    const pause = pausesMs[Math.min(this.#attempts, pausesMs.length - 1)] ?? 0;
    this.#attempts += 1;
    this.#records = this.#records === 1 ? this.#fullBatch : 1;
    return pause;
  }

  #isSettled({ key, nextOffset, endOffset }: OtherPartition, nowMs: number, isPatient: boolean): boolean {
    const before = this.#others.get(key);
    const seen: OtherSeen = {
      nextOffset,
      movedAtMs: before?.nextOffset === nextOffset ? before.movedAtMs : nowMs,
      mark: before?.mark ?? (isPatient ? undefined : endOffset),
    };
    this.#others.set(key, seen);
    if (seen.mark !== undefined && nextOffset >= seen.mark) return true;
    return nowMs - seen.movedAtMs >= foreignKeyPatienceMs;
  }
}

/** How far another partition of the consumer is. */
export interface OtherPartition {
  readonly key: string;
  readonly nextOffset: bigint;
  readonly endOffset: bigint;
}

interface OtherSeen {
  readonly nextOffset: bigint;
  readonly movedAtMs: number;
  /** The end of its topic once the patience was over. */
  readonly mark: bigint | undefined;
}
