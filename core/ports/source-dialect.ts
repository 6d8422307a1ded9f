import type { RawRow, TableChange } from '../contracts/change-event.ts';
import type { Database, DatabaseKind } from '../contracts/database.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { Problem } from '../errors/millrace-error.ts';
import type { CaptureKafka, ConnectorConfig } from './connector-config.ts';
import type { ConnectorOffset } from './services.ts';

/**
 * What is particular to one kind of source database, without I/O. A `SourceDatabase` carries the dialect of its kind, so
 * anyone who has one needs not ask which kind it is.
 */
export interface SourceDialect extends SourceCodec {
  readonly capture: CaptureDialect;
  /** A column of each type that a user may have, also of those that are refused, for docs/guide/types.md. */
  readonly documentedTypes?: readonly ColumnDescription[];
  /** The kind of a server by its version, where servers of several kinds take each other's logins. */
  kindOfVersion?(serverVersion: string): DatabaseKind;
  /** For messages: the table as a statement would name it. */
  quoteTable(ref: TableRef): string;
  /** The schema of a table that is named without one. */
  defaultSchema(database: Pick<Database, 'databaseName' | 'username'>): string;
  /**
   * Whether the column may have values that PostgreSQL does not have for its canonical type, as zero dates of MySQL: their
   * canonical text is their own, which only a text can hold everywhere.
   */
  hasOwnValues(column: ColumnDescription): boolean;
  /** What keeps a table from being replicated, by its key and the way that the log tells its rows apart. */
  findKeyProblems(table: TableDescription, subject: string): readonly Problem[];
}

/** One that docs/guide/types.md can show. */
export type DocumentedSourceDialect = SourceDialect & Required<Pick<SourceDialect, 'documentedTypes'>>;

/**
 * From captured values to canonical text. The canonical text of a value is PostgreSQL's own text output for the type that
 * `ColumnDescription` names, under the settings of core/databases/postgresql/session.ts, whatever database it comes from.
 */
export interface SourceCodec {
  /** Why a column cannot be replicated, or undefined when it can. */
  validateColumn(column: ColumnDescription): string | undefined;
  /** A decoder of the column's values as the event's JSON has them; null is NULL. Throws `UndecodableEvent`. */
  decoderFor(column: ColumnDescription): (raw: unknown) => string | null;
  /** Whether the event does not hold the value: it is long, and the change left it as it was. */
  isUnavailable(column: ColumnDescription, raw: unknown): boolean;
}

/**
 * Which table was changed, where in the log, and when, from the `source` of an event; undefined when one of them is missing.
 * Each connector has names of its own for a table's schema and for a place in the log.
 */
export type ReadEventSource = (source: RawRow) => TableChange | undefined;

/** How far a source's log was read: comparable numbers, and a text for people and for the state store. */
export interface LogPositions {
  parsePosition(text: string): bigint;
  formatPosition(position: bigint): string;
  readonly readEventSource: ReadEventSource;
  /**
   * How far the connector has streamed, by its stored offset: Kafka has that event and all before it. Undefined as long
   * as it has not begun to stream.
   */
  streamedPosition(offset: ConnectorOffset | undefined): bigint | undefined;
}

export interface CaptureDialect extends LogPositions {
  /** The connector's whole configuration; closed, so that no client-supplied key reaches Connect. */
  connectorConfig(
    replication: Pick<
      Replication,
      'replicationId' | 'topicPrefix' | 'slotName' | 'publicationName' | 'tables'
    >,
    source: Database,
    kafka: CaptureKafka,
  ): ConnectorConfig;
  /** How the connector's driver is told to give up connecting after so many milliseconds. */
  connectTimeoutConfig(timeoutMs: number): ConnectorConfig;
  /** Topics that the connector writes to in addition to those of the tables. */
  ownTopics(topicPrefix: string): readonly OwnTopic[];
}

export interface OwnTopic {
  readonly topic: string;
  /** Infinity: forever, as a schema history needs it; that of the tables' topics when absent. */
  readonly retentionHours?: number;
}
