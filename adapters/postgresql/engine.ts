import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { checkpointPoolOptions, type EngineDriver, rereadPoolOptions } from '../databases/engine-driver.ts';
import { closePool, createPool } from './driver/connection.ts';
import { openChunkReader } from './source/chunk-reader.ts';
import { openRelayedSource } from './source/relayed-source.ts';
import { openSourceDatabase } from './source/source-database.ts';
import { createSourceRows } from './source/source-rows.ts';
import { applyPoolOptions, createApplyTarget } from './target/apply-target.ts';
import { placeCheckpoints, resetCheckpoints } from './target/checkpoints.ts';
import { openChunkWriter } from './target/chunk-writer.ts';
import { openTableChanger } from './target/table-changer.ts';
import { openTargetDatabase } from './target/target-database.ts';

export const postgresqlDriver: EngineDriver = {
  openSource: openSourceDatabase,
  openReader: openChunkReader,
  openRelayedSource,
  openSourceRows: (settings, tables) => {
    const pool = createPool(settings, rereadPoolOptions);
    return { rows: createSourceRows(pool, tables, databaseLabel(settings)), close: () => closePool(pool) };
  },
  target: {
    apply: {
      openCatalog: openTargetDatabase,
      describeTable: describeApplyTable,
      openChanger: openTableChanger,
      openTarget: (settings, { owner, tables, onNulled }) => {
        const pool = createPool(settings, applyPoolOptions);
        const database = databaseLabel(settings);
        return {
          target: createApplyTarget({ pool, owner, tables, database, ...(onNulled && { onNulled }) }),
          close: () => closePool(pool),
        };
      },
    },
    open: openTargetDatabase,
    openWriter: openChunkWriter,
    resetCheckpoints: async (settings, owner, partitions) => {
      const pool = createPool(settings, checkpointPoolOptions);
      try {
        await resetCheckpoints(pool, owner, partitions, databaseLabel(settings));
      } finally {
        await closePool(pool);
      }
    },
    placeCheckpoints: async (settings, owner, partitions) => {
      const pool = createPool(settings, checkpointPoolOptions);
      try {
        await placeCheckpoints(pool, owner, partitions, databaseLabel(settings));
      } finally {
        await closePool(pool);
      }
    },
  },
};
