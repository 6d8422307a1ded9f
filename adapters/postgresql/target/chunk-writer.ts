import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bulkhead } from 'cockatiel';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ValueGuard } from '#core/canonical/value-guard.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { ColumnDescription } from '#core/contracts/table-description.ts';
import type { OwnedRun } from '#core/contracts/target-owner.ts';
import {
  copyFromStatement,
  replicatedColumns,
  stagedCopy,
} from '#core/databases/postgresql/source/copy-statements.ts';
import { CopyLines } from '#core/databases/postgresql/target/copy-lines.ts';
import { copyText } from '#core/databases/postgresql/target/copy-text.ts';
import { refuseHiddenRows } from '#core/databases/postgresql/target/ownership.ts';
import { createRowCheck } from '#core/databases/postgresql/target/value-check.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type {
  ChunkControl,
  ChunkWriter,
  CopiedChunk,
  CopiedTables,
  RowBatch,
  RowSink,
} from '#core/ports/databases.ts';
import { type Progress, writeGuarded, writeWatched } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { readApart } from '../../databases/read-apart.ts';
import { closePool, createPool, cutConnection } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { runOn } from '../driver/executor.ts';
import { isDuplicateKey } from './chunk-copier.ts';
import { lockTable } from './ownership.ts';

/**
 * Writes chunks of canonical rows by COPY in its text format. As in the chunk copier, rows go straight into the table, and
 * by way of a temporary table only where the target has some of their keys already. With `run`, each chunk's transaction
 * begins by locking the owner of its table.
 */
export const openChunkWriter = (
  settings: ConnectionSettings,
  concurrency: number,
  run?: OwnedRun,
): ChunkWriter => {
  // The stall timer limits a copy, not the time that it takes.
  const pool = createPool(settings, {
    applicationName: 'millrace-copy',
    maxConnections: concurrency,
    statementTimeoutMs: 0,
  });
  const database = databaseLabel(settings);
  const turns = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  return {
    writeChunk: (tables, chunk, read, control) =>
      turns.execute(async () => {
        control.signal.throwIfAborted();
        const action = `copy chunk ${chunk.chunkNumber}`;
        const describe = (error: unknown): MillraceError =>
          toDatabaseError(error, { action, database, table: tables.target.ref });
        const inGuardedTransaction = (write: GuardedWrite): Promise<CopiedChunk> =>
          writeGuarded(tables, (guard) => {
            const rows = readRows(read, writtenColumns(tables), guard);
            return inCopyTransaction(pool, describe, control, async (client, progress) => {
              if (run !== undefined) await lockTable(runOn(client), run, tables.target.ref);
              await client.query(`SELECT ${refuseHiddenRows}`);
              await write(client, rows, progress);
            });
          });
        try {
          return await inGuardedTransaction((client, rows, progress) =>
            copyRows(client, copyFromStatement(tables, 'text'), rows, progress),
          );
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        const staged = stagedCopy(tables, 'text');
        return inGuardedTransaction(async (client, rows, progress) => {
          await client.query(staged.create);
          await copyRows(client, staged.copy, rows, progress);
          for (const statement of staged.merge) await client.query(statement);
        });
      }),
    close: () => closePool(pool),
  };
};

interface ReadRows {
  readonly batches: AsyncIterable<RowBatch>;
  /** The rows of a batch as COPY reads them, checked. */
  encode(batch: RowBatch): Buffer;
}

type GuardedWrite = (client: pg.PoolClient, rows: ReadRows, progress: Progress) => Promise<void>;

const readRows = (
  read: (sink: RowSink) => AsyncIterable<RowBatch>,
  columns: readonly ColumnDescription[],
  guard: ValueGuard,
): ReadRows => {
  const check = createRowCheck(columns, guard);
  return {
    batches: read(new CopyLines(columns, guard)),
    encode: ({ encoded, rows }) => encoded ?? copyText(rows.map(check)),
  };
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
  { signal, beforeCommit }: ChunkControl,
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
      await beforeCommit?.();
      await client.query('COMMIT');
    },
  );
};

const copyRows = async (
  client: pg.PoolClient,
  statement: string,
  { batches, encode }: ReadRows,
  progress: Progress,
): Promise<void> => {
  let rows = 0;
  const lines = async function* (): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      rows += batch.rowCount;
      progress(batch);
      if (batch.rowCount > 0) yield encode(batch);
    }
  };
  const { parts, failure } = readApart(lines());
  const input = client.query(copyFrom(statement));
  try {
    await pipeline(Readable.from(parts), input);
  } catch (error) {
    throw failure() ?? error;
  }
  if (input.rowCount !== rows) {
    throw new MillraceError('CopyFailed', `The target took ${input.rowCount} of ${rows} rows.`);
  }
};
