import type { Checkpoint } from '../ports/apply-target.ts';
import type { PartitionBatch } from '../ports/partition-batch.ts';

/** From where to where a partition's checkpoint goes, and what is added to its counters. */
export type CheckpointMove = Omit<PartitionBatch, 'changes'>;

/** A row of the checkpoints' table. Its columns have the same names in every target, and each value is a text. */
export const toCheckpoint = (row: Readonly<Record<string, string | null>>): Checkpoint => ({
  topic: String(row.topic),
  partition: Number(row.topic_partition),
  nextOffset: BigInt(row.next_offset ?? 0),
  epoch: Number(row.epoch),
  ...(row.topic_id && { topicId: row.topic_id }),
  ...(row.source_position && { sourcePosition: Number(row.source_position) }),
  ...(row.reread_position && { rereadPosition: Number(row.reread_position) }),
  counts: {
    inserts: Number(row.inserts),
    updates: Number(row.updates),
    deletes: Number(row.deletes),
    truncates: Number(row.truncates),
    duplicatesSkipped: Number(row.duplicates_skipped),
  },
});
