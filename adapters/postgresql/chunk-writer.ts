import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bulkhead } from 'cockatiel';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import {
  copyFromStatement,
  replicatedColumns,
  stagedCopy,
} from '#core/databases/postgresql/copy-statements.ts';
import { copyText } from '#core/databases/postgresql/copy-text.ts';
import { createUtf8CopyEncoder } from '#core/databases/postgresql/copy-utf8.ts';
import { createRowCheck } from '#core/databases/postgresql/value-check.ts';
import type { ValueGuard } from '#core/databases/value-guard.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type {
  ChunkWriter,
  ColumnDescription,
  CopiedChunk,
  CopiedTables,
  RowBatch,
} from '#core/ports/databases.ts';
import { type Progress, writeGuarded, writeWatched } from '../databases/chunk-watch.ts';
import { databaseLabel } from '../databases/database-failure.ts';
import { isDuplicateKey } from './chunk-copier.ts';
import { closePool, createPool, cutConnection } from './connection.ts';
import { toDatabaseError } from './database-errors.ts';

/**
 * Writes chunks of canonical rows by COPY in its text format. As in the chunk copier, rows go straight into the table, and
 * by way of a temporary table only where the target has some of their keys already.
 */
export const openChunkWriter = (settings: ConnectionSettings, concurrency: number): ChunkWriter => {
  // The stall timer limits a copy, not the time that it takes.
  const pool = createPool(settings, {
    applicationName: 'millrace-copy',
    maxConnections: concurrency,
    statementTimeoutMs: 0,
  });
  const database = databaseLabel(settings);
  const turns = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  return {
    writeChunk: (tables, chunk, read, signal) =>
      turns.execute(async () => {
        signal.throwIfAborted();
        const action = `copy chunk ${chunk.chunkNumber}`;
        const describe = (error: unknown): MillraceError =>
          toDatabaseError(error, { action, database, table: tables.target.ref });
        const inGuardedTransaction = (write: GuardedWrite): Promise<CopiedChunk> =>
          writeGuarded(tables, (guard) => {
            const encode = createEncoder(writtenColumns(tables), guard);
            return inCopyTransaction(pool, describe, signal, (client, progress) =>
              write(client, encode, progress),
            );
          });
        try {
          return await inGuardedTransaction((client, encode, progress) =>
            copyRows(client, copyFromStatement(tables, 'text'), read(), encode, progress),
          );
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        const staged = stagedCopy(tables, 'text');
        return inGuardedTransaction(async (client, encode, progress) => {
          await client.query(staged.create);
          await copyRows(client, staged.copy, read(), encode, progress);
          await client.query(staged.deleteOld);
          await client.query(staged.insert);
        });
      }),
    close: () => closePool(pool),
  };
};

/** The rows of a batch as COPY reads them, checked. */
type Encode = (batch: RowBatch) => Buffer;

type GuardedWrite = (client: pg.PoolClient, encode: Encode, progress: Progress) => Promise<void>;

const createEncoder = (columns: readonly ColumnDescription[], guard: ValueGuard): Encode => {
  const check = createRowCheck(columns, guard);
  const encodeUtf8 = createUtf8CopyEncoder(columns, guard);
  return (batch) => (batch.utf8 === undefined ? copyText(batch.rows.map(check)) : encodeUtf8(batch.utf8));
};

/** The target's columns of the rows; one that is not there the server will name. */
const writtenColumns = ({
  source,
  target,
}: Pick<CopiedTables, 'source' | 'target'>): readonly ColumnDescription[] =>
  replicatedColumns(source).map(
    (column) => target.columns.find(({ name }) => name === column.name) ?? column,
  );

const inCopyTransaction = async (
  pool: pg.Pool,
  describe: (error: unknown) => MillraceError,
  signal: AbortSignal,
  write: (client: pg.PoolClient, progress: Progress) => Promise<void>,
): Promise<CopiedChunk> => {
  const client = await pool.connect().catch((error: unknown) => {
    throw describe(error);
  });
  return writeWatched(
    { cut: () => cutConnection(client), release: (isFailed) => client.release(isFailed), describe },
    signal,
    async (progress) => {
      await client.query('BEGIN');
      await write(client, progress);
      await client.query('COMMIT');
    },
  );
};

const copyRows = async (
  client: pg.PoolClient,
  statement: string,
  batches: AsyncIterable<RowBatch>,
  encode: Encode,
  progress: Progress,
): Promise<void> => {
  let rows = 0;
  /** What failed first: the COPY is then broken off with the same error, which says nothing about its own side. */
  let readFailure: MillraceError | undefined;
  const lines = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const batch of batches) {
        rows += batch.rowCount;
        progress(batch);
        if (batch.rowCount > 0) yield encode(batch);
      }
    } catch (error) {
      readFailure = toMillraceError(error);
      throw error;
    }
  };
  const input = client.query(copyFrom(statement));
  try {
    await pipeline(Readable.from(lines()), input);
  } catch (error) {
    throw readFailure ?? error;
  }
  if (input.rowCount !== rows) {
    throw new MillraceError('CopyFailed', `The target took ${input.rowCount} of ${rows} rows.`);
  }
};
