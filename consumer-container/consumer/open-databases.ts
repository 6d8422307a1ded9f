import { databaseLabel } from '#adapters/databases/database-failure.ts';
import { openSource, openSourceRows } from '#adapters/databases/open-database.ts';
import * as mysqlConnection from '#adapters/mysql/driver/connection.ts';
import * as mysqlApply from '#adapters/mysql/target/apply-target.ts';
import * as mysqlTarget from '#adapters/mysql/target/target-database.ts';
import { closePool, createPool } from '#adapters/postgresql/driver/connection.ts';
import * as postgresqlApply from '#adapters/postgresql/target/apply-target.ts';
import * as postgresqlTarget from '#adapters/postgresql/target/target-database.ts';
import type { OnNulled } from '#core/apply/nulled-values.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type ReplicationId, type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import * as mysqlStatements from '#core/databases/mysql/target/apply-statements.ts';
import type { MysqlTargetTable } from '#core/databases/mysql/target/catalog.ts';
import * as postgresqlStatements from '#core/databases/postgresql/target/apply-statements.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { LogPositions, SourceDialect } from '#core/ports/source-dialect.ts';
import type { ConsumerDatabases } from './consumer.ts';

export interface ConsumerDatabaseOptions {
  readonly source: ConnectionSettings;
  readonly target: ConnectionSettings;
  readonly replicationId: ReplicationId;
  readonly tables: readonly TableMapping[];
  /** Told of values that were written as NULL by their table's policy. */
  readonly onNulled?: OnNulled;
}

/** What is particular to one kind of target. `Description` is what its catalog tells of a table. */
export interface TargetKind<
  Table extends ApplyTable,
  Prepared,
  Description extends TableDescription = TableDescription,
> {
  openCatalog(settings: ConnectionSettings): {
    describeTable(ref: TableRef): Promise<Description | undefined>;
    close(): Promise<void>;
  };
  /** Throws `SchemaMismatch`. */
  describeApplyTable(
    mapping: TableMapping,
    source: TableDescription,
    target: Description,
    codec: SourceDialect,
  ): Table;
  openApplyTarget(
    settings: ConnectionSettings,
    replicationId: ReplicationId,
    onNulled?: OnNulled,
  ): { readonly target: ApplyTarget<Table, Prepared>; close(): Promise<void> };
}

export const postgresqlTargetKind: TargetKind<
  postgresqlStatements.PostgresApplyTable,
  postgresqlApply.PostgresApplyBatch
> = {
  openCatalog: postgresqlTarget.openTargetDatabase,
  describeApplyTable: postgresqlStatements.describeApplyTable,
  openApplyTarget: (settings, replicationId, onNulled = () => undefined) => {
    const pool = createPool(settings, postgresqlApply.applyPoolOptions);
    const database = databaseLabel(settings);
    return {
      target: postgresqlApply.createApplyTarget({ pool, replicationId, database, onNulled }),
      close: () => closePool(pool),
    };
  },
};

export const mysqlTargetKind: TargetKind<
  mysqlStatements.MysqlApplyTable,
  mysqlApply.MysqlApplyBatch,
  MysqlTargetTable
> = {
  openCatalog: mysqlTarget.openTargetDatabase,
  describeApplyTable: mysqlStatements.describeApplyTable,
  openApplyTarget: (settings, replicationId, onNulled = () => undefined) => {
    const pool = mysqlConnection.createPool(settings, mysqlApply.applyPoolOptions);
    const database = databaseLabel(settings);
    return {
      target: mysqlApply.createApplyTarget({ pool, replicationId, database, onNulled }),
      close: () => pool.close(),
    };
  },
};

/**
 * Describes the tables at both ends as they are now, and opens the pools that the consumer works with. Throws
 * `TableNotFound`, `SchemaMismatch`, `UnsupportedType` and the database errors.
 */
export const openConsumerDatabases = async <
  Table extends ApplyTable,
  Prepared,
  Description extends TableDescription,
>(
  options: ConsumerDatabaseOptions,
  kind: TargetKind<Table, Prepared, Description>,
): Promise<ConsumerDatabases<Table, Prepared>> => {
  const { tables, sources, positions } = await describeTables(options, kind);
  const opened = kind.openApplyTarget(options.target, options.replicationId, options.onNulled);
  const source = openSourceRows(options.source, sources);
  return {
    target: opened.target,
    source: source.rows,
    positions,
    tables,
    close: async () => {
      await Promise.all([opened.close(), source.close()]);
    },
  };
};

const describeTables = async <Table extends ApplyTable, Prepared, Description extends TableDescription>(
  options: ConsumerDatabaseOptions,
  kind: TargetKind<Table, Prepared, Description>,
): Promise<{
  readonly tables: readonly Table[];
  readonly sources: readonly TableDescription[];
  readonly positions: LogPositions;
}> => {
  const source = openSource(options.source);
  const target = kind.openCatalog(options.target);
  try {
    const described = await Promise.all(
      options.tables.map(async (mapping) => ({
        mapping,
        source: found(await source.describeTable(mapping.source), mapping.source, 'source'),
        target: found(await target.describeTable(mapping.target), mapping.target, 'target'),
      })),
    );
    return {
      tables: described.map((table) =>
        kind.describeApplyTable(table.mapping, table.source, table.target, source.dialect),
      ),
      positions: source.dialect.capture,
      sources: described.map((table) => table.source),
    };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
};

const found = <Description>(
  table: Description | undefined,
  ref: TableRef,
  side: 'source' | 'target',
): Description => {
  if (table !== undefined) return table;
  throw new MillraceError('TableNotFound', `The ${side} database has no table ${tableLabel(ref)}.`, {
    facts: { table: tableLabel(ref) },
  });
};
