import { peekCommitTime } from '#core/apply/parse-event.ts';
import { type AppliedCounts, maxLaggingTopics, type TopicLag } from '#core/contracts/consumer.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { Checkpoint } from '#core/ports/apply-target.ts';
import type { PartitionSession } from '#core/ports/change-feed.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import type { LogPositions } from '#core/ports/source-dialect.ts';

/** Six readings of the topics' ends have failed by then, or one has hung. Until then the lag is at most this old. */
export const endsStaleAfterMs = 30_000;

/**
 * A consumer that begins behind does not know how old the first change is that waits, until it has read it: seconds later. When it has not
 * by then, the lag is as large as that by itself, which is late.
 */
export const firstReadWithinMs = 60_000;

const noCounts: AppliedCounts = { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 };

export const addCounts = (a: AppliedCounts, b: AppliedCounts): AppliedCounts => ({
  inserts: a.inserts + b.inserts,
  updates: a.updates + b.updates,
  deletes: a.deletes + b.deletes,
  truncates: a.truncates + b.truncates,
  duplicatesSkipped: a.duplicatesSkipped + b.duplicatesSkipped,
});

/** How far one partition is: what is applied, what is known to be there, and what lies in between. */
export class PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string | undefined;
  /** The offset of the next event to apply. */
  nextOffset: bigint;
  /** The highest end of the topic that we were told of. */
  endOffset: bigint;
  session: PartitionSession | undefined;
  /** Commit times (ms) of the first event of each batch that is under way, oldest first. */
  readonly underWay: number[] = [];
  #caughtUpAtMs: number;
  readonly #beganAtMs: number;
  /** Nothing of what waited at the beginning was read yet, so that its age is not known. */
  #isUnread: boolean;

  constructor(checkpoint: Checkpoint, endOffset: bigint, nowMs: number) {
    this.topic = checkpoint.topic;
    this.partition = checkpoint.partition;
    this.topicId = checkpoint.topicId;
    this.nextOffset = checkpoint.nextOffset;
    this.endOffset = endOffset;
    this.#caughtUpAtMs = nowMs;
    this.#beganAtMs = nowMs;
    this.#isUnread = this.lagEvents > 0;
  }

  get lagEvents(): number {
    return this.endOffset > this.nextOffset ? Number(this.endOffset - this.nextOffset) : 0;
  }

  isUnread(nowMs: number): boolean {
    this.#isUnread &&= this.lagEvents > 0 && this.#oldestReadMs === undefined;
    return this.#isUnread && nowMs - this.#beganAtMs < firstReadWithinMs;
  }

  /** Commit time of the oldest change that was read and is not applied. */
  get #oldestReadMs(): number | undefined {
    return this.underWay[0] ?? peekedCommitTime(this.session);
  }

  /** Age of the oldest change that is known and not applied. Not yet fetched, it is younger than when there was none. */
  lagMs(nowMs: number): number {
    if (this.lagEvents === 0) {
      this.#caughtUpAtMs = nowMs;
      return 0;
    }
    return Math.max(0, nowMs - (this.#oldestReadMs ?? this.#caughtUpAtMs));
  }
}

const peekedCommitTime = (session: PartitionSession | undefined): number | undefined => {
  const next = session?.peek();
  return next === undefined ? undefined : peekCommitTime(next);
};

/** What was applied of one topic. The time is of this consumer: checkpoints have none. */
export interface TopicCounts {
  readonly counts: AppliedCounts;
  readonly lastAppliedAt?: Date;
}

/** What the consumer knows of itself; the heartbeat is made of it. */
export class Progress {
  counts = noCounts;
  #sourcePosition = 0;
  lastAppliedAt: Date | undefined;
  readonly #countsOfTopics = new Map<string, TopicCounts>();
  readonly partitions: readonly PartitionProgress[];
  /** Why the last reading of the topics' ends failed; undefined when it did not. */
  endsError: MillraceError | undefined;
  #endsReadAtMs: number;

  readonly #formatPosition: LogPositions['formatPosition'];

  constructor(
    checkpoints: readonly Checkpoint[],
    partitions: readonly PartitionOffsets[],
    nowMs: number,
    formatPosition: LogPositions['formatPosition'],
  ) {
    this.#formatPosition = formatPosition;
    this.#endsReadAtMs = nowMs;
    const ends = new Map(partitions.map((offsets) => [partitionKey(offsets), offsets.endOffset]));
    for (const checkpoint of checkpoints) {
      this.counts = addCounts(this.counts, checkpoint.counts);
      this.#count(checkpoint.topic, checkpoint.counts, undefined);
      this.#sourcePosition = Math.max(this.#sourcePosition, checkpoint.sourcePosition ?? 0);
    }
    this.partitions = checkpoints.flatMap((checkpoint) => {
      const end = ends.get(partitionKey(checkpoint));
      return end === undefined ? [] : [new PartitionProgress(checkpoint, end, nowMs)];
    });
  }

  partition(topic: string, partition: number): PartitionProgress | undefined {
    return this.partitions.find(
      (candidate) => candidate.topic === topic && candidate.partition === partition,
    );
  }

  applied(batch: PartitionBatch, at: Date): void {
    this.counts = addCounts(this.counts, batch.counts);
    this.#count(batch.topic, batch.counts, at);
    this.#sourcePosition = Math.max(this.#sourcePosition, batch.sourcePosition ?? 0);
    this.lastAppliedAt = at;
  }

  /** What was applied of a topic, by its checkpoints and since; undefined where there is none. */
  countsOf(topic: string): TopicCounts | undefined {
    return this.#countsOfTopics.get(topic);
  }

  #count(topic: string, counts: AppliedCounts, at: Date | undefined): void {
    const before = this.#countsOfTopics.get(topic);
    const lastAppliedAt = at ?? before?.lastAppliedAt;
    this.#countsOfTopics.set(topic, {
      counts: before === undefined ? counts : addCounts(before.counts, counts),
      ...(lastAppliedAt !== undefined && { lastAppliedAt }),
    });
  }

  get sourcePosition(): string | undefined {
    return this.#sourcePosition === 0 ? undefined : this.#formatPosition(BigInt(this.#sourcePosition));
  }

  /** The partitions' ends are those of this moment. */
  readEnds(nowMs: number): void {
    this.#endsReadAtMs = nowMs;
    this.endsError = undefined;
  }

  endsAgeMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#endsReadAtMs);
  }

  /**
   * Why the lag is not known: nobody has read lately where the topics end, or what waited when this consumer began was not read yet.
   * Undefined while it is known.
   */
  lagUnknown(nowMs: number): string | undefined {
    if (nowMs - this.#endsReadAtMs <= endsStaleAfterMs) return this.#unread(nowMs);
    const topics = new Set(this.partitions.map(({ topic }) => topic)).size;
    const since = new Date(this.#endsReadAtMs).toISOString();
    const cause = this.endsError?.message ?? 'Kafka has not answered yet';
    return `Could not read the end offsets of ${topics} topics since ${since}, so the lag is not known until this works again: ${cause}`;
  }

  #unread(nowMs: number): string | undefined {
    const unread = this.partitions.filter((partition) => partition.isUnread(nowMs));
    if (unread.length === 0) return undefined;
    const events = unread.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    return `The consumer has just begun, and ${countOf(events, 'change')} wait of which it has read none yet, so it is not known how old they are`;
  }

  /** The most that the lag can be: a change that we have not heard of came after the topics' ends were last read. */
  lagMsAtMost(nowMs: number): number {
    const known = this.lagMs(nowMs);
    return this.lagUnknown(nowMs) === undefined ? known : Math.max(known, nowMs - this.#endsReadAtMs);
  }

  get lagEvents(): number {
    return this.partitions.reduce((sum, partition) => sum + partition.lagEvents, 0);
  }

  lagMs(nowMs: number): number {
    return this.partitions.reduce((most, partition) => Math.max(most, partition.lagMs(nowMs)), 0);
  }

  /** The topics that are behind, the worst first, at most `maxLaggingTopics`. */
  laggingTopics(nowMs: number): readonly TopicLag[] {
    const byTopic = new Map<string, TopicLag>();
    for (const partition of this.partitions) {
      const { topic, lagEvents } = partition;
      if (lagEvents === 0) continue;
      const others = byTopic.get(topic);
      byTopic.set(topic, {
        topic,
        lagEvents: lagEvents + (others?.lagEvents ?? 0),
        lagMs: Math.max(partition.lagMs(nowMs), others?.lagMs ?? 0),
      });
    }
    return [...byTopic.values()]
      .toSorted((a, b) => b.lagMs - a.lagMs || b.lagEvents - a.lagEvents)
      .slice(0, maxLaggingTopics);
  }
}

export const partitionKey = ({ topic, partition }: { readonly topic: string; readonly partition: number }) =>
  `${topic}/${partition}`;
