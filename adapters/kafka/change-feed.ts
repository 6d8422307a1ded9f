import type { Batch, Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { OffsetRange } from '#core/apply/check-position.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { ChangeFeed, FeedRecord, PartitionSession } from '#core/ports/change-feed.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import { type FetchMember, FetchTurns } from './fetch-turns.ts';
import { toKafkaError } from './kafka-client.ts';
import { setFetchWait } from './kafkajs-internals.ts';
import { PartitionBuffer } from './partition-buffer.ts';
import { askedOffsetOf, recordBatchOf, takeWholeBatches } from './record-batches.ts';

export interface ChangeFeedOptions {
  readonly kafka: Kafka;
  /** New for each start, so that nobody else's members or offsets are in the way. */
  readonly groupId: string;
  readonly log: Log;
  readonly clock: Clock;
  /**
   * Called when the records do not continue where they should: throws `NeedsResync` unless the topic is still the
   * same one and `nextOffset` is within it. With `missing` Kafka has answered twice that these are no more there, though the topic goes
   * on behind them; then it throws in any case.
   */
  readonly verifyPosition: (
    topic: string,
    partition: number,
    nextOffset: bigint,
    missing?: OffsetRange,
  ) => Promise<void>;
  /** Called with the error when Kafka cannot be reached, and with undefined when it can again. */
  readonly onAvailability?: (error: MillraceError | undefined) => void;
  /** The limit of all partitions together; see `defaultBufferBytes`. */
  readonly bufferBytes?: number;
  /** Compressed bytes of one fetch, of all partitions together; `defaultFetchBytes` when absent. */
  readonly fetchBytes?: number;
  /** How long the broker holds the fetches of a feed that is idle; `defaultIdleWaitMs` when absent. */
  readonly idleWaitMs?: number;
}

/**
 * Records that wait to be applied, of all partitions together. 32 MiB are about a second of work (30,000 events of 1 KiB),
 * enough to keep the target busy through a pause of the fetching (`maxWaitMs`), and small in a task of 1 GiB. One fetch may
 * go beyond it: `fetchBytes`, decompressed.
 */
export const defaultBufferBytes = 32 * 1024 * 1024;
/** With many partitions each still gets what one fetch may bring, so that a lively one is not throttled by idle ones. */
const minPartitionBufferBytes = 2 * 1024 * 1024;

/**
 * Compressed bytes per partition and fetch. A fetch is decompressed at once, and is then in memory: 1 MiB of zstd is
 * about 10 MiB of JSON.
 */
const maxBytesPerPartition = 1024 * 1024;
const defaultFetchBytes = 8 * 1024 * 1024;
/**
 * How long the broker holds a fetch that finds nothing. New records end the wait at once, but a partition that is
 * resumed or sought meanwhile joins only the next fetch, so this is kept well below the latency we want (500 ms).
 */
const maxWaitMs = 100;
/**
 * The same while nothing comes and nothing is paused: new records end the wait at once, so it costs nothing but the time that a stop waits
 * for the answer. With ten fetches a second for nothing, 1,000 idle consumers would be 10,000 a second.
 */
const defaultIdleWaitMs = 1_000;
/** Idle is a feed that had no records, and none sought or resumed, for so long. */
const idleAfterMs = 5_000;

/** Kafka's default: time for a paused process (SIGSTOP, a long collection) to come back without a rebalance. */
const sessionTimeoutMs = 30_000;
/** A third of the session at most (Kafka's manual); a tenth lets two get lost. */
const groupHeartbeatMs = 3_000;
/**
 * How long the group waits for its other members when one joins. There are none but our own former self, whose
 * connection broke; a living one hears of it within a heartbeat.
 */
const rebalanceTimeoutMs = 3 * groupHeartbeatMs;
const showProgressEveryMs = 5_000;
/** Between two attempts to connect at all. kafkajs spends about 6 s on each itself. */
const reconnectDelayMs = 2_000;
/** An orderly good-bye to the group takes milliseconds; a broker that is gone must not hold up our end. */
const disconnectTimeoutMs = 5_000;

const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;

/** A `ChangeFeed` by kafkajs's consumer groups. */
export const createChangeFeed = (options: ChangeFeedOptions): ChangeFeed => ({
  run: async (topics, consume, signal) => {
    if (topics.length === 0) return untilAborted(signal);
    await new FeedRun(options, topics, consume, signal).run();
  },
});

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** One `run` of the feed: a consumer, its sessions, and the first error, which ends them. */
class FeedRun {
  readonly #options: ChangeFeedOptions;
  readonly #topics: readonly string[];
  readonly #consume: (session: PartitionSession) => Promise<void>;
  readonly #consumer: Consumer;
  readonly #end = new AbortController();
  readonly #stop: AbortSignal;
  #failure: MillraceError | undefined;
  #sessions = new Map<string, KafkaSession>();
  /** Settles when every session of all assignments so far has ended. */
  #ended: Promise<void> = Promise.resolve();
  readonly #progress = new Map<string, { topic: string; partition: number; offset: string }>();
  #lastActiveMs: number;

  constructor(
    options: ChangeFeedOptions,
    topics: readonly string[],
    consume: (session: PartitionSession) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#topics = topics;
    this.#lastActiveMs = options.clock.now().getTime();
    this.#consume = consume;
    this.#stop = AbortSignal.any([signal, this.#end.signal]);
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: groupHeartbeatMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      maxBytesPerPartition: Math.min(maxBytesPerPartition, options.fetchBytes ?? defaultFetchBytes),
      maxBytes: options.fetchBytes ?? defaultFetchBytes,
      minBytes: 1,
      maxWaitTimeInMs: maxWaitMs,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, retries: 5, maxRetryTime: 5_000, restartOnFailure: async () => true },
    });
  }

  async run(): Promise<void> {
    const { GROUP_JOIN, CRASH, FETCH } = this.#consumer.events;
    // kafkajs calls listeners synchronously, so everything is paused before the first fetch of an assignment.
    this.#consumer.on(GROUP_JOIN, (event) => this.#assign(event));
    this.#consumer.on(FETCH, () => this.#options.onAvailability?.(undefined));
    this.#consumer.on(CRASH, ({ payload }) => {
      const error = toKafkaError(payload.error, 'read from Kafka');
      this.#options.onAvailability?.(error);
      this.#endSessions();
      if (!payload.restart) this.#fail(error);
    });
    const progress = setInterval(() => void this.#commitProgress(), showProgressEveryMs);
    const takeMessages = takeWholeBatches(this.#topics);
    const endWaits = setFetchWait(this.#options.groupId, () => this.#waitMs());
    try {
      await this.#start();
      await untilAborted(this.#stop);
    } finally {
      clearInterval(progress);
      this.#endSessions();
      await this.#ended;
      await this.#disconnect();
      endWaits();
      takeMessages();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** How long the next fetch may be held. What is paused may be resumed at any moment, and joins only the fetch after. */
  #waitMs(): number {
    const sessions = [...this.#sessions.values()];
    const isQuiet = sessions.length > 0 && sessions.every(({ isFetched, hasLeft }) => isFetched || hasLeft);
    const idleMs = this.#options.clock.now().getTime() - this.#lastActiveMs;
    return isQuiet && idleMs >= idleAfterMs ? (this.#options.idleWaitMs ?? defaultIdleWaitMs) : maxWaitMs;
  }

  #markActive(): void {
    this.#lastActiveMs = this.#options.clock.now().getTime();
  }

  async #start(): Promise<void> {
    while (!this.#stop.aborted) {
      try {
        await this.#consumer.connect();
        await this.#consumer.subscribe({ topics: [...this.#topics], fromBeginning: true });
        await this.#consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: this.#topics.length,
          eachBatch: (payload) => this.#receive(payload),
        });
        return;
      } catch (error) {
        const failure = toKafkaError(error, 'connect to Kafka');
        this.#options.onAvailability?.(failure);
        await this.#options.clock.sleep(reconnectDelayMs, this.#stop).catch(() => undefined);
      }
    }
  }

  #assign({ payload }: ConsumerGroupJoinEvent): void {
    this.#endSessions();
    const { memberAssignment } = payload;
    this.#consumer.pause(
      Object.entries(memberAssignment).map(([topic, partitions]) => ({ topic, partitions })),
    );
    const positions = Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    this.#options.log.info('Partitions assigned', { partitions: positions.length });
    const allBytes = this.#options.bufferBytes ?? defaultBufferBytes;
    const bufferBytes = Math.min(allBytes, Math.max(minPartitionBufferBytes, allBytes / positions.length));
    const sessions: readonly KafkaSession[] = positions.map(
      ({ topic, partition }) =>
        new KafkaSession(
          topic,
          partition,
          this.#consumer,
          bufferBytes,
          () => turns,
          () => this.#markActive(),
          (nextOffset) =>
            this.#progress.set(keyOf(topic, partition), { topic, partition, offset: String(nextOffset) }),
        ),
    );
    const turns = new FetchTurns({
      limitBytes: allBytes,
      clock: this.#options.clock,
      signal: this.#stop,
      members: sessions,
    });
    this.#sessions = new Map(sessions.map((session) => [keyOf(session.topic, session.partition), session]));
    const before = this.#ended;
    this.#ended = before.then(async () => {
      await Promise.all(sessions.map((session) => this.#serve(session)));
    });
  }

  async #serve(session: KafkaSession): Promise<void> {
    try {
      if (session.signal.aborted || this.#stop.aborted) return;
      await this.#consume(session);
    } catch (error) {
      this.#fail(toMillraceError(error));
    }
  }

  #endSessions(): void {
    for (const session of this.#sessions.values()) session.end();
    this.#sessions = new Map();
  }

  #fail(error: MillraceError): void {
    this.#failure ??= error;
    this.#end.abort();
    this.#endSessions();
  }

  async #receive({ batch, isStale, isRunning }: EachBatchPayload): Promise<void> {
    this.#markActive();
    const session = this.#sessions.get(keyOf(batch.topic, batch.partition));
    if (session === undefined || isStale() || !isRunning()) return;
    try {
      const missing = session.findMissing(batch);
      if (missing !== undefined || !session.continues(batch)) {
        const nextOffset = session.nextOffset;
        this.#options.log.warn('Records do not continue at the checkpoint; checking the topic', {
          topic: batch.topic,
          partition: batch.partition,
          expected: String(missing?.from ?? nextOffset),
          received: batch.firstOffset() ?? undefined,
        });
        await this.#options.verifyPosition(batch.topic, batch.partition, nextOffset);
        if (isStale() || session.signal.aborted || session.nextOffset !== nextOffset) return;
        if (session.isAhead(batch) || (missing !== undefined && !session.hasMissed(missing))) {
          session.repeat();
          return;
        }
        if (missing !== undefined) {
          await this.#options.verifyPosition(batch.topic, batch.partition, nextOffset, missing);
        }
      }
      const skipped = session.deliver(batch);
      if (skipped > 0) {
        this.#options.log.info(`Skipped ${skipped} records below the checkpoint: they are applied already`, {
          topic: batch.topic,
          partition: batch.partition,
          expected: String(session.nextOffset),
        });
      }
    } catch (error) {
      const failure = toMillraceError(error);
      // Left unread, so that it comes again; kafkajs would go on after this batch.
      if (failure.isTransient) session.repeat();
      else this.#fail(failure);
    }
  }

  async #commitProgress(): Promise<void> {
    const offsets = [...this.#progress.values()];
    this.#progress.clear();
    if (offsets.length === 0) return;
    // For display only: an offset that could not be shown is shown 5 s later.
    await this.#consumer.commitOffsets(offsets).catch(() => undefined);
  }

  async #disconnect(): Promise<void> {
    const ended = this.#commitProgress()
      .then(() => this.#consumer.disconnect())
      .catch(() => undefined);
    const timer = new AbortController();
    await Promise.race([
      ended,
      this.#options.clock.sleep(disconnectTimeoutMs, timer.signal).catch(() => undefined),
    ]);
    timer.abort();
  }
}

