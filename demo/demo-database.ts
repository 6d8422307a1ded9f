import type { ComparedSide } from './comparison.ts';
import type { DataSetTable } from './flight-tables.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The kinds of databases that the demo can load, change and compare. */
export const demoKindNames = ['postgresql', 'mariadb'] as const;
export type DemoKindName = (typeof demoKindNames)[number];

/** A server, and the account that may do everything on it. */
export interface DemoServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface DemoDatabase extends DemoServer {
  readonly kind: DemoKindName;
  readonly database: string;
}

/** A connection of the demo's own. Statements are the database's own SQL, with its own placeholders for `values`. */
export interface DemoConnection {
  /** How many rows the statement inserted, updated or deleted. */
  change(text: string, values?: readonly unknown[]): Promise<number>;
  read<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * Runs `change` in a transaction. Undefined when the database refused it for a reason that concurrent writers have to
   * expect: a deadlock, or a key that was taken. It is rolled back then, as it is when `change` throws.
   */
  inTransaction(change: () => Promise<number>): Promise<number | undefined>;
  end(): Promise<void>;
}

/** One kind of change to the source: runs in one transaction and returns how many rows it changed. */
export interface SourceChange {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  run(connection: DemoConnection, random: SeededRandom): Promise<number>;
}

export interface LoadedTable {
  readonly table: string;
  readonly rows: number;
}

/** Both ends of a replication of the demo, while it runs. */
export interface DemoEnds {
  readonly source: DemoConnection;
  readonly target: DemoConnection;
  /** The tables of the latency probe, as `tableName` writes them. */
  readonly probeTables: { readonly source: string; readonly target: string };
}

/**
 * What the demo does with a database, for one kind of database. It works as the owner of the data would, with SQL of its
 * own; nothing of it is the product's code, so that a mistake of the product cannot hide itself.
 */
export interface DemoKind {
  readonly title: string;
  connect(database: DemoDatabase, part: string): Promise<DemoConnection>;
  /** A database that nobody has used yet: `{name}`, or `{name}_2` and so on. */
  createDatabase(server: DemoServer, name: string): Promise<DemoDatabase>;
  /** Where the API finds the database's tables. */
  schemaOf(database: DemoDatabase): string;
  /** A quoted table of the database that a connection was made to. */
  tableName(table: string): string;
  /** The placeholder of the value at this position, counted from 1. */
  placeholder(position: number): string;
  /**
   * Creates the tables in an empty database and fills them: the data set from its CSV files, where "NA" is NULL.
   * `report` is called after each table.
   */
  loadFlightTables(
    database: DemoDatabase,
    csvFiles: Readonly<Record<DataSetTable, string>>,
    report: (loaded: LoadedTable) => void,
  ): Promise<void>;
  readonly sourceChanges: readonly SourceChange[];
  /** Not chosen at random: it comes at regular times, so that every phase of a replication has one. */
  readonly truncateQueue: SourceChange;
  /**
   * Asks the database, of which nobody changes anything any more, whether all that was committed before this call has been
   * captured. The returned function tells so when it is called again and again; it may write what moves the log on.
   */
  watchCapture(ends: DemoEnds): Promise<() => Promise<boolean>>;
  /** For a comparison with a database of the kind `other`. */
  comparedSide(connection: DemoConnection, other: DemoKindName): ComparedSide;
  /** What a person types into a shell to run the statement. */
  shellLine(database: DemoDatabase, statement: string): string;
}
