import {
  type Chunk,
  chunkMinBytes,
  chunksForBalance,
  chunkTargetBytes,
  lambdaCopyMaxRows,
} from '../contracts/copy.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import type { SourceDatabase } from '../ports/databases.ts';

/** For a table without statistics: a narrow row, so that the estimate is rather too high and the table rather "big". */
const assumedRowBytes = 100;

/**
 * A Lambda copies for 15 minutes at most. At 25 MB/s, measured for one COPY pipe, 4 GiB take 3 minutes; five times
 * slower still fits.
 */
export const lambdaCopyMaxBytes = 4 * 1024 ** 3;

/** Rows of the first hops through a table without statistics. */
const blindHopRows = 10_000;

/** After so many hops the next ones are twice as long: wrong statistics cost thousands of them and not millions. */
const hopsBeforeGrowth = 1_000;

/** Rows of the table: the catalog's estimate, or one from its size when it was never analysed. */
export const estimateRows = (table: Pick<TableDescription, 'estimatedRows' | 'bytes'>): number =>
  table.estimatedRows >= 0 ? Math.round(table.estimatedRows) : Math.ceil(table.bytes / assumedRowBytes);

/** Where a table is copied: a small one by a Lambda, a big one by the container. */
export const chooseCopier = (
  table: Pick<TableDescription, 'estimatedRows' | 'bytes'>,
): 'lambda' | 'fargate' =>
  estimateRows(table) <= lambdaCopyMaxRows && table.bytes <= lambdaCopyMaxBytes ? 'lambda' : 'fargate';

const rowsPerChunk = (tableBytes: number, rows: number): number => {
  const rowBytes = Math.max(1, tableBytes / rows);
  const balanced = Math.max(chunkMinBytes, tableBytes / chunksForBalance);
  return Math.max(1, Math.floor(Math.min(chunkTargetBytes, balanced) / rowBytes));
};

/** A place in the key order, and how many rows lie between the one before and it. */
interface Hop {
  readonly bound: readonly string[];
  readonly rows: number;
}

/**
 * Splits a table into key ranges of at most about `chunkTargetBytes` by hopping along its key, which reads the key's index
 * only. How long the hops are comes from the statistics; they may be wrong, so hops are joined to chunks by the size of
 * a row as the hops themselves have shown it. The first and last range are open, so that rows which come later are in
 * a range too. Always at least one chunk.
 */
export const planChunks = async (
  source: Pick<SourceDatabase, 'nextChunkBound'>,
  table: TableDescription,
): Promise<readonly Chunk[]> => {
  let hopRows = table.estimatedRows > 0 ? rowsPerChunk(table.bytes, table.estimatedRows) : blindHopRows;
  const hops: Hop[] = [];
  for (;;) {
    const bound = await source.nextChunkBound(table, hops.at(-1)?.bound, hopRows);
    if (bound === undefined) return toChunks(joinHops(hops, table.bytes));
    hops.push({ bound, rows: hopRows });
    if (hops.length % hopsBeforeGrowth === 0) hopRows *= 2;
  }
};

/** The bounds of chunks: a chunk ends with the hop that brings it to two thirds of the intended size or more. */
const joinHops = (hops: readonly Hop[], tableBytes: number): readonly (readonly string[])[] => {
  const rows = hops.reduce((sum, hop) => sum + hop.rows, 0);
  const enoughRows = (rowsPerChunk(tableBytes, rows) * 2) / 3;
  const bounds: (readonly string[])[] = [];
  let gathered = 0;
  for (const hop of hops) {
    gathered += hop.rows;
    if (gathered < enoughRows) continue;
    bounds.push(hop.bound);
    gathered = 0;
  }
  return bounds;
};

const toChunks = (bounds: readonly (readonly string[])[]): readonly Chunk[] =>
  Array.from({ length: bounds.length + 1 }, (_unused, chunkNumber) => {
    const after = bounds[chunkNumber - 1];
    const upTo = bounds[chunkNumber];
    return {
      chunkNumber,
      ...(after === undefined ? {} : { after }),
      ...(upTo === undefined ? {} : { upTo }),
    };
  });
