import type { AppliedCounts } from '../contracts/consumer.ts';
import type { ApplyTable } from './apply-table.ts';
import type { DeadLetterAnswer, DeadLetterRange, RefusedEvent, StoredDeadLetter } from './dead-letters.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionOffsets } from './services.ts';

/** How far one partition has been applied, as the target database has it. */
export interface Checkpoint {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next event to apply. */
  readonly nextOffset: bigint;
  /** The topic's UUID when it was first read. */
  readonly topicId?: string;
  readonly epoch: number;
  /** The highest source position that was applied, as ChangeEvent has it. */
  readonly sourcePosition?: number;
  /** Up to where rows may be ahead of the events because they were read from the source, see resolve-key-changes. */
  readonly rereadPosition?: number;
  readonly counts: AppliedCounts;
}

export interface Claim {
  readonly epoch: number;
  /** The checkpoints of all partitions that the replication ever had, also of tables that it no longer has. */
  readonly checkpoints: readonly Checkpoint[];
}

/** For tables whose rows may be newer than the events, or missing: docs/decisions/outdated-unique-values.md. */
export interface ApplyOptions<Table> {
  /** Whether an event may be left out, with its row, because a newer row of the target has a unique value of it. */
  readonly mayPassOver: (table: Table) => boolean;
  /** Whether each row must be there that an event changes without holding it as a whole. If one is not: `row-missing`. */
  readonly mustFind: (table: Table) => boolean;
}

/**
 * The target database, as the consumer writes to it. Each batch is one transaction, which also moves the checkpoint of
 * its partition; batches of different partitions may run at once. What a prepared batch is made of is the target's own
 * affair; its tables are those that were described by the same target. Errors are MillraceErrors with a database code.
 */
export interface ApplyTarget<Table extends ApplyTable = ApplyTable, Prepared = unknown> {
  /**
   * Raises the replication's epoch, so that every older consumer's next commit is refused, and takes over its
   * checkpoints. A partition without one gets one at offset 0.
   */
  claim(partitions: readonly PartitionOffsets[]): Promise<Claim>;
  /** Throws `Fenced` when it is no longer that of `epoch`. */
  readCheckpoint(topic: string, partition: number, epoch: number): Promise<Checkpoint>;
  /** The work of our processor (`apply` is that of the target), so that it can be done while another batch is applied. */
  prepare(batch: PartitionBatch<Table>): Prepared;
  /**
   * Applies the batch and moves the checkpoint from `expectedOffset` to `nextOffset`, both or neither.
   * `row-missing`: nothing was done, because the row of a move was not where it was planned to be.
   *
   * After a transient error the batch may have been committed or not (the connection may be lost during COMMIT): the
   * caller reads the checkpoint and goes on from there. Throws `Fenced` when a newer consumer has claimed the
   * replication, and `ConstraintViolated` when the rows violate a constraint also one by one in their order.
   *
   * An event that was passed over makes it `passed-over`, see `ApplyOptions`.
   */
  apply(
    prepared: Prepared,
    options?: ApplyOptions<Table>,
  ): Promise<'applied' | 'passed-over' | 'row-missing'>;
  /**
   * Tries the events of a batch one after the other in a transaction that is rolled back in any case, and returns those that are refused
   * for their row (`ErrorPolicy.isOfOneRow`), in their order. It gives up when there are more than `max`. Every other error is thrown.
   */
  findRefused(batch: PartitionBatch<Table>, max: number): Promise<readonly RefusedEvent[]>;
  /** The marks of one partition, or all of the replication, or those with a request, in the order of their ids. */
  readDeadLetters(of: DeadLetterRange): Promise<readonly StoredDeadLetter[]>;
  /** Records how tries of marks ended, and takes their requests off. Marks that are gone are left alone. */
  answerDeadLetters(answers: readonly DeadLetterAnswer[]): Promise<void>;
}
