import type { Chunk } from '../contracts/copy.ts';
import type { TableRef } from '../contracts/identifiers.ts';

/** A column as the catalog describes it. */
export interface ColumnDescription {
  readonly name: string;
  /** The type as DDL spells it, for example `numeric(12,2)`, `character varying(80)`, `text[]` (PostgreSQL: format_type). */
  readonly type: string;
  /** The type's own name without modifiers; an array is its element's name, with `isArray`. Domains are resolved. */
  readonly baseType: string;
  readonly isArray: boolean;
  /** What kind of type the base type is; only `base` and `enum` can be replicated. */
  readonly typeKind: 'base' | 'enum' | 'composite' | 'range' | 'multirange' | 'extension';
  /** Declared length of character types, in characters, and of bit strings, in bits; or undefined. */
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS ... STORED or VIRTUAL: computed by the database, never written. */
  readonly isGenerated: boolean;
  /** DEFAULT or identity: a row may be written without it. */
  readonly hasDefault?: boolean;
  /** GENERATED ALWAYS AS IDENTITY: an INSERT needs OVERRIDING SYSTEM VALUE, and an UPDATE cannot set it. */
  readonly isIdentityAlways?: boolean;
}

export interface TableDescription {
  readonly ref: TableRef;
  readonly columns: readonly ColumnDescription[];
  /** Column names of the primary key, in key order; empty when the table has none. */
  readonly primaryKey: readonly string[];
  /**
   * The key may be violated until the transaction ends (PostgreSQL: DEFERRABLE). It then identifies no row in the log, and
   * two rows can swap their keys by way of a state in which both have the same.
   */
  readonly isKeyDeferrable: boolean;
  /** What the log holds of an old row: the key, everything, nothing, or a chosen index. */
  readonly replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  /** Partitioned tables, views and foreign tables are not `table`. */
  readonly relationKind: 'table' | 'partitioned-table' | 'view' | 'foreign-table' | 'other';
  /** From the catalog's statistics; -1 when the table was never analysed. */
  readonly estimatedRows: number;
  /** Of the heap and its out-of-line values, without indexes. */
  readonly bytes: number;
  /** Secondary unique constraints and indexes, foreign keys: names, for messages. */
  readonly uniqueIndexes: readonly string[];
}

/** Facts about a source server that decide whether changes can be captured. */
export interface CaptureReadiness {
  readonly serverVersion: string;
  readonly walLevel: string;
  readonly maxSlots: number;
  readonly usedSlots: number;
  readonly maxSenders: number;
  readonly usedSenders: number;
  readonly canReplicate: boolean;
  readonly canCreatePublication: boolean;
  /** An existing slot of this replication, if there is one. */
  readonly slot?: SlotState;
}
export interface SlotState {
  readonly active: boolean;
  /** PostgreSQL's wal_status: reserved, extended, unreserved, lost. */
  readonly walStatus: string;
  /** LSN as text. */
  readonly confirmedFlushPosition?: string;
}

/**
 * A source database over one pool. Every method throws a MillraceError with a database code; statements have
 * timeouts; `close` ends the pool and rejects nothing.
 */
export interface SourceDatabase {
  ping(): Promise<{ readonly serverVersion: string }>;
  listTables(): Promise<readonly TableDescription[]>;
  /** Undefined when there is no such table. */
  describeTable(ref: TableRef): Promise<TableDescription | undefined>;
  captureReadiness(slotName: string): Promise<CaptureReadiness>;
  /** Tables of `refs` that the user may not SELECT from or not publish (not the owner). */
  missingTableGrants(
    refs: readonly TableRef[],
  ): Promise<readonly { readonly ref: TableRef; readonly problem: string }[]>;
  /** Creates the publication or brings its table list into line; all operations incl. TRUNCATE. */
  ensurePublication(name: string, tables: readonly TableRef[]): Promise<void>;
  /** Creates a pgoutput slot if it is not there. */
  ensureSlot(name: string): Promise<SlotState>;
  /** Drops slot and publication; does nothing for what is not there. */
  dropCapture(slotName: string, publicationName: string): Promise<void>;
  /** Ensures that the log holds an entry at or after everything committed so far, which capture will pass; returns its position. */
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
}

/**
 * Copies one chunk in one target transaction: all its rows or none. Rows that the target has with the same keys are
 * replaced, so a repetition is safe. An abort rejects with the signal's reason and leaves nothing behind.
 * As many chunks as the copier was opened for may be copied at once; further calls wait.
 */
export interface ChunkCopier {
  copyChunk(
    table: { readonly source: TableDescription; readonly target: TableDescription },
    chunk: Chunk,
    signal: AbortSignal,
  ): Promise<CopiedChunk>;
  close(): Promise<void>;
}

export interface TargetDatabase {
  ping(): Promise<{ readonly serverVersion: string }>;
  /**
   * Names what the user lacks to create schemas and tables here, or to write, also to those of `tables` that exist;
   * empty when nothing.
   */
  missingTargetGrants(schemas: readonly string[], tables?: readonly TableRef[]): Promise<readonly string[]>;
  describeTable(ref: TableRef): Promise<TableDescription | undefined>;
  /** Creates the table (and its schema) with the source's columns, key and NOT NULLs unless it exists. */
  createTable(target: TableRef, source: TableDescription): Promise<void>;
  hasRows(ref: TableRef): Promise<boolean>;
  truncate(ref: TableRef): Promise<void>;
  close(): Promise<void>;
}
