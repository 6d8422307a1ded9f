import { pipeline } from 'node:stream/promises';
import { bulkhead } from 'cockatiel';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Chunk } from '#core/contracts/copy.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { OwnedRun } from '#core/contracts/target-owner.ts';
import { sourceSessionSettings } from '#core/databases/postgresql/session.ts';
import {
  beginCopyStatement,
  copyFormat,
  copyFromStatement,
  copyToStatement,
  needsStaging,
  stagedCopy,
  type TablePair,
} from '#core/databases/postgresql/source/copy-statements.ts';
import { refuseHiddenRows } from '#core/databases/postgresql/target/ownership.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChunkCopier, CopiedChunk } from '#core/ports/databases.ts';
import { stallTimeoutMs, watchChunk } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { closePool, createPool, cutConnection } from '../driver/connection.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { runOn } from '../driver/executor.ts';
import { lockTable } from './ownership.ts';

/** The size of the pipes' buffers: PostgreSQL sends a message for each row, so small buffers would mean many small writes. */
const pipeBufferBytes = 1024 * 1024;

export interface ChunkCopierOptions {
  /** Chunks at once: so many connections to each side. Two already use both servers and the process between them. */
  readonly concurrency?: number;
  /** When given, each chunk's transaction begins by locking the owner of its table. */
  readonly run?: OwnedRun;
}

/**
 * Copies chunks by piping COPY TO of the source into COPY FROM of the target. Values pass through unread.
 *
 * A chunk that the target does not have yet is written straight into its table. Where that meets a key which is
 * there already (the chunk was committed, but the record of it was lost), the chunk is copied again by way of a
 * temporary table, which replaces those rows. So is a chunk whose texts the target's columns would misread.
 */
export const openChunkCopier = (
  source: ConnectionSettings,
  target: ConnectionSettings,
  options: ChunkCopierOptions = {},
): ChunkCopier => {
  const maxConnections = options.concurrency ?? 2;
  // The stall timer limits a copy, not the time that it takes.
  const poolOptions = { applicationName: 'millrace-copy', maxConnections, statementTimeoutMs: 0 };
  const sides: Sides = {
    sourcePool: createPool(source, { ...poolOptions, sessionSettings: sourceSessionSettings }),
    targetPool: createPool(target, poolOptions),
    sourceLabel: databaseLabel(source),
    targetLabel: databaseLabel(target),
    run: options.run,
  };
  const turns = bulkhead(maxConnections, Number.POSITIVE_INFINITY);
  return {
    copyChunk: (tables, chunk, signal, beforeCommit) =>
      turns.execute(async () => {
        signal.throwIfAborted();
        const format = copyFormat(tables);
        const read = copyToStatement(tables, chunk, format);
        if (!needsStaging(tables, format)) {
          try {
            return await pipeChunk(sides, { tables, chunk, read, signal }, async (_client, copy) => {
              await copy(copyFromStatement(tables, format));
              await beforeCommit?.();
            });
          } catch (error) {
            if (!isDuplicateKey(error)) throw error;
          }
        }
        const staged = stagedCopy(tables, format);
        return pipeChunk(sides, { tables, chunk, read, signal }, async (client, copy) => {
          await client.query(staged.create);
          await copy(staged.copy);
          for (const statement of staged.merge) await client.query(statement);
          await beforeCommit?.();
        });
      }),
    close: async () => {
      await Promise.all([closePool(sides.sourcePool), closePool(sides.targetPool)]);
    },
  };
};

interface Sides {
  readonly sourcePool: pg.Pool;
  readonly targetPool: pg.Pool;
  readonly sourceLabel: string;
  readonly targetLabel: string;
  readonly run: OwnedRun | undefined;
}

interface ReadChunk {
  readonly tables: TablePair;
  readonly chunk: Chunk;
  /** The COPY TO at the source. */
  readonly read: string;
  readonly signal: AbortSignal;
}

/** Pipes the chunk into the COPY FROM `statement`. */
type CopyInto = (statement: string) => Promise<void>;

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MillraceError && error.facts.sqlState === '23505';

/** One target transaction around `write`, which calls `copy` once. */
const pipeChunk = async (
  sides: Sides,
  { tables: { source, target }, chunk, read, signal }: ReadChunk,
  write: (client: pg.PoolClient, copy: CopyInto) => Promise<void>,
): Promise<CopiedChunk> => {
  const action = `copy chunk ${chunk.chunkNumber}`;
  const sourceError = (error: unknown) =>
    toDatabaseError(error, { action, database: sides.sourceLabel, table: source.ref });
  const targetError = (error: unknown) =>
    toDatabaseError(error, { action, database: sides.targetLabel, table: target.ref });

  const reader = await sides.sourcePool.connect().catch((error: unknown) => {
    throw sourceError(error);
  });
  const writer = await sides.targetPool.connect().catch((error: unknown) => {
    reader.release();
    throw targetError(error);
  });
  const cutBoth = () => {
    cutConnection(reader);
    cutConnection(writer);
  };
  const watch = watchChunk(signal, cutBoth);

  /** What failed first: the other stream is then destroyed with the same error, which says nothing about its side. */
  let failure: MillraceError | undefined;
  const copied = { rows: 0, bytes: 0 };
  const copy: CopyInto = async (statement) => {
    const output = reader.query(copyTo(read, { highWaterMark: pipeBufferBytes }));
    const input = writer.query(copyFrom(statement, { highWaterMark: pipeBufferBytes }));
    output.on('error', (error) => {
      failure ??= sourceError(error);
    });
    input.on('error', (error) => {
      failure ??= targetError(error);
    });
    output.on('data', (part: Buffer) => {
      copied.bytes += part.length;
      watch.moved();
    });
    await pipeline(output, input);
    // Also waits until the source has said how many rows it sent.
    await reader.query('COMMIT').catch((error: unknown) => {
      throw sourceError(error);
    });
    copied.rows = input.rowCount;
    if (output.rowCount !== input.rowCount) {
      throw new MillraceError(
        'CopyFailed',
        `The source sent ${output.rowCount} rows for chunk ${chunk.chunkNumber} of ${tableLabel(source.ref)}, but the target took ${input.rowCount}.`,
      );
    }
  };

  try {
    await reader.query(beginCopyStatement(source, chunk)).catch((error: unknown) => {
      throw sourceError(error);
    });
    await writer.query('BEGIN');
    if (sides.run !== undefined) await lockTable(runOn(writer), sides.run, target.ref);
    await writer.query(`SELECT ${refuseHiddenRows}`);
    await write(writer, copy);
    await writer.query('COMMIT');
    reader.release();
    writer.release();
    return copied;
  } catch (error) {
    cutBoth();
    reader.release(true);
    writer.release(true);
    signal.throwIfAborted();
    if (watch.isStalled()) {
      throw new MillraceError(
        'DatabaseTimeout',
        `Cannot ${action} of table ${tableLabel(source.ref)} from ${sides.sourceLabel} to ${sides.targetLabel}: no byte moved for ${stallTimeoutMs / 1000} s.`,
      );
    }
    throw failure ?? targetError(error);
  } finally {
    watch.end();
  }
};
