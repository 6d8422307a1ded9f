/** One record of a topic, undecoded. */
export interface FeedRecord {
  readonly offset: bigint;
  readonly value: Buffer | null;
  /** By name; the values are not needed. Absent when there are none. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * One partition during one assignment. It is in order and without gaps: after `seek(n)` come the records at or after
 * n, each once, and none is left out that the topic holds. If that cannot be kept (retention deleted what was not yet
 * read, or the topic was recreated) the feed ends with `NeedsResync`; it never goes on from another place.
 */
export interface PartitionSession {
  readonly topic: string;
  readonly partition: number;
  /** Aborted when the assignment ends. */
  readonly signal: AbortSignal;
  /** Has to be called before the first `take`, and again to repeat records. */
  seek(offset: bigint): void;
  /**
   * Waits until there is a record, and removes at most `maxRecords` of together at most `maxBytes` (but at least one).
   * Returns undefined when the assignment has ended, or `giveUp` is aborted.
   */
  take(
    maxRecords: number,
    maxBytes: number,
    giveUp?: AbortSignal,
  ): Promise<readonly FeedRecord[] | undefined>;
  /** The next record that `take` would return, if it is here already. */
  peek(): FeedRecord | undefined;
  /** How many records below the sought offset came again and were dropped since the last call. */
  takeDuplicates(): number;
  /** Shown as the group's offset to anyone who looks at Kafka. Nothing is ever read from it. */
  showProgress(nextOffset: bigint): void;
}

export interface ChangeFeed {
  /**
   * Reads `topics` until the signal is aborted (then resolves, after every session has ended) or an error. Whenever
   * partitions are assigned (at the start, after a rebalance, after a reconnect), the sessions before have ended:
   * their signals are aborted and `consume` has returned; then `consume` is called for each partition.
   * An error of `consume` ends the feed with it. Kafka's own troubles are waited out, however long they last.
   */
  run(
    topics: readonly string[],
    consume: (session: PartitionSession) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}
