/** One record of a topic, undecoded. */
export interface FeedRecord {
  readonly offset: bigint;
  readonly value: Buffer | null;
  /** Of a record that is too short to be an event, if it has one; of others it may be absent. */
  readonly key?: Buffer;
  /** By name; the values are not needed. Absent when there are none. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * One partition during one assignment. After `seek(n)` the session gives every record of the topic from offset n on, in order
 * and once. If it cannot (retention deleted records before they were read, or the topic was recreated), the feed ends with
 * `NeedsResync`. It never goes on from another place.
 */
export interface PartitionSession {
  readonly topic: string;
  readonly partition: number;
  /** Aborted when the assignment ends. */
  readonly signal: AbortSignal;
  /** Call it before the first `take`, and again to repeat records. */
  seek(offset: bigint): void;
  /** Waits until `take` has something. False when the assignment has ended or `giveUp` is aborted. */
  waitForRecords(giveUp?: AbortSignal): Promise<boolean>;
  /**
   * Waits for a record. Then it removes and returns at least one, and at most `maxRecords` records or `maxBytes` bytes.
   * Returns undefined when the assignment has ended or `giveUp` is aborted.
   */
  take(
    maxRecords: number,
    maxBytes: number,
    giveUp?: AbortSignal,
  ): Promise<readonly FeedRecord[] | undefined>;
  /** Reads no more of the partition until the assignment ends or `seek` is called, and drops what was read ahead. */
  leave(): void;
  /** The next record that `take` would return, or undefined while it has not arrived. */
  peek(): FeedRecord | undefined;
  /** How many records below the sought offset have arrived again and were dropped, since the last call. */
  takeDuplicates(): number;
  /** Sets the group's offset in Kafka, for people to look at. Millrace never reads it. */
  showProgress(nextOffset: bigint): void;
}

export interface ChangeFeed {
  /**
   * Reads `topics` until the signal is aborted; then it resolves, after every session has ended. Partitions are assigned at
   * the start, after a rebalance and after a reconnect. Each time the earlier sessions end first: their signals are aborted
   * and `consume` has returned. Then `consume` is called for each partition.
   * Rejects with the error of `consume`. While Kafka itself is in trouble the feed waits, however long that lasts.
   */
  run(
    topics: readonly string[],
    consume: (session: PartitionSession) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}
