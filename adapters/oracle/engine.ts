import { databaseLabel } from '../databases/database-failure.ts';
import { type EngineDriver, rereadPoolOptions } from '../databases/engine-driver.ts';
import { createPool } from './driver/connection.ts';
import { createExecutor } from './driver/executor.ts';
import { openChunkReader } from './source/chunk-reader.ts';
import { openRelayedSource } from './source/relayed-source.ts';
import { openSourceDatabase } from './source/source-database.ts';
import { createSourceRows } from './source/source-rows.ts';

export const oracleDriver: EngineDriver = {
  openSource: openSourceDatabase,
  openReader: openChunkReader,
  openRelayedSource,
  openSourceRows: (settings, tables) => {
    const executor = createExecutor(createPool(settings, rereadPoolOptions), databaseLabel(settings));
    return { rows: createSourceRows(executor, tables), close: () => executor.close() };
  },
};
