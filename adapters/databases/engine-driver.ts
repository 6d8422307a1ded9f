import type { OnNulled } from '#core/apply/nulled-values.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { ChunkReader, ChunkWriter, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import type { SourceDialect } from '#core/ports/source-dialect.ts';
import type { TableChanger } from '#core/ports/table-changer.ts';

export interface OpenedSourceRows {
  readonly rows: SourceRows;
  close(): Promise<void>;
}

/** A source whose rows come through Kafka: what a copy asks it for. */
export type RelayedSource = Pick<ChunkReader, 'readChunk'> & Pick<SourceDatabase, 'nextChunkBound'>;

/**
 * Opens databases of one engine, see core/databases/registry.ts. Opening connects to nothing yet: a wrong password shows in
 * the first statement. The caller closes what it opened.
 */
export interface EngineDriver {
  openSource(settings: ConnectionSettings): SourceDatabase;
  openReader(settings: ConnectionSettings, concurrency: number): ChunkReader;
  /** Rows that come through Kafka. `database` is for messages. */
  openRelayedSource(relay: RowRelay, database: string): RelayedSource;
  /** Reads rows back for the consumer. `tables` are the source's own descriptions. */
  openSourceRows(settings: ConnectionSettings, tables: readonly TableDescription[]): OpenedSourceRows;
  /** Absent where Millrace does not write to databases of the engine. */
  readonly target?: TargetDriver;
}

/** Whose changes are applied, and to which tables. */
export interface ApplyOptions {
  readonly owner: TargetOwner;
  readonly tables: readonly TableRef[];
  readonly onNulled?: OnNulled;
}

/**
 * What the consumer opens of a target. The tables and the batches of a target are of types that only this target knows: what
 * `describeTable` made goes into `ApplyTarget.prepare` of the same engine.
 */
export interface ApplyEngine {
  openCatalog(settings: ConnectionSettings): {
    describeTable(ref: TableRef): Promise<TableDescription | undefined>;
    describeTables?(refs: readonly TableRef[]): Promise<readonly TableDescription[]>;
    close(): Promise<void>;
  };
  /** Throws `SchemaMismatch`. `target` is what the engine's own catalog described. */
  describeTable(
    mapping: TableMapping,
    source: TableDescription,
    target: TableDescription,
    codec: SourceDialect,
  ): ApplyTable;
  /** To follow changes of the source's tables. */
  openChanger(settings: ConnectionSettings, owner: TargetOwner): TableChanger;
  openTarget(
    settings: ConnectionSettings,
    options: ApplyOptions,
  ): { readonly target: ApplyTarget; close(): Promise<void> };
}

export interface TargetDriver {
  readonly apply: ApplyEngine;
  open(settings: ConnectionSettings): TargetDatabase;
  /** Chunks are written only while their tables belong to `run`. */
  openWriter(settings: ConnectionSettings, concurrency: number, run: OwnedRun): ChunkWriter;
  /** Sets the consumer's checkpoints to the partitions' end offsets. */
  resetCheckpoints(
    settings: ConnectionSettings,
    owner: TargetOwner,
    partitions: readonly PartitionOffsets[],
  ): Promise<void>;
  /** As `resetCheckpoints`, and the consumer that runs stays in charge: it must not apply these partitions. */
  placeCheckpoints(
    settings: ConnectionSettings,
    owner: TargetOwner,
    partitions: readonly PartitionOffsets[],
  ): Promise<void>;
}

/** One connection is enough for one statement at a time. */
export const checkpointPoolOptions = { applicationName: 'millrace-checkpoints', maxConnections: 1 } as const;

/** The consumer reads rows back only for some key changes, one statement at a time. */
export const rereadPoolOptions = { applicationName: 'millrace-consumer', maxConnections: 1 } as const;
