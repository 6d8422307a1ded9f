import type { CaptureVerdict } from '../contracts/capture-verdict.ts';
import type { Chunk, NulledValues } from '../contracts/copy.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication, ValuePolicy } from '../contracts/replication.ts';
import type { CatalogPartition, TableDescription } from '../contracts/table-description.ts';
import type { OwnedRun, TargetOwner } from '../contracts/target-owner.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { DeadLetterStore } from './dead-letters.ts';
import type { ConnectorOffset } from './services.ts';
import type { SourceDialect } from './source-dialect.ts';
import type { RehearseChange } from './table-changer.ts';
import type { TargetDialect } from './target-dialect.ts';
import type { TargetOwnership } from './target-ownership.ts';

/** The names of what a replication's capture creates at its source. */
export type CaptureNames = Pick<Replication, 'slotName' | 'publicationName'>;

export interface DescribesTables {
  /** Undefined when there is no such table. */
  describeTable(ref: TableRef): Promise<TableDescription | undefined>;
  /**
   * Those of `refs` that exist, in any order, for fewer round trips than one for each. Absent where the catalog is read table
   * by table in any case.
   */
  describeTables?(refs: readonly TableRef[]): Promise<readonly TableDescription[]>;
}

export interface CaptureWait {
  /** How long this call may wait. */
  readonly callMs: number;
  /** How long all calls together may still wait; the source itself gives up then. */
  readonly totalMs: number;
  /** Told every few seconds which transactions are waited for. What it throws ends the wait, and what was begun for it. */
  readonly onWait?: (transactions: readonly string[]) => Promise<void>;
}

/** Positions are as `dialect.capture` formats them. */
export interface LogReading {
  /** The end of the log. */
  readonly position: string;
  /** Two readings with the same text: nothing was committed in between. */
  readonly activity: string;
  /** Everything before it is in Kafka. Absent before capture has begun. */
  readonly captured?: string;
  /** Two readings with the same text: capture has not come on in between, not even within a transaction. */
  readonly movement?: string;
  /** Bytes from `captured` to the end; absent where positions do not count bytes. */
  readonly aheadBytes?: number;
  /**
   * Bytes from where capture would go on to the end. PostgreSQL keeps them for the capture; MySQL and MariaDB drop them when
   * they are old enough. Absent when it cannot be told.
   */
  readonly retainedBytes?: number;
  /** Whether a session reads the log for the capture now; absent where the source does not tell. */
  readonly isRead?: boolean;
  /** What of the log is gone although it was not captured, in words; absent while nothing is known to be. */
  readonly lost?: string;
  /** What was captured and the source's log does not have, in words. It is lost when the log does not get it for some time. */
  readonly missing?: string;
  /** After so many bytes the source removes log that was not captured; absent where it has no such limit. */
  readonly limitBytes?: number;
  /** The source removes log that is older than this; absent where it does not. */
  readonly keptMs?: number;
}

/** An entry in the log that brings a working capture to its end, for when nothing in the log is for the capture. */
export interface LogProbe {
  /** It costs something, so it is worth it only when nothing else comes into the log. */
  readonly onlyWhenIdle: boolean;
  /** Throws a database error, also when the user may not write it. */
  send(): Promise<void>;
}

/** Whether capture can begin, or which open transactions at the source it waits for, in words. */
export type CapturePreparation =
  | { readonly isReady: true }
  | { readonly isReady: false; readonly transactions: readonly string[] };

/**
 * A source database over one pool. Every method throws a MillraceError with a database code. Every statement has a timeout.
 * `close` ends the pool and never rejects.
 */
