import { TextRows } from '#core/canonical/text-rows.ts';
import type { Chunk } from '#core/contracts/copy.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { readChunkStatement, replicatedColumns } from '#core/databases/mysql/source/copy-statements.ts';
import { createRowPacketReader, type RowPacketReader } from '#core/databases/mysql/source/row-packet.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChunkReader, RowBatch, RowSink } from '#core/ports/databases.ts';
import { stallTimeoutMs } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { type Connection, createPool } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { onRowPackets, type RowPacket } from './row-packets.ts';

/**
 * A batch ends when so much was read, of which a few lie in memory per chunk. Batches of 64 KiB cost 10 % more, ones of
 * 1 MiB gain nothing.
 */
const batchBytes = 262_144;

/** Reads chunks of MySQL and MariaDB; as many at once as it was opened for. */
export const openChunkReader = (settings: ConnectionSettings, concurrency: number): ChunkReader => {
  // The stall timer limits a read, not the time that it takes.
  const pool = createPool(settings, {
    applicationName: 'millrace-copy',
    access: 'read',
    maxConnections: concurrency,
    statementTimeoutMs: 0,
  });
  const database = databaseLabel(settings);
  return {
    readChunk: async function* (table, chunk, signal, sink) {
      signal.throwIfAborted();
      const describe = (error: unknown): MillraceError =>
        toDatabaseError(error, { action: `read chunk ${chunk.chunkNumber}`, database, table: table.ref });
      const connection = await pool.acquire().catch((error: unknown) => {
        throw describe(error);
      });
      const rows = new RowStream(connection, table, chunk, sink);
      const abort = (): void => rows.fail(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        for (;;) {
          const batch = await rows.next();
          if (batch === undefined) break;
          yield batch;
        }
      } catch (error) {
        signal.throwIfAborted();
        throw describe(error);
      } finally {
        signal.removeEventListener('abort', abort);
        // Rows that nobody wants any more cannot be called back, so their connection goes with them.
        if (rows.isComplete) connection.release();
        else connection.destroy();
      }
    },
    close: () => pool.close(),
  };
};

/** Collects the rows of one SELECT into batches, and holds the server back while nobody takes them. */
class RowStream {
  readonly #connection: Connection;
  readonly #read: RowPacketReader;
  readonly #rows: RowSink;
  #bytes = 0;
  #isAtEnd = false;
  #failure: { readonly error: unknown } | undefined;
  #isPaused = false;
  /** Resolves the waiting call for a batch. */
  #wake: (() => void) | undefined;

  constructor(connection: Connection, table: TableDescription, chunk: Chunk, sink: RowSink | undefined) {
    this.#connection = connection;
    const columns = replicatedColumns(table);
    this.#read = createRowPacketReader(columns);
    this.#rows = sink ?? new TextRows(columns.length);
    const query = connection.events.query(readChunkStatement(table, chunk));
    onRowPackets(query, (packet) => this.#take(packet));
    query.on('error', (error) => this.fail(error));
    query.on('end', () => {
      this.#isAtEnd = true;
      this.#wake?.();
    });
  }

  /** Whether all rows came, so that the connection is free for another statement. */
  get isComplete(): boolean {
    return this.#isAtEnd && this.#failure === undefined;
  }

  /** The next batch, or undefined when there is none. Rejects with what the read failed with. */
  async next(): Promise<RowBatch | undefined> {
    while (!this.#isReady()) await this.#waitForRows();
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#rows.isEmpty) return undefined;
    const batch = this.#rows.take(this.#bytes);
    this.#bytes = 0;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#connection.events.resume();
    }
    return batch;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#connection.destroy();
    this.#wake?.();
  }

  #isReady(): boolean {
    return this.#failure !== undefined || this.#isAtEnd || this.#bytes >= batchBytes;
  }

  /** A read of which no row comes for `stallTimeoutMs`, while someone waits for one, is given up. */
  async #waitForRows(): Promise<void> {
    const stall = setTimeout(
      () =>
        this.fail(
          new MillraceError(
            'DatabaseTimeout',
            `The source sent no row for ${stallTimeoutMs / 1_000} s while its rows were copied.`,
          ),
        ),
      stallTimeoutMs,
    );
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
    clearTimeout(stall);
    this.#wake = undefined;
  }

  #take({ buffer, offset, end }: RowPacket): void {
    if (this.#failure !== undefined) return;
    try {
      this.#read(buffer, offset, end, this.#rows);
      this.#bytes += end - offset;
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#bytes < batchBytes) return;
    if (!this.#isPaused) {
      this.#isPaused = true;
      this.#connection.events.pause();
    }
    this.#wake?.();
  }
}
