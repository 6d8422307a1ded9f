import type { TableRef } from '../contracts/identifiers.ts';
import type { ColumnLimit, Rehearsal } from '../contracts/schema-change.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { ColumnFill } from './source-dialect.ts';

/**
 * What a target table has to follow. Columns have the target's names and types.
 *
 * - add: a new column, with what the rows that are there get.
 * - drop: the column and its values. retire: it stays, takes NULL, and has no default any more. release: it takes NULL.
 * - rename.
 * - type: every value stays what it is.
 */
export type TargetStep =
  | { readonly kind: 'add'; readonly column: ColumnDescription; readonly fill: ColumnFill }
  | { readonly kind: 'drop' | 'retire' | 'release'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'type'; readonly before: ColumnDescription; readonly after: ColumnDescription };

export interface TargetChange {
  readonly target: TableRef;
  /** The source table before and after the change, with the target's names and types, see core/mapping/map-table.ts. */
  readonly before: TableDescription;
  readonly after: TableDescription;
  readonly steps: readonly TargetStep[];
  /** An earlier attempt may have done some of it, or all. */
  readonly isRepeated: boolean;
}

/** What a dialect makes of a change for a target table as it is: what is done already is left out. */
export interface PlannedChange {
  readonly statements: readonly string[];
  /** Why the target table cannot follow; empty when it can. Each completes "Target table NAME cannot follow: ". */
  readonly problems: readonly string[];
}

/** Where the checkpoint of the table's partition has to stand, exactly before the change. */
export interface ChangePosition {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly nextOffset: bigint;
}

export interface RehearsalRequest {
  readonly target: TableRef;
  /** Each an ALTER TABLE of the target as the dialect quotes it. None: rows are counted only. */
  readonly statements: readonly string[];
  readonly limits: readonly ColumnLimit[];
}

export interface RehearsalResult extends Omit<Rehearsal, 'at' | 'statements'> {
  /** The table after the change; absent when it could not be tried to its end. */
  readonly after?: TableDescription;
}

/** Tries a change and leaves nothing of it. Throws only what keeps the database from being asked at all. */
export type RehearseChange = (request: RehearsalRequest) => Promise<RehearsalResult>;

/** Changes target tables for the consumer, with a longer limit for a statement and a short one for a lock. */
export interface TableChanger {
  /** Reads the target's catalog, and changes nothing. */
  plan(change: TargetChange): Promise<PlannedChange>;
  /**
   * Runs the statements while the checkpoint is where it has to be. Throws `Fenced` when it is not, or is another consumer's;
   * `DatabaseTimeout` when a lock is not had in time, after which it may be repeated; and other database errors.
   */
  execute(position: ChangePosition, target: TableRef, statements: readonly string[]): Promise<void>;
  readonly rehearse: RehearseChange;
  close(): Promise<void>;
}

/** So long a change of a table may take: one that writes every row again takes minutes for some ten million rows. */
export const changeTimeoutMs = 30 * 60_000;

/**
 * So long it waits for its lock, and everybody else behind it: statements of others that use the table come after it in the queue. The
 * consumer tries again after its usual pauses.
 */
export const changeLockTimeoutMs = 5_000;

/** The same for a rehearsal, which nobody should have to wait for. */
export const rehearsalLockTimeoutMs = 1_000;

/** So long a statement of a rehearsal may hold its lock. With three of them an answer of the API comes within its 29 s. */
export const rehearsalStatementTimeoutMs = 4_000;

/** All of a rehearsal, with the time to connect. */
export const rehearsalBudgetMs = 20_000;