export interface SourceDatabase extends DescribesTables {
  readonly dialect: SourceDialect;
  ping(): Promise<{ readonly serverVersion: string }>;
  listTables(): Promise<readonly TableDescription[]>;
  /**
   * The names of the tables that store rows, also those of which nothing else may be read. Partitions are left out: their rows are their
   * table's. Absent where no table can be added to a capture that has begun.
   */
  listTableNames?(): Promise<readonly TableRef[]>;
  /** Why changes cannot be captured: settings of the server and missing rights of the user, each with its remedy. */
  findCaptureProblems(capture: CaptureNames): Promise<readonly Problem[]>;
  /** What may harm the source though changes can be captured, each with its remedy. Absent where there is nothing of the kind. */
  findCaptureWarnings?(capture: CaptureNames): Promise<readonly Problem[]>;
  /**
   * Where the log ends, and how far capture has come in it. `readOffset` is called first, so that a running connector cannot
   * seem to be ahead of the log.
   */
  readLog(capture: CaptureNames, readOffset: () => Promise<ConnectorOffset | undefined>): Promise<LogReading>;
  /** Absent where capture moves on by itself when nothing in the log is for it. */
  readonly logProbe?: LogProbe;
  /** The rights on the tables that the user lacks. Tables that do not exist are left out. */
  findTableGrantProblems(refs: readonly TableRef[]): Promise<readonly Problem[]>;
  /**
   * Whether the source still has every change since the connector's stored offset. The source is read first and `readOffset`
   * is called after it; the other way round a running connector could seem to be behind. `hasCopy` says that an earlier
   * start copied rows, so that changes which were missed since then are missing at the target.
   */
  judgeCapture(
    capture: CaptureNames,
    options: {
      readonly readOffset: () => Promise<ConnectorOffset | undefined>;
      readonly hasCopy: boolean;
    },
  ): Promise<CaptureVerdict>;
  /**
   * Which of these partitions, which have come to a partitioned table, have rows from before. Absent where no table has
   * partitions of its own.
   */
  lookAtPartitions?(partitions: readonly CatalogPartition[]): Promise<readonly CatalogPartition[]>;
  /**
   * The tables that exist but are not captured: they were created again or renamed after `prepareCapture`, and no event holds
   * what has changed in them since. Absent where capture goes by names alone.
   */
  listUncaptured?(capture: CaptureNames, tables: readonly TableRef[]): Promise<readonly TableRef[]>;
  /**
   * Descriptions of open transactions that may have begun before the connector did. No event holds what they changed before
   * that, so the copy must begin after they have ended. Absent where capture itself waits for them, or does not need to.
   */
  listTransactionsBefore?(offset: ConnectorOffset | undefined): Promise<readonly string[]>;
  /**
   * Descriptions of the open transactions that the source keeps log for, the oldest first. Absent where the log is let go in spite of
   * them, or where they cannot be told.
   */
  listOpenTransactions?(): Promise<readonly string[]>;
  /**
   * A mark of this moment for `listMarkedTransactions`. Absent where transactions come into the log as a whole when they are
   * committed, and so are captured as a whole or not at all.
   */
  markTransactions?(): Promise<string>;
  /** Descriptions of the transactions that have written something before the mark and are still open. */
  listMarkedTransactions?(mark: string): Promise<readonly string[]>;
  /**
   * Creates or corrects what capture needs at the source, and nothing else. It may be repeated. Where that has to wait for
   * open transactions, it returns when it may wait no longer; the next call waits on and does not begin again.
   */
  prepareCapture(
    capture: CaptureNames,
    tables: readonly TableRef[],
    wait?: CaptureWait,
  ): Promise<CapturePreparation>;
  /** Removes what `prepareCapture` created; does nothing for what is not there. */
  dropCapture(capture: CaptureNames): Promise<void>;
  /**
   * Returns a position of the log, as `dialect.capture` formats it. It is at or after everything that is committed now, and
   * the connector's offset will reach it even if nothing more is written. Where that needs an entry in the log, the method
   * writes one.
   */
  writeMarker(content: string): Promise<string>;
  /** The key `rows` rows after `after` in key order, or undefined when fewer are left. Key values as canonical text. */
  nextChunkBound(
    table: TableDescription,
    after: readonly string[] | undefined,
    rows: number,
  ): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}

export interface CopiedChunk {
  readonly rows: number;
  readonly bytes: number;
  /** Values that became NULL by the table's policy; absent when there are none. */
  readonly nulled?: NulledValues;
}

/** The two ends of a copy. */
export interface CopiedTables {
  /** The source table without the columns that are left out: rows are read by it, and chunks are bounded by it. */
  readonly source: TableDescription;
  /**
   * The columns of `source`, in their order, with the target's names and types, see core/mapping/map-table.ts. Absent
   * where they are the source's.
   */
  readonly mapped?: TableDescription;
  readonly target: TableDescription;
  /** What is done with values that the target cannot hold; `fail` when absent. */
  readonly valuePolicy?: ValuePolicy;
}

export type BeforeCommit = () => Promise<unknown>;

/**
 * Copies one chunk in one target transaction: all its rows or none. Rows that the target has with the same keys are
 * replaced, so a repetition is safe. An abort rejects with the signal's reason and leaves nothing behind. The copier was
 * opened for a number of chunks at once; further calls wait.
 *
 * `beforeCommit` is called when all rows are written and none is committed. When it rejects, so does the copy, and nothing
 * is left behind. The transaction holds its locks meanwhile, so a TRUNCATE that begins later waits for it.
 */
