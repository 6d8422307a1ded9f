import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import { describeApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { checkpointPoolOptions, type EngineDriver } from '../databases/engine-driver.ts';
import { createPool } from './driver/connection.ts';
import { openChunkReader } from './source/chunk-reader.ts';
import { openSourceDatabase } from './source/source-database.ts';
import { applyPoolOptions, createApplyTarget } from './target/apply-target.ts';
import { placeCheckpoints, resetCheckpoints } from './target/checkpoints.ts';
import { openChunkWriter } from './target/chunk-writer.ts';
import { openTargetDatabase } from './target/target-database.ts';

/** A full row image has every value, so no row is ever to be read back. */
const noneMissing = (kind: string): SourceRows => ({
  readRows: async (table) => {
    throw new MillraceError(
      'Internal',
      `An event of table ${tableLabel(table.mapping.source)} lacks values, which those of a source of kind ${kind} never do.`,
      { facts: { table: tableLabel(table.mapping.source) } },
    );
  },
});

/** MySQL and MariaDB. */
export const mysqlDriver: EngineDriver = {
  openSource: openSourceDatabase,
  openReader: openChunkReader,
  openSourceRows: ({ kind }) => ({ rows: noneMissing(kind), close: async () => {} }),
  target: {
    apply: {
      openCatalog: openTargetDatabase,
      describeTable: describeApplyTable,
      openTarget: (settings, { owner, tables, onNulled }) => {
        const pool = createPool(settings, applyPoolOptions);
        const database = databaseLabel(settings);
        return {
          target: createApplyTarget({ pool, owner, tables, database, ...(onNulled && { onNulled }) }),
          close: () => pool.close(),
        };
      },
    },
    open: openTargetDatabase,
    openWriter: openChunkWriter,
    resetCheckpoints: async (settings, owner, partitions) => {
      const pool = createPool(settings, { ...checkpointPoolOptions, access: 'write' });
      try {
        await resetCheckpoints(pool, owner, partitions, databaseLabel(settings));
      } finally {
        await pool.close();
      }
    },
    placeCheckpoints: async (settings, owner, partitions) => {
      const pool = createPool(settings, { ...checkpointPoolOptions, access: 'write' });
      try {
        await placeCheckpoints(pool, owner, partitions, databaseLabel(settings));
      } finally {
        await pool.close();
      }
    },
  },
};
