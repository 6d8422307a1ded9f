import type { TableMapping } from '../contracts/replication.ts';
import type { Uniqueness } from '../contracts/table-description.ts';

/** A column that is written at the target. */
export interface ApplyColumn {
  readonly name: string;
  /** From the event's JSON to the canonical text; throws a MillraceError for what it cannot represent. */
  readonly decode: (raw: unknown) => string | null;
  /** Whether the event holds Debezium's sign for a value that the log did not contain (unchanged TOAST). */
  readonly isUnavailable: (raw: unknown) => boolean;
}

/** How the events of one source table become rows of its target table. */
export interface ApplyTable {
  readonly mapping: TableMapping;
  readonly columns: readonly ApplyColumn[];
  /** Indexes into `columns`, in key order; at least one. */
  readonly keyColumns: readonly number[];
  /**
   * Debezium may take other columns for the key, so an UPDATE that changes the key may come as one event, which has the old key as well.
   */
  readonly comparesKeys?: boolean;
  /** Columns that events may carry but that the target computes itself. */
  readonly ignoredColumns: ReadonlySet<string>;
  /**
   * Indexes into `columns` of those that the source has had since the table was copied. An event that does not mention one of them
   * is of another form of the table, and does not say what the row has in it. None when absent.
   */
  readonly expectedColumns?: readonly number[];
  /** The target has columns that the source has not. A row keeps their values, also when its key changes. */
  readonly hasOwnColumns?: boolean;
  /** Of the unique keys besides the primary key; `none` when absent. */
  readonly uniqueness?: Uniqueness;
  /** Indexes into `columns` of those that these keys have. */
  readonly uniqueColumns?: readonly number[];
}

/** Canonical texts in the order of the table's columns; undefined where the value is not known. */
export type ApplyRow = readonly (string | null | undefined)[];
