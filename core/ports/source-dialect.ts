import type { RawRow, TableChange } from '../contracts/change-event.ts';
import type { Database, DatabaseKind } from '../contracts/database.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { ChangeKind } from '../contracts/schema-policy.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { CaptureKafka, ConnectorConfig } from './connector-config.ts';
import type { ConnectorOffset } from './services.ts';

/**
 * What differs between kinds of source databases, without I/O. Each `SourceDatabase` carries its dialect, so no other code has
 * to know the kind.
 */
export interface SourceDialect extends SourceCodec {
  readonly capture: CaptureDialect;
  readonly shapes: ShapeDialect;
  /** A column of each type that a user may have, also of those that are refused, for docs/guide/types.md. */
  readonly documentedTypes?: readonly ColumnDescription[];
  /** The kind of a server by its version, where servers of several kinds take each other's logins. */
  kindOfVersion?(serverVersion: string): DatabaseKind;
  /** For messages: the table as a statement would name it. */
  quoteTable(ref: TableRef): string;
  /** The schema of a table that is named without one. */
  defaultSchema(database: Pick<Database, 'databaseName' | 'username'>): string;
  /**
   * Whether the column may have values that its canonical type does not have in PostgreSQL, for example MySQL's zero dates.
   * Such a value has a canonical text of its own, which only a text column can hold everywhere.
   */
  hasOwnValues(column: ColumnDescription): boolean;
  /** Why a table cannot be replicated: problems of its key, or of how the log identifies its rows. */
  findKeyProblems(table: TableDescription, subject: string): readonly Problem[];
}

/** One that docs/guide/types.md can show. */
export type DocumentedSourceDialect = SourceDialect & Required<Pick<SourceDialect, 'documentedTypes'>>;

/** How the log says what a table is. */
export interface ShapeDialect {
  /** The fingerprint that events of the table carry, or undefined where events carry none. */
  fingerprintOf(table: TableDescription): string | undefined;
  /** How the table that wrote events with this definition differs from the one that is described. */
  compareWithEvent(table: TableDescription, definition: string): readonly ShapeChange[];
  /** What a statement in the log does to the table, unless events and rows stay as they were. */
  harmOfStatement(statement: string, table: Pick<TableDescription, 'keyIndex'>): string | undefined;
  /**
   * What a table that was `known` is as of an event with another shape, so that the target can follow. `now` is what the catalog says,
   * at some moment after the event. Absent where events carry no shapes.
   */
  followEvent?(known: TableDescription, now: TableDescription, event: EventShape): FollowedShape;
  /** The same of a statement. Absent where the log has none. */
  followStatement?(known: TableDescription, now: TableDescription, statement: string): FollowedShape;
}

/** The shape that an event names, and says when it is the first one that has it. */
export interface EventShape {
  readonly fingerprint: string;
  readonly definition?: string | undefined;
}

/** One difference between what a table was and what it is. */
export interface ShapeChange {
  readonly kind: ChangeKind;
  /** Completes "Table public.orders has changed at the source: ". */
  readonly what: string;
  /** Events from before it and from after it can be applied as before, and no row has changed without an event. */
  readonly isHarmless: boolean;
}

/**
 * What rows that are there have in a column that was added: NULL, or a constant as its canonical text.
 */
export type ColumnFill = { readonly kind: 'null' } | { readonly kind: 'constant'; readonly text: string };

/** A change of a column that is known for certain, with what it does to the rows that are there. */
export type ColumnChange =
  | { readonly kind: 'add-column'; readonly column: ColumnDescription; readonly fill: ColumnFill }
  | { readonly kind: 'drop-column'; readonly column: ColumnDescription }
  | { readonly kind: 'rename-column'; readonly from: ColumnDescription; readonly to: ColumnDescription }
  /** The rows keep their values, and so does every event. */
  | { readonly kind: 'widen-type'; readonly from: ColumnDescription; readonly to: ColumnDescription }
  | { readonly kind: 'drop-not-null'; readonly column: ColumnDescription };

