import type { Database, DatabaseKind } from '../contracts/database.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';

/** A statement that a person wants in the place of those that were planned. */
export interface EditRequest {
  readonly statement: string;
  readonly target: TableRef;
  readonly planned: readonly string[];
  /** Columns of the target that it may drop though no planned statement does. */
  readonly droppable: readonly string[];
}

/** The statement as it is run, or why it is not. Each problem is a sentence. */
export type CheckedEdit =
  | { readonly statement: string; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

/** What differs between kinds of target databases, without I/O. Each `TargetDatabase` carries its dialect. */
export interface TargetDialect {
  /** The kind of a server by its version, where servers of several kinds take each other's logins. */
  kindOfVersion?(serverVersion: string): DatabaseKind;
  /** The schema of a target table whose mapping names none. */
  defaultSchema(database: Pick<Database, 'databaseName'>): string;
  /**
   * Statements that remove by hand what Millrace remembers of a replication that writes the tables `written`, and the tables
   * `created` that it has created for it. Who owns the tables goes last.
   */
  removalStatements(
    owner: TargetOwner,
    tables: { readonly written: readonly TableRef[]; readonly created: readonly TableRef[] },
  ): readonly string[];
  /** Why no table can have this name, or undefined when one can. */
  refuseName(ref: TableRef): string | undefined;
  /** How many columns a table may have here, and whose limit that is. */
  readonly maxColumns: { readonly count: number; readonly limitOf: string };
  /** Why a table that Millrace would create here cannot hold the source table's rows: one reason each. */
  refuseTable(source: TableDescription): readonly string[];
  /** The type, as DDL spells it, of the column that Millrace would create here for one of a table that is not refused. */
  columnType?(column: ColumnDescription, source: TableDescription): string;
  /**
   * Whether the column that Millrace would create here for a source column holds every value that PostgreSQL has for its
   * canonical type: MySQL has no NaN, and no infinite date.
   */
  holdsEveryValue(column: ColumnDescription): boolean;
  /** Whether a person's own statement does to the rows what the planned ones do, see core/schema/check-edit.ts. */
  checkEdit(request: EditRequest): CheckedEdit;
  /** Why an existing target table cannot take a source table's rows: one reason each, none when it can. */
  compareTargetTable(source: TableDescription, target: TableDescription): readonly string[];
}

/** One that docs/guide/types.md can show. */
export type DocumentedTargetDialect = TargetDialect & Required<Pick<TargetDialect, 'columnType'>>;
