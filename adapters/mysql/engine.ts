import { describeApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { checkpointPoolOptions, type EngineDriver } from '../databases/engine-driver.ts';
import { createPool } from './driver/connection.ts';
import { openChunkReader } from './source/chunk-reader.ts';
import { openRelayedSource } from './source/relayed-source.ts';
import { openSourceDatabase } from './source/source-database.ts';
import { openSourceRows } from './source/source-rows.ts';
import { applyPoolOptions, createApplyTarget } from './target/apply-target.ts';
import { placeCheckpoints, resetCheckpoints } from './target/checkpoints.ts';
import { openChunkWriter } from './target/chunk-writer.ts';
import { openTableChanger } from './target/table-changer.ts';
import { openTargetDatabase } from './target/target-database.ts';

/** MySQL and MariaDB. */
export const mysqlDriver: EngineDriver = {
  openSource: openSourceDatabase,
  openReader: openChunkReader,
  openRelayedSource,
  openSourceRows,
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
