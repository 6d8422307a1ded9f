import { createValueGuard, type ValueGuard } from '#core/canonical/value-guard.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CopiedChunk, CopiedTables, RowBatch } from '#core/ports/databases.ts';

/**
 * A copy in which nothing moved for so long is given up. Long enough for a source that reads a table for its first row, and
 * for a target that is busy with a checkpoint; a dead peer without it would hold the chunk forever.
 */
export const stallTimeoutMs = 300_000;

export interface ChunkWatch {
  /** Says that the copy moves. */
  moved(): void;
  isStalled(): boolean;
  /** To be called in any case: a watch that goes on would cut the connection's next chunk. */
  end(): void;
}

/** Calls `cut` when nothing has moved for `stallTimeoutMs`, and when `signal` is aborted. */
export const watchChunk = (signal: AbortSignal, cut: () => void): ChunkWatch => {
  let isStalled = false;
  const stall = setTimeout(() => {
    isStalled = true;
    cut();
  }, stallTimeoutMs);
  signal.addEventListener('abort', cut, { once: true });
  return {
    moved: () => {
      stall.refresh();
    },
    isStalled: () => isStalled,
    end: () => {
      clearTimeout(stall);
      signal.removeEventListener('abort', cut);
    },
  };
};

/** Told of each batch that was read, which also shows that the copy moves. */
export type Progress = (batch: RowBatch) => void;

export interface ChunkConnection {
  /** Ends at once what the connection is doing, which then rejects. */
  cut(): void;
  /** Called once. A connection that failed is not used again. */
  release(isFailed: boolean): void;
  describe(error: unknown): MillraceError;
}

/** Runs the transaction that writes a chunk, under watch. Throws the signal's reason when it is aborted. */
export const writeWatched = async (
  { cut, release, describe }: ChunkConnection,
  signal: AbortSignal,
  write: (progress: Progress) => Promise<void>,
): Promise<CopiedChunk> => {
  const watch = watchChunk(signal, cut);
  const copied = { rows: 0, bytes: 0 };
  try {
    await write((batch) => {
      copied.rows += batch.rowCount;
      copied.bytes += batch.bytes;
      watch.moved();
    });
  } catch (error) {
    release(true);
    signal.throwIfAborted();
    if (watch.isStalled()) {
      throw new MillraceError(
        'DatabaseTimeout',
        `${describe(error).message} Nothing moved for ${stallTimeoutMs / 1000} s.`,
      );
    }
    throw describe(error);
  } finally {
    watch.end();
  }
  release(false);
  return copied;
};

/** Adds the values that the table's policy has turned into NULL in this attempt, if there are any. */
export const writeGuarded = async (
  { target, valuePolicy }: Pick<CopiedTables, 'target' | 'valuePolicy'>,
  write: (guard: ValueGuard) => Promise<CopiedChunk>,
): Promise<CopiedChunk> => {
  const { guard, take } = createValueGuard(target.ref, valuePolicy);
  const copied = await write(guard);
  const nulled = take();
  return nulled.size === 0 ? copied : { ...copied, nulled };
};
