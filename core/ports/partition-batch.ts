import type { AppliedCounts } from '../contracts/consumer.ts';
import type { ApplyTable } from './apply-table.ts';
import type { DeadLetterChange } from './dead-letters.ts';
import type { RowEvent } from './row-event.ts';

/** Consecutive records of one partition, as one transaction will apply them. */
export interface PartitionBatch<Table extends ApplyTable = ApplyTable> {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** Where the partition's checkpoint stands before and after. */
  readonly expectedOffset: bigint;
  readonly nextOffset: bigint;
  /** The highest source position in it; undefined when no record has one. */
  readonly sourcePosition?: number;
  /** Set when rows were read back from the source for this batch, see resolve-key-changes. */
  readonly rereadPosition?: number;
  readonly counts: AppliedCounts;
  readonly changes: readonly TableChanges<Table>[];
  /** What becomes of the partition's dead letters, in the same transaction; nothing when absent. */
  readonly deadLetters?: DeadLetterChange;
}

/** Changes of different tables are independent of each other; those of one table are in order. */
export interface TableChanges<Table extends ApplyTable = ApplyTable> {
  readonly table: Table;
  readonly events: readonly RowEvent[];
}
