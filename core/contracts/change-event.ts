/** A row as the event's JSON holds it, by column name. Integers beyond 2^53 are bigints, so nothing is rounded. */
export type RawRow = Readonly<Record<string, unknown>>;

/** What an event's `source` says about a change. */
export interface TableChange {
  /** A database, for MySQL and MariaDB. */
  readonly schema: string;
  readonly table: string;
  /**
   * Position of the change in the source's log, as its dialect counts it: PostgreSQL's LSN as a number of bytes, exact
   * up to 2^53 (8 PiB of log); MySQL's file and byte (core/databases/mysql/source/log-position.ts). Within one transaction positions rise; transactions come in the order of their commits, so a long one may
   * bring positions below those of shorter ones before it.
   */
  readonly position: number;
  /** When the source committed it, in ms since the epoch. */
  readonly committedAtMs: number;
}

/**
 * One record of a topic. A change of a row's key is written as two records, a `delete` of the old key and an `insert` of
 * the new one, both with `isKeyChange` (debezium-connector-common, RelationalChangeRecordEmitter).
 */
export type ChangeEvent =
  | (TableChange & {
      readonly kind: 'insert' | 'update';
      readonly after: RawRow;
      /** Of an update, where the log has it: the old row, or the key of it when that was changed. */
      readonly before?: RawRow;
      readonly isKeyChange: boolean;
    })
  | (TableChange & { readonly kind: 'delete'; readonly before: RawRow; readonly isKeyChange: boolean })
  | (TableChange & { readonly kind: 'truncate' })
  /** A statement of the log that concerns the topic's table. */
  | { readonly kind: 'statement'; readonly statement: string }
  /** Tombstones, heartbeats and markers change no row. */
  | { readonly kind: 'nothing' };

export type RowChange = Exclude<ChangeEvent, { readonly kind: 'nothing' | 'statement' }>;
