import type { TableRef } from '../contracts/identifiers.ts';
import type { OwnedRun, TargetOwner } from '../contracts/target-owner.ts';

export interface TakeRequest extends OwnedRun {
  readonly tables: readonly TableRef[];
  /**
   * Those of `tables` to which this replication has copied rows that it relies on. They must be owned already, and be the
   * same tables as then.
   */
  readonly copied?: readonly TableRef[];
  /** Set when all rows are copied again, so that nothing relies on `copied`. */
  readonly isReload?: boolean;
}

/**
 * Who owns the tables of a target. It is a row for each table in the target itself, so it does not matter by which name the
 * server is reached. The row is written by the login that also writes the table.
 */
export interface TargetOwnership {
  /**
   * Makes the tables the replication's own, all or none, and creates the bookkeeping where it is missing. Tables that it owns
   * already stay its own. It may be repeated, and several calls may run at once.
   *
   * Throws `TargetTableClaimed` when another replication owns one. Its `facts.tables` names the tables, and
   * `facts.replications` the owners if they are the same client's; nothing is said about others. Throws `NeedsResync` for a
   * table of `copied` that the replication does not own, or that was dropped and created again since the copy.
   */
  takeTables(request: TakeRequest): Promise<void>;
  /** As `takeTables`, but changes nothing. Returns when all tables could be taken, and where there is no bookkeeping yet. */
  checkTables(request: Pick<TakeRequest, 'owner' | 'tables'>): Promise<void>;
  /**
   * Gives tables back, so that another replication may take them. It waits for transactions that write to them under this
   * ownership; what writes later is refused. Without `tables` it gives back everything: all tables, the checkpoints and
   * the epoch. Does nothing for what the replication does not own, or when there is no bookkeeping. It may be repeated.
   */
  releaseTables(owner: TargetOwner, tables?: readonly TableRef[]): Promise<void>;
  /**
   * Removes the checkpoints of some topics, whose tables are left out of the replication. No consumer may apply them any more.
   * Does nothing for what is not there.
   */
  forgetTopics(owner: TargetOwner, topics: readonly string[]): Promise<void>;
  /** Whether the target has a checkpoint of the replication, so that it is one that the replication has written to. */
  knowsReplication(owner: TargetOwner): Promise<boolean>;
}
