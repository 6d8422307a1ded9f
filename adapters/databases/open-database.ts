import type { ConnectionSettings, Database } from '#core/contracts/database.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type {
  ChunkCopier,
  ChunkReader,
  ChunkWriter,
  SourceDatabase,
  TargetDatabase,
} from '#core/ports/databases.ts';
import type { PartitionOffsets, SecretStore } from '#core/ports/services.ts';
import * as mysqlConnection from '../mysql/driver/connection.ts';
import { openChunkReader as openMysqlReader } from '../mysql/source/chunk-reader.ts';
import { openSourceDatabase as openMysqlSource } from '../mysql/source/source-database.ts';
import * as mysqlCheckpoints from '../mysql/target/checkpoints.ts';
import { openChunkWriter as openMysqlChunkWriter } from '../mysql/target/chunk-writer.ts';
import { openTargetDatabase as openMysqlTarget } from '../mysql/target/target-database.ts';
import { openChunkReader as openOracleChunkReader } from '../oracle/source/chunk-reader.ts';
import { openSourceDatabase as openOracleSource } from '../oracle/source/source-database.ts';
import * as postgresqlConnection from '../postgresql/driver/connection.ts';
import { openChunkReader } from '../postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '../postgresql/source/source-database.ts';
import * as postgresqlCheckpoints from '../postgresql/target/checkpoints.ts';
import { openChunkCopier } from '../postgresql/target/chunk-copier.ts';
import { openChunkWriter } from '../postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '../postgresql/target/target-database.ts';
import { databaseLabel } from './database-failure.ts';
import { createRowCopier } from './row-copier.ts';

/**
 * Opens registered databases by their kind, with the credentials that Secrets Manager holds at this moment. Opening
 * connects to nothing yet: a wrong password shows in the first statement. Whoever opens one closes it. Throws
 * `SecretMissing`, `PermissionDenied` and `ServiceUnavailable` as the secret store does.
 */
export interface DatabaseAccess {
  openSource(database: Database): Promise<SourceDatabase>;
  openTarget(database: Database): Promise<TargetDatabase>;
  openCopier(source: Database, target: Database, parallelChunks: number): Promise<ChunkCopier>;
  /** Sets the consumer's checkpoints at the target to the partitions' end offsets. */
  resetCheckpoints(
    target: Database,
    replicationId: ReplicationId,
    partitions: readonly PartitionOffsets[],
  ): Promise<void>;
}

/** Always read anew: a start is rare, and a password that was rotated a minute ago must not fail it. */
const freshSecret = { fresh: true } as const;

export const connectionSettings = async (
  database: Database,
  secrets: Pick<SecretStore, 'getCredentials'>,
): Promise<ConnectionSettings> => {
  const { username, password } = await secrets.getCredentials(database.secretArn, freshSecret);
  const { kind, host, port, databaseName, tlsMode, caPem } = database;
  return {
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

export const createDatabaseAccess = (secrets: Pick<SecretStore, 'getCredentials'>): DatabaseAccess => ({
  openSource: async (database) => openSource(await connectionSettings(database, secrets)),

  openTarget: async (database) => openTarget(await connectionSettings(database, secrets)),

  openCopier: async (source, target, parallelChunks) =>
    openCopier(
      await connectionSettings(source, secrets),
      await connectionSettings(target, secrets),
      parallelChunks,
    ),

  resetCheckpoints: async (target, replicationId, partitions) =>
    resetCheckpoints(await connectionSettings(target, secrets), replicationId, partitions),
});

const resetCheckpoints = async (
  settings: ConnectionSettings,
  replicationId: ReplicationId,
  partitions: readonly PartitionOffsets[],
): Promise<void> => {
  const options = { applicationName: 'millrace-checkpoints', maxConnections: 1 };
  const label = databaseLabel(settings);
  switch (settings.kind) {
    case 'postgresql': {
      const pool = postgresqlConnection.createPool(settings, options);
      try {
        await postgresqlCheckpoints.resetCheckpoints(pool, replicationId, partitions, label);
      } finally {
        await postgresqlConnection.closePool(pool);
      }
      return;
    }
    case 'mysql':
    case 'mariadb': {
      const pool = mysqlConnection.createPool(settings, { ...options, access: 'write' });
      try {
        await mysqlCheckpoints.resetCheckpoints(pool, replicationId, partitions, label);
      } finally {
        await pool.close();
      }
      return;
    }
    case 'oracle':
      throw unsupported(settings, 'target');
  }
};

export const openSource = (settings: ConnectionSettings): SourceDatabase => {
  switch (settings.kind) {
    case 'postgresql':
      return openSourceDatabase(settings);
    case 'oracle':
      return openOracleSource(settings);
    case 'mysql':
    case 'mariadb':
      return openMysqlSource({ ...settings, kind: settings.kind });
  }
};

export const openTarget = (settings: ConnectionSettings): TargetDatabase => {
  switch (settings.kind) {
    case 'postgresql':
      return openTargetDatabase(settings);
    case 'mysql':
    case 'mariadb':
      return openMysqlTarget(settings);
    case 'oracle':
      throw unsupported(settings, 'target');
  }
};

/** PostgreSQL's own COPY passes rows through unread; between others they pass as canonical text. */
const openCopier = (
  source: ConnectionSettings,
  target: ConnectionSettings,
  concurrency: number,
): ChunkCopier =>
  source.kind === 'postgresql' && target.kind === 'postgresql'
    ? openChunkCopier(source, target, { concurrency })
    : createRowCopier(openReader(source, concurrency), openWriter(target, concurrency));

const openReader = (settings: ConnectionSettings, concurrency: number): ChunkReader => {
  switch (settings.kind) {
    case 'oracle':
      return openOracleChunkReader(settings, concurrency);
    case 'postgresql':
      return openChunkReader(settings, concurrency);
    case 'mysql':
    case 'mariadb':
      return openMysqlReader(settings, concurrency);
  }
};

const openWriter = (settings: ConnectionSettings, concurrency: number): ChunkWriter => {
  switch (settings.kind) {
    case 'postgresql':
      return openChunkWriter(settings, concurrency);
    case 'mysql':
    case 'mariadb':
      return openMysqlChunkWriter(settings, concurrency);
    case 'oracle':
      throw unsupported(settings, 'target');
  }
};

const unsupported = ({ kind }: ConnectionSettings, role: 'source' | 'target'): MillraceError =>
  new MillraceError('InvalidRequest', `A database of kind ${kind} cannot be a ${role}.`);
