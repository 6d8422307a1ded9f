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

/**
 * Throws `NeedsResync` unless every event from `position` on can still be read: the topic is the one that was read
 * before, has not lost the next event to retention, and has not shrunk.
 * `offsets` is what Kafka says of the partition now, undefined when it does not exist.
 */
export const checkPosition = (position: Position, offsets: PartitionOffsets | undefined): void => {
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
};
