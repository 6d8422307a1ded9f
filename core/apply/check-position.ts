import { MillraceError } from '../errors/millrace-error.ts';
import type { PartitionOffsets } from '../ports/services.ts';

export interface Position {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next event to apply. */
  readonly nextOffset: bigint;
  /** The UUID that the topic had when it was first read. */
  readonly topicId?: string;
}

/** Both ends included. */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Throws `NeedsResync` unless every event from `position` on can still be read: the topic is the one that was read
 * before, has not lost the next event to retention, and has not shrunk.
 * `offsets` is what Kafka says of the partition now, undefined when it does not exist. `missing` are events that it has left out when it was
 * read, with later ones behind them.
 */
export const checkPosition = (
  position: Position,
  offsets: PartitionOffsets | undefined,
  missing?: OffsetRange,
): void => {
  const { topic, partition, nextOffset, topicId } = position;
  const lost = (problem: string): MillraceError =>
    new MillraceError('NeedsResync', `Cannot continue topic ${topic} at offset ${nextOffset}: ${problem}.`, {
      facts: {
        topic,
        partition,
        nextOffset: String(nextOffset),
        ...(offsets !== undefined && {
          firstOffset: String(offsets.firstOffset),
          endOffset: String(offsets.endOffset),
        }),
      },
    });
  if (offsets === undefined) throw lost('the topic or its partition does not exist any more');
  if (topicId !== undefined && offsets.topicId !== undefined && topicId !== offsets.topicId) {
    throw lost('the topic was deleted and created again');
  }
  if (offsets.endOffset < nextOffset) throw lost(`the topic ends at ${offsets.endOffset}, so it lost events`);
  if (offsets.firstOffset > nextOffset) {
    throw lost(
      `the topic begins at ${offsets.firstOffset}, so its retention deleted events before they were applied`,
    );
  }
  if (missing !== undefined) {
    throw lost(
      `the events ${missing.from} to ${missing.to} are missing in it, though later ones are there; it was compacted, or a file of it is lost`,
    );
  }
};
