import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { checkpointPoolOptions, type EngineDriver } from '../databases/engine-driver.ts';
import { createPool } from './driver/connection.ts';
import { openChunkReader } from './source/chunk-reader.ts';
import { openSourceDatabase } from './source/source-database.ts';
import { resetCheckpoints } from './target/checkpoints.ts';
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
    open: openTargetDatabase,
    openWriter: openChunkWriter,
    resetCheckpoints: async (settings, replicationId, partitions) => {
      const pool = createPool(settings, { ...checkpointPoolOptions, access: 'write' });
      try {
        await resetCheckpoints(pool, replicationId, partitions, databaseLabel(settings));
      } finally {
        await pool.close();
      }
    },
  },
};
