import type { ConnectionSettings, Database } from '#core/contracts/database.ts';
import type { DatabaseNetwork } from '#core/contracts/database-network.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { OwnedRun, TargetOwner } from '#core/contracts/target-owner.ts';
import { type EngineName, engineOf } from '#core/databases/registry.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import type { PartitionOffsets, SecretStore } from '#core/ports/services.ts';
import { mysqlDriver } from '../mysql/engine.ts';
import { oracleDriver } from '../oracle/engine.ts';
import { postgresqlDriver } from '../postgresql/engine.ts';
import { openChunkCopier } from '../postgresql/target/chunk-copier.ts';
import { databaseLabel } from './database-failure.ts';
import type { ApplyEngine, EngineDriver, OpenedSourceRows, TargetDriver } from './engine-driver.ts';
import { createRowCopier } from './row-copier.ts';

/**
 * Opens registered databases by their kind, with the credentials that Secrets Manager holds at this moment. Opening
 * connects to nothing yet: a wrong password shows in the first statement. The caller closes what it opens. Throws
 * `SecretMissing`, `PermissionDenied` and `ServiceUnavailable` as the secret store does.
 */
export interface DatabaseAccess {
  openSource(database: Database): Promise<SourceDatabase>;
  openTarget(database: Database): Promise<TargetDatabase>;
  /** Chunks are copied only while their target tables belong to `run`. */
  openCopier(source: Database, target: Database, run: OwnedRun, parallelChunks: number): Promise<ChunkCopier>;
  /**
   * A copier that gets its rows through Kafka, and what finds the bounds of its chunks. Nothing of the source is opened, and its password is not
   * read. The caller closes the relay.
   */
  openRelayedCopier(
    source: Database,
    target: Database,
    run: OwnedRun,
    relay: RowRelay,
    parallelChunks: number,
  ): Promise<{ readonly copier: ChunkCopier; readonly source: Pick<SourceDatabase, 'nextChunkBound'> }>;
  /** Sets the consumer's checkpoints at the target to the partitions' end offsets. */
  resetCheckpoints(
    target: Database,
    owner: TargetOwner,
    partitions: readonly PartitionOffsets[],
  ): Promise<void>;
  /** The same for some partitions, while a consumer applies others. */
  placeCheckpoints(
    target: Database,
    owner: TargetOwner,
    partitions: readonly PartitionOffsets[],
  ): Promise<void>;
}

/** Always read from Secrets Manager: a start is rare, and a password that was rotated a minute ago must not fail it. */
const freshSecret = { fresh: true } as const;

export const connectionSettings = async (
  database: Database,
  secrets: Pick<SecretStore, 'getCredentials'>,
  network: DatabaseNetwork,
): Promise<ConnectionSettings> => {
  const { username, password } = await secrets.getCredentials(database.secretArn, freshSecret);
  const { kind, host, port, databaseName, tlsMode, caPem } = database;
  return {
    network,
    kind,
    host,
    port,
    databaseName,
    username,
    password,
    tlsMode,
    ...(caPem === undefined ? {} : { caPem }),
  };
};

export const createDatabaseAccess = (
  secrets: Pick<SecretStore, 'getCredentials'>,
  network: DatabaseNetwork,
): DatabaseAccess => ({
  openSource: async (database) => openSource(await connectionSettings(database, secrets, network)),

  openTarget: async (database) => openTarget(await connectionSettings(database, secrets, network)),

  openCopier: async (source, target, run, parallelChunks) =>
    openCopier(
      await connectionSettings(source, secrets, network),
      await connectionSettings(target, secrets, network),
      run,
      parallelChunks,
    ),

  openRelayedCopier: async (source, target, run, relay, parallelChunks) => {
    const relayed = drivers[engineOf(source.kind).engine].openRelayedSource(relay, databaseLabel(source));
    const settings = await connectionSettings(target, secrets, network);
    const writer = targetDriverOf(settings).openWriter(settings, parallelChunks, run);
    return {
      copier: createRowCopier({ readChunk: relayed.readChunk, close: async () => {} }, writer),
      source: relayed,
    };
  },

  resetCheckpoints: async (target, owner, partitions) => {
    const settings = await connectionSettings(target, secrets, network);
    await targetDriverOf(settings).resetCheckpoints(settings, owner, partitions);
  },

  placeCheckpoints: async (target, owner, partitions) => {
    const settings = await connectionSettings(target, secrets, network);
    await targetDriverOf(settings).placeCheckpoints(settings, owner, partitions);
  },
});

const drivers: Readonly<Record<EngineName, EngineDriver>> = {
  postgresql: postgresqlDriver,
  mysql: mysqlDriver,
  oracle: oracleDriver,
};

const driverOf = ({ kind }: ConnectionSettings): EngineDriver => drivers[engineOf(kind).engine];

/** Throws `InvalidRequest` for a kind that Millrace does not write to. */
const targetDriverOf = (settings: ConnectionSettings): TargetDriver => {
  const { target } = driverOf(settings);
  if (target !== undefined) return target;
  throw new MillraceError('InvalidRequest', `A database of kind ${settings.kind} cannot be a target.`);
};

/** Throws `InvalidRequest` for a kind that Millrace does not write to. */
export const applyEngineOf = (settings: ConnectionSettings): ApplyEngine => targetDriverOf(settings).apply;

export const openSource = (settings: ConnectionSettings): SourceDatabase =>
  driverOf(settings).openSource(settings);

export const openTarget = (settings: ConnectionSettings): TargetDatabase =>
  targetDriverOf(settings).open(settings);

/** What the consumer reads back from the source, whatever its kind. `tables` are the source's own descriptions. */
export const openSourceRows = (
  settings: ConnectionSettings,
  tables: readonly TableDescription[],
): OpenedSourceRows => driverOf(settings).openSourceRows(settings, tables);

/** Within PostgreSQL, COPY passes rows through unread. Between other kinds they pass as canonical text. */
const openCopier = (
  source: ConnectionSettings,
  target: ConnectionSettings,
  run: OwnedRun,
  concurrency: number,
): ChunkCopier =>
  driverOf(source) === postgresqlDriver && driverOf(target) === postgresqlDriver
    ? openChunkCopier(source, target, { concurrency, run })
    : createRowCopier(
        driverOf(source).openReader(source, concurrency),
        targetDriverOf(target).openWriter(target, concurrency, run),
      );