/** The table after a change, or why that is not known. */
export type FollowedShape =
  | {
      readonly isKnown: true;
      readonly after: TableDescription;
      /** In their order. None: nothing that the target has to follow. */
      readonly changes: readonly ColumnChange[];
    }
  | {
      readonly isKnown: false;
      readonly kind: ChangeKind;
      /** As `what` of a `ShapeChange`. */
      readonly what: string;
      /** There were several changes, and how the table was between them is not known. An event may be readable all the same. */
      readonly isUnclear?: true;
    };

/**
 * Turns captured values into canonical text. The canonical text of a value is PostgreSQL's own text output for the type that
 * `ColumnDescription` names, under the settings of core/databases/postgresql/session.ts, whatever database it comes from.
 */
export interface SourceCodec {
  /** Why a column cannot be replicated, or undefined when it can. */
  validateColumn(column: ColumnDescription): string | undefined;
  /** A decoder of the column's values as the event's JSON has them; null is NULL. Throws `UndecodableEvent`. */
  decoderFor(column: ColumnDescription): (raw: unknown) => string | null;
  /** Whether the event leaves the value out because it is long and unchanged. */
  isUnavailable(column: ColumnDescription, raw: unknown): boolean;
}

/**
 * Reads from the `source` of an event which table was changed, where in the log, and when. Undefined when one of them is
 * missing. Each connector has its own names for a table's schema and for a place in the log.
 */
export type ReadEventSource = (source: RawRow) => TableChange | undefined;

/** Positions of a source's log: numbers that can be compared, and texts for people and for the state store. */
export interface LogPositions {
  parsePosition(text: string): bigint;
  formatPosition(position: bigint): string;
  readonly readEventSource: ReadEventSource;
  /**
   * How far the connector has streamed, by its stored offset. Kafka has the event at that position and all before it.
   * Undefined while the connector has not begun to stream.
   */
  streamedPosition(offset: ConnectorOffset | undefined): bigint | undefined;
}

export interface CaptureDialect extends LogPositions {
  /** The connector's whole configuration. The set of keys is closed, so no key that a client sends reaches Connect. */
  connectorConfig(
    replication: Pick<
      Replication,
      'replicationId' | 'topicPrefix' | 'slotName' | 'publicationName' | 'tables'
    >,
    source: Database,
    kafka: CaptureKafka,
  ): ConnectorConfig;
  /**
   * The driver's settings of the connector that reads rows for a copy through Kafka, and the statements that its sessions begin with,
   * under which a value's text is what the reader of the engine expects.
   */
  rowsConnector(source: Database): RowsConnectorSettings;
  /** How the connector's driver is told to give up connecting after so many milliseconds. */
  connectTimeoutConfig(timeoutMs: number): ConnectorConfig;
  /** What capture creates at the source: all that it has there, and what has to be removed with the replication. */
  objectsAtSource(capture: Pick<Replication, 'slotName' | 'publicationName'>): readonly SourceObject[];
  /** Statements that remove by hand what capture has created at the source; none where it creates nothing. */
  removalStatements(capture: Pick<Replication, 'slotName' | 'publicationName'>): readonly string[];
  /** Whether a connector that has run takes further tables without a loss. */
  readonly takesTablesLater: boolean;
  /** Topics that the connector writes to in addition to those of the tables. */
  ownTopics(topicPrefix: string): readonly OwnTopic[];
}

export interface RowsConnectorSettings {
  readonly config: ConnectorConfig;
  readonly sessionStatements: readonly string[];
}

export interface SourceObject {
  /** As the database calls it: `replication slot`. */
  readonly kind: string;
  readonly name: string;
  /** The source keeps its log for it as long as it exists, back to where it was read last. */
  readonly keepsLog: boolean;
}

export interface OwnTopic {
  readonly topic: string;
  /** Infinity keeps records forever, which a schema history needs. When absent, the retention of the tables' topics. */
  readonly retentionHours?: number;
}