const toFeedRecord = ({ offset, key, value, headers }: KafkaMessage): FeedRecord => ({
  offset: BigInt(offset),
  value,
  ...(key !== null && { key }),
  ...(headers !== undefined && { headers }),
});

/** A partition between two assignments. It begins paused, at no offset, and is resumed by `seek`. */
class KafkaSession implements PartitionSession, FetchMember {
  readonly topic: string;
  readonly partition: number;
  readonly showProgress: (nextOffset: bigint) => void;
  readonly #consumer: Consumer;
  readonly #bufferBytes: number;
  readonly #turns: () => FetchTurns;
  readonly #markActive: () => void;
  readonly #buffer = new PartitionBuffer();
  readonly #over = new AbortController();
  #nextOffset: bigint | undefined;
  #isPaused = true;
  #hasLeft = false;
  #duplicates = 0;
  #missed: bigint | undefined;

  constructor(
    topic: string,
    partition: number,
    consumer: Consumer,
    bufferBytes: number,
    turns: () => FetchTurns,
    markActive: () => void,
    showProgress: (nextOffset: bigint) => void,
  ) {
    this.#turns = turns;
    this.#markActive = markActive;
    this.topic = topic;
    this.partition = partition;
    this.#consumer = consumer;
    this.#bufferBytes = bufferBytes;
    this.showProgress = showProgress;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The offset of the next record that Kafka has to bring. */
  get nextOffset(): bigint {
    return this.#nextOffset ?? 0n;
  }

  seek(offset: bigint): void {
    if (this.signal.aborted) return;
    this.#hasLeft = false;
    this.#buffer.clear();
    this.#nextOffset = offset;
    this.repeat();
    this.#turns().want(this);
  }

  get bufferedBytes(): number {
    return this.#buffer.bytes;
  }

  get isFetched(): boolean {
    return !this.#isPaused;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Makes Kafka bring everything from `nextOffset` again. */
  repeat(): void {
    this.#markActive();
    this.#consumer.seek({ ...this.#place, offset: String(this.nextOffset) });
  }

  async waitForRecords(giveUp?: AbortSignal): Promise<boolean> {
    const wake = (): void => this.#buffer.wake();
    giveUp?.addEventListener('abort', wake);
    try {
      while (!this.signal.aborted && giveUp?.aborted !== true) {
        if (!this.#buffer.isEmpty) return true;
        await this.#buffer.changed();
      }
      return false;
    } finally {
      giveUp?.removeEventListener('abort', wake);
    }
  }

  async take(
    maxRecords: number,
    maxBytes: number,
    giveUp?: AbortSignal,
  ): Promise<readonly FeedRecord[] | undefined> {
    const wake = (): void => this.#buffer.wake();
    giveUp?.addEventListener('abort', wake);
    try {
      while (!this.signal.aborted && giveUp?.aborted !== true) {
        const records = this.#buffer.take(maxRecords, maxBytes);
        if (records.length > 0) this.#turns().taken();
        if (this.#isPaused && this.#buffer.bytes <= this.#bufferBytes / 2) this.#turns().want(this);
        if (records.length > 0) return records;
        await this.#buffer.changed();
      }
      return undefined;
    } finally {
      giveUp?.removeEventListener('abort', wake);
    }
  }

  leave(): void {
    this.#hasLeft = true;
    this.#buffer.clear();
    if (!this.signal.aborted) this.pause();
  }

  peek(): FeedRecord | undefined {
    return this.#buffer.peek();
  }

  takeDuplicates(): number {
    const duplicates = this.#duplicates;
    this.#duplicates = 0;
    return duplicates;
  }

  /**
   * Whether the batch was asked for where the last one ended. kafkajs may have begun to read elsewhere: it resets to the
   * topic's first offset, without a word, when the one that it asked for is out of range.
   */
  continues(batch: Batch): boolean {
    return askedOffsetOf(batch) === this.nextOffset;
  }

  /** Whether kafkajs reads behind what has to come next, of which nothing may be left out. */
  isAhead(batch: Batch): boolean {
    return askedOffsetOf(batch) > this.nextOffset;
  }

  /**
   * The first records that have to come and that the topic does not hold any more, though it holds later ones: it was compacted, or a
   * file of it is gone. All that a topic has ever got is numbered without a gap.
   */
  findMissing(batch: Batch): OffsetRange | undefined {
    let expected = this.nextOffset;
    for (const message of batch.messages) {
      const whole = recordBatchOf(message);
      const last = BigInt(message.offset);
      if (last < expected) continue;
      const first = whole?.firstOffset ?? last;
      if (first > expected) return { from: expected, to: first - 1n };
      const missing = whole?.findMissing(expected);
      if (missing !== undefined) return missing;
      expected = last + 1n;
    }
    return undefined;
  }

  /** Whether the same was missing the last time. */
  hasMissed({ from }: OffsetRange): boolean {
    const before = this.#missed;
    this.#missed = from;
    return before === from;
  }

  /** Returns how many records were below the sought offset. */
  deliver(batch: Batch): number {
    const begin = this.nextOffset;
    const asked = askedOffsetOf(batch);
    let skipped = 0;
    for (const message of batch.messages) {
      const whole = recordBatchOf(message);
      if (whole !== undefined && whole.firstOffset >= this.nextOffset) {
        if (!whole.isHidden) this.#buffer.pushBatch(whole);
        this.#nextOffset = whole.lastOffset + 1n;
        continue;
      }
      const records = whole?.records() ?? [toFeedRecord(message)];
      // A batch may begin before the offset that was asked for, see kafkajs's Batch.
      skipped += records.filter(({ offset }) => offset >= asked && offset < this.nextOffset).length;
      this.#buffer.push(records.filter(({ offset }) => offset >= this.nextOffset));
      const last = BigInt(message.offset);
      if (last >= this.nextOffset) this.#nextOffset = last + 1n;
    }
    this.#duplicates += skipped;
    // A batch that ended below the sought offset comes from before it: the rest is asked for directly.
    if (this.nextOffset === begin) this.repeat();
    // A fetch that was under way when it left.
    if (this.#hasLeft) this.#buffer.clear();
    if (this.#buffer.bytes > this.#bufferBytes) this.pause();
    this.#turns().received(this);
    return skipped;
  }

  end(): void {
    this.#over.abort();
    this.#buffer.clear();
    this.#buffer.wake();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#consumer.pause([{ topic: this.topic, partitions: [this.partition] }]);
  }

  resume(): void {
    if (this.signal.aborted || this.#hasLeft) return;
    this.#isPaused = false;
    this.#markActive();
    this.#consumer.resume([{ topic: this.topic, partitions: [this.partition] }]);
  }

  get #place(): { readonly topic: string; readonly partition: number } {
    return { topic: this.topic, partition: this.partition };
  }
}
