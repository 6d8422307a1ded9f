import { isUtf8 } from 'node:buffer';
import { bulkhead } from 'cockatiel';
import type pg from 'pg';
import { type CopyToStreamQuery, to as copyTo } from 'pg-copy-streams';
import type { Chunk } from '#core/contracts/copy.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { sourceSessionSettings } from '#core/databases/postgresql/session.ts';
import { beginCopyStatement, copyToStatement } from '#core/databases/postgresql/source/copy-statements.ts';
import { parseCopyText } from '#core/databases/postgresql/source/copy-text-rows.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChunkReader, RowBatch } from '#core/ports/databases.ts';
import { stallTimeoutMs } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { closePool, createPool, cutConnection } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';

/**
 * Of a batch's rows, as COPY writes them: PostgreSQL sends a message for each row, so small parts would mean many small
 * batches. Rows as arrays take about five times as much.
 */
const batchBytes = 1024 * 1024;

const lineFeed = 0x0a;

/** Reads chunks by COPY TO in its text format, whose fields are canonical texts. */
export const openChunkReader = (settings: ConnectionSettings, concurrency: number): ChunkReader => {
  // The stall timer limits a copy, not the time that it takes.
  const pool = createPool(settings, {
    applicationName: 'millrace-copy',
    maxConnections: concurrency,
    statementTimeoutMs: 0,
    sessionSettings: sourceSessionSettings,
  });
  const database = databaseLabel(settings);
  // No more readers than connections, and no limit of time for one that waits for its turn.
  const turns = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  return {
    readChunk: (table, chunk, signal) =>
      readInTurn(turns, () => readChunk(pool, database, table, chunk, signal)),
    close: () => closePool(pool),
  };
};

/** Holds a turn from the first batch that is asked for until the iteration ends. */
async function* readInTurn(
  turns: ReturnType<typeof bulkhead>,
  read: () => AsyncGenerator<RowBatch>,
): AsyncGenerator<RowBatch> {
  const ended = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const turn = turns.execute(() => {
    begun.resolve();
    return ended.promise;
  });
  try {
    await begun.promise;
    yield* read();
  } finally {
    ended.resolve();
    await turn;
  }
}

async function* readChunk(
  pool: pg.Pool,
  database: string,
  table: TableDescription,
  chunk: Chunk,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  signal.throwIfAborted();
  const describe = (error: unknown): MillraceError =>
    toDatabaseError(error, { action: `copy chunk ${chunk.chunkNumber}`, database, table: table.ref });
  const client = await pool.connect().catch((error: unknown) => {
    throw describe(error);
  });
  const cut = (): void => cutConnection(client);
  signal.addEventListener('abort', cut, { once: true });
  let isStalled = false;
  let isDone = false;
  try {
    await client.query(beginCopyStatement(table, chunk));
    const output = client.query(
      copyTo(copyToStatement({ source: table, target: table }, chunk, 'text'), { highWaterMark: batchBytes }),
    );
    let rows = 0;
    for await (const batch of readBatches(output, () => {
      isStalled = true;
      cut();
    })) {
      rows += batch.rowCount;
      yield batch;
    }
    // Also waits until the source has said how many rows it sent.
    await client.query('COMMIT');
    if (output.rowCount !== rows) {
      throw new MillraceError(
        'CopyFailed',
        `The source sent ${output.rowCount} rows for chunk ${chunk.chunkNumber} of ${tableLabel(table.ref)}, but ${rows} were read.`,
      );
    }
    isDone = true;
  } catch (error) {
    signal.throwIfAborted();
    if (isStalled) {
      throw new MillraceError(
        'DatabaseTimeout',
        `Cannot copy chunk ${chunk.chunkNumber} of table ${tableLabel(table.ref)} from ${database}: no byte came for ${stallTimeoutMs / 1000} s.`,
      );
    }
    throw describe(error);
  } finally {
    signal.removeEventListener('abort', cut);
    // A chunk that was left half read has more to send, which nobody wants.
    if (!isDone) cut();
    client.release(!isDone);
  }
}

/** `stalled` is called when the source leaves us waiting; the time that the taker of the rows needs does not count. */
async function* readBatches(output: CopyToStreamQuery, stalled: () => void): AsyncGenerator<RowBatch> {
  const parts: AsyncIterator<Buffer> = output[Symbol.asyncIterator]();
  const lines = new CopyLineBatches();
  for (;;) {
    const stall = setTimeout(stalled, stallTimeoutMs);
    const next = await parts.next().finally(() => clearTimeout(stall));
    if (next.done === true) break;
    const batch = lines.push(next.value);
    if (batch !== undefined) yield batch;
  }
}

/** Makes batches of whole rows out of what COPY writes in its text format, cut anywhere. */
export class CopyLineBatches {
  #rest: readonly Buffer[] = [];

  /** Whether everything so far was whole rows. */
  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  /** The rows that are whole now, if there are any. Throws for bytes that are no UTF-8. */
  push(part: Buffer): RowBatch | undefined {
    const end = part.lastIndexOf(lineFeed) + 1;
    if (end === 0) {
      this.#rest = [...this.#rest, part];
      return undefined;
    }
    const whole = part.subarray(0, end);
    const lines = this.#rest.length === 0 ? whole : Buffer.concat([...this.#rest, whole]);
    this.#rest = end === part.length ? [] : [part.subarray(end)];
    if (!isUtf8(lines)) throw unreadableText();
    const rows = parseCopyText(lines.toString('utf8'));
    return { rowCount: rows.length, rows, bytes: lines.length };
  }
}

/** A server sends UTF-8 to UTF-8 without a look at it; decoded, the bytes would become U+FFFD, unnoticed. */
const unreadableText = (): Error =>
  Object.assign(new Error('invalid byte sequence'), { code: '22021', severity: 'ERROR' });
