import type { Chunk } from '#core/contracts/copy.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { readChunkStatement, replicatedColumns } from '#core/databases/oracle/source/copy-statements.ts';
import { selectDecoderFor } from '#core/databases/oracle/types/column-codec.ts';
import type { CanonicalRow, ChunkReader, RowBatch } from '#core/ports/databases.ts';
import { stallTimeoutMs } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { createPool, type OraclePool } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';

/** Rows of one round trip: at 100 bytes each about 100 KB, so that the latency of a network does not count. */
const rowsPerBatch = 1_000;

/** How many rows of a table with LOBs are fetched at once: a row may have megabytes, and memory has to hold all of them. */
const lobRowsPerBatch = 32;

const lobTypes: ReadonlySet<string | undefined> = new Set(['clob', 'nclob', 'blob']);

/** Reads chunks with one statement each, so all its rows are of one moment. */
export const openChunkReader = (settings: ConnectionSettings, concurrency: number): ChunkReader =>
  createChunkReader(
    createPool(settings, {
      applicationName: 'millrace-copy',
      maxConnections: concurrency,
      // Limits a round trip, of which a copy has many.
      statementTimeoutMs: stallTimeoutMs,
    }),
    databaseLabel(settings),
  );

export const createChunkReader = (pool: OraclePool, database: string): ChunkReader => ({
  readChunk: (table, chunk, signal) => readChunk(pool, database, table, chunk, signal),
  close: () => pool.close(),
});

const readChunk = async function* (
  pool: OraclePool,
  database: string,
  table: TableDescription,
  chunk: Chunk,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  signal.throwIfAborted();
  const columns = replicatedColumns(table);
  const decoders = columns.map(selectDecoderFor);
  const batchRows = columns.some(({ native }) => lobTypes.has(native?.baseType))
    ? lobRowsPerBatch
    : rowsPerBatch;
  const describe = (error: unknown) =>
    toDatabaseError(error, { action: `copy chunk ${chunk.chunkNumber}`, database, table: table.ref });
  const session = await pool.acquire().catch((error: unknown) => {
    throw describe(error);
  });
  const cut = (): void => session.cut();
  signal.addEventListener('abort', cut, { once: true });
  let isComplete = false;
  try {
    for await (const rows of session.stream(readChunkStatement(table, chunk), batchRows)) {
      yield decodeBatch(rows, decoders);
      signal.throwIfAborted();
    }
    isComplete = true;
  } catch (error) {
    signal.throwIfAborted();
    throw describe(error);
  } finally {
    signal.removeEventListener('abort', cut);
    await session.release(!isComplete);
  }
};

/** Rows as the driver gives them, as canonical texts. */
export const decodeBatch = (
  rows: readonly (readonly unknown[])[],
  decoders: readonly ((raw: unknown) => string | null)[],
): RowBatch => {
  let bytes = 0;
  const decoded = rows.map(
    (row): CanonicalRow =>
      decoders.map((decode, index) => {
        const text = decode(row[index]);
        if (text !== null) bytes += text.length;
        return text;
      }),
  );
  return { rowCount: decoded.length, rows: decoded, bytes };
};