export interface ChunkCopier {
  copyChunk(
    tables: CopiedTables,
    chunk: Chunk,
    signal: AbortSignal,
    beforeCommit?: BeforeCommit,
  ): Promise<CopiedChunk>;
  close(): Promise<void>;
}

/** A row in the canonical text of the codec, in the order of the replicated columns of the source table. */
export type CanonicalRow = readonly (string | null)[];

export interface RowBatch {
  readonly rowCount: number;
  /** Empty where there is `encoded`. */
  readonly rows: readonly CanonicalRow[];
  /** What the writer's sink made of the rows, where the reader could fill one. */
  readonly encoded?: Buffer;
  /** The size of the values as they were read. */
  readonly bytes: number;
}

/**
 * Takes rows in the form that a writer wants, value by value in the order of the columns: NULL, a text, or a text in UTF-8
 * that was written to `bytes` from `at` on. A value that the target cannot hold throws `ValueRejected`.
 */
export interface RowSink {
  readonly bytes: Buffer;
  readonly at: number;
  readonly isEmpty: boolean;
  /** Makes room for a value of so many bytes from `at` on. `bytes` may be another buffer afterwards. */
  reserve(bytes: number): void;
  addNull(): void;
  /** `end` is where the value that was written ends. */
  addWritten(end: number): void;
  addText(text: string): void;
  /** All rows since the last call, which took `bytes` where they were read. */
  take(bytes: number): RowBatch;
}

/** Reads chunks of a source as canonical rows, for pairs of databases that have no faster way. */
export interface ChunkReader {
  /**
   * All rows of the chunk as of one moment, in batches that bound the memory. An abort rejects with the signal's reason.
   * Leaving the iteration gives the connection back. A reader may ignore the sink and give rows of texts.
   */
  readChunk(
    table: TableDescription,
    chunk: Chunk,
    signal: AbortSignal,
    sink?: RowSink,
  ): AsyncIterable<RowBatch>;
  close(): Promise<void>;
}

export interface ChunkControl {
  readonly signal: AbortSignal;
  readonly beforeCommit?: BeforeCommit | undefined;
}

/** Writes chunks of canonical rows into a target; as `ChunkCopier` promises. */
export interface ChunkWriter {
  /**
   * `source` has the columns of the rows under the names that they have in `target`. `read` may be called again, when
   * rows that the target has already have to be replaced. Throws `ValueRejected`, which names the column, for a value that
   * the target cannot hold, unless the policy makes it NULL.
   */
  writeChunk(
    tables: Pick<CopiedTables, 'source' | 'target' | 'valuePolicy'>,
    chunk: Chunk,
    read: (sink?: RowSink) => AsyncIterable<RowBatch>,
    control: ChunkControl,
  ): Promise<CopiedChunk>;
  close(): Promise<void>;
}

export interface TargetDatabase extends DescribesTables, TargetOwnership, DeadLetterStore {
  readonly dialect: TargetDialect;
  ping(): Promise<{ readonly serverVersion: string }>;
  /**
   * The rights that the user lacks to create schemas and tables here and to write, also to those of `tables` that exist and,
   * with `owner`, to its bookkeeping. Each problem has its remedy.
   */
  findWriteProblems(
    schemas: readonly string[],
    tables?: readonly TableRef[],
    owner?: TargetOwner,
  ): Promise<readonly Problem[]>;
  /**
   * Creates the table (and its schema) with the source's columns, key and NOT NULLs unless it exists. `source` has the
   * names and types that the mapping gives them. `mark` becomes the comment of a table that is created, so that
   * `dropCreatedTable` knows it again.
   */
  createTable(target: TableRef, source: TableDescription, mark?: string): Promise<void>;
  hasRows(ref: TableRef): Promise<boolean>;
  /** Empties the table. Throws `OwnershipLost` when it is not the run's. */
  truncate(ref: TableRef, run: OwnedRun): Promise<void>;
  /** Whether the table's comment is `mark`, which says that `createTable` made it. */
  isCreatedTable(ref: TableRef, mark: string): Promise<boolean>;
  /** Drops the table if its comment is `mark`, which says that `createTable` made it; leaves every other one. */
  dropCreatedTable(ref: TableRef, mark: string): Promise<'dropped' | 'missing' | 'not-created'>;
  /** Tries a change of a table, see `RehearsalRequest`. */
  readonly rehearseChange: RehearseChange;
  close(): Promise<void>;
}
