/**
 * How many partitions decode and apply at the same time. Each holds two batches and what they decode to, so with hundreds of
 * tables that all have a backlog it is this that bounds the memory. More than the target's connections gain nothing.
 */
export const workSlotCount = 8;

/** Slots, given in the order in which they were asked for. A holder that only waits gives its slot up to others. */
export class WorkSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** One for each holder: tells it that someone waits. */
  readonly #holders = new Set<() => void>();

  constructor(count = workSlotCount) {
    this.#free = count;
  }

  get isContended(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves with a slot; `onContended` is called when someone else waits for one. */
  async acquire(onContended: () => void): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else {
      const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
      for (const tell of this.#holders) tell();
      await turn;
    }
    this.#holders.add(onContended);
    if (this.isContended) onContended();
  }

  release(onContended: () => void): void {
    if (!this.#holders.delete(onContended)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
