import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createPool as createOraclePool } from '../oracle/driver/connection.ts';
import { createExecutor as createOracleExecutor } from '../oracle/driver/executor.ts';
import { createSourceRows as createOracleSourceRows } from '../oracle/source/source-rows.ts';
import { closePool, createPool } from '../postgresql/driver/connection.ts';
import { createSourceRows } from '../postgresql/source/source-rows.ts';
import { databaseLabel } from './database-failure.ts';

export interface OpenedSourceRows {
  readonly rows: SourceRows;
  close(): Promise<void>;
}

/** Rows are read back from the source only for some key changes, one statement at a time. */
const poolOptions = { applicationName: 'millrace-consumer', maxConnections: 1 } as const;

/** What the consumer reads back from the source, whatever its kind. `tables` are the source's own descriptions. */
export const openSourceRows = (
  settings: ConnectionSettings,
  tables: readonly TableDescription[],
): OpenedSourceRows => {
  const database = databaseLabel(settings);
  switch (settings.kind) {
    case 'postgresql': {
      const pool = createPool(settings, poolOptions);
      return { rows: createSourceRows(pool, tables, database), close: () => closePool(pool) };
    }
    case 'oracle': {
      const executor = createOracleExecutor(createOraclePool(settings, poolOptions), database);
      return { rows: createOracleSourceRows(executor, tables), close: () => executor.close() };
    }
    case 'mysql':
    case 'mariadb':
      return { rows: noneMissing(settings), close: async () => {} };
  }
};

/** A full row image has every value, so nothing is ever to be read back. */
const noneMissing = ({ kind }: ConnectionSettings): SourceRows => ({
  readRows: async (table) => {
    throw new MillraceError(
      'Internal',
      `An event of table ${tableLabel(table.mapping.source)} lacks values, which those of a source of kind ${kind} never do.`,
      { facts: { table: tableLabel(table.mapping.source) } },
    );
  },
});
