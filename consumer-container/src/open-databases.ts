import { openSource } from '#adapters/databases/open-database.ts';
import { createSourceRows } from '#adapters/postgresql/apply-source-rows.ts';
import {
  applyPoolOptions,
  createApplyTarget,
  type PostgresApplyBatch,
} from '#adapters/postgresql/apply-target.ts';
import { closePool, createPool } from '#adapters/postgresql/connection.ts';
import { databaseLabel } from '#adapters/postgresql/database-errors.ts';
import { openTargetDatabase } from '#adapters/postgresql/target-database.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type ReplicationId, type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import { describeApplyTable, type PostgresApplyTable } from '#core/databases/postgresql/apply-statements.ts';
import type { LogPositions } from '#core/databases/source-dialect.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { TableDescription } from '#core/ports/databases.ts';
import type { ConsumerDatabases } from './consumer.ts';

/** Rows are read back from the source only for some key changes, one statement at a time. */
const sourceConnections = 1;

export interface PostgresConsumerOptions {
  readonly source: ConnectionSettings;
  readonly target: ConnectionSettings;
  readonly replicationId: ReplicationId;
  readonly tables: readonly TableMapping[];
}

/**
 * Describes the tables at both ends as they are now, and opens the pools that the consumer works with. Throws
 * `TableNotFound`, `SchemaMismatch`, `UnsupportedType` and the database errors.
 */
export const openPostgresDatabases = async (
  options: PostgresConsumerOptions,
): Promise<ConsumerDatabases<PostgresApplyTable, PostgresApplyBatch>> => {
  const { mappings, sources, positions } = await describeTables(options);
  const targetPool = createPool(options.target, applyPoolOptions);
  const source = openSourceRows(options.source, sources);
  return {
    target: createApplyTarget({
      pool: targetPool,
      replicationId: options.replicationId,
      database: databaseLabel(options.target),
    }),
    source: source.rows,
    positions,
    tables: mappings,
    close: async () => {
      await Promise.all([closePool(targetPool), source.close()]);
    },
  };
};

interface OpenSourceRows {
  readonly rows: SourceRows;
  close(): Promise<void>;
}

/** Only PostgreSQL's log leaves values out, for which a row may have to be read back. */
const openSourceRows = (
  settings: ConnectionSettings,
  sources: readonly TableDescription[],
): OpenSourceRows => {
  switch (settings.kind) {
    case 'postgresql': {
      const pool = createPool(settings, {
        applicationName: 'millrace-consumer',
        maxConnections: sourceConnections,
      });
      return {
        rows: createSourceRows(pool, sources, databaseLabel(settings)),
        close: () => closePool(pool),
      };
    }
    case 'mysql':
    case 'mariadb':
      return {
        rows: {
          readRows: async () => {
            throw new MillraceError(
              'Internal',
              `The log of ${settings.kind} has whole rows; none is read back.`,
            );
          },
        },
        close: async () => undefined,
      };
    case 'oracle':
      throw new MillraceError('InvalidRequest', 'A database of kind oracle cannot be a source.');
  }
};

const describeTables = async ({
  source: sourceSettings,
  target: targetSettings,
  tables,
}: PostgresConsumerOptions): Promise<{
  readonly mappings: readonly PostgresApplyTable[];
  readonly sources: readonly TableDescription[];
  readonly positions: LogPositions;
}> => {
  const source = openSource(sourceSettings);
  const target = openTargetDatabase(targetSettings);
  try {
    const described = await Promise.all(
      tables.map(async (mapping) => ({
        mapping,
        source: found(await source.describeTable(mapping.source), mapping.source, 'source'),
        target: found(await target.describeTable(mapping.target), mapping.target, 'target'),
      })),
    );
    return {
      mappings: described.map((table) =>
        describeApplyTable(table.mapping, table.source, table.target, source.dialect),
      ),
      positions: source.dialect.capture,
      sources: described.map((table) => table.source),
    };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
};

const found = (
  table: TableDescription | undefined,
  ref: TableRef,
  side: 'source' | 'target',
): TableDescription => {
  if (table !== undefined) return table;
  throw new MillraceError('TableNotFound', `The ${side} database has no table ${tableLabel(ref)}.`, {
    facts: { table: tableLabel(ref) },
  });
};
