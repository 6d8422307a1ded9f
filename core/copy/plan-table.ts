import {
  type Chunk,
  chunkMinBytes,
  chunksForBalance,
  chunkTargetBytes,
  lambdaCopyMaxRows,
} from '../contracts/copy.ts';
import type { TableRef } from '../contracts/identifiers.ts';
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
 * a range too. Always at least one chunk, and at least one for each partition.
 */
export const planChunks = async (
  source: Pick<SourceDatabase, 'nextChunkBound'>,
  table: TableDescription,
): Promise<readonly Chunk[]> => {
  let hopRows = table.estimatedRows > 0 ? rowsPerChunk(table.bytes, table.estimatedRows) : blindHopRows;
  let hopsDone = 0;
  const parts: (Pick<Chunk, 'partition'> & { readonly hops: readonly Hop[] })[] = [];
  for (const part of partsOf(table)) {
    const hops: Hop[] = [];
    const within = part.partition === undefined ? table : partitionOf(table, part.partition);
    for (;;) {
      const bound = await source.nextChunkBound(within, hops.at(-1)?.bound, hopRows);
      if (bound === undefined) break;
      hops.push({ bound, rows: hopRows });
      hopsDone += 1;
      if (hopsDone % hopsBeforeGrowth === 0) hopRows *= 2;
    }
    parts.push({ ...part, hops });
  }
  const rows = parts.flatMap(({ hops }) => hops).reduce((sum, hop) => sum + hop.rows, 0);
  const enoughRows = (rowsPerChunk(table.bytes, rows) * 2) / 3;
  return parts
    .flatMap(({ hops, ...part }) =>
      toRanges(joinHops(hops, enoughRows)).map((range) => ({ ...part, ...range })),
    )
    .map((range, chunkNumber) => ({ chunkNumber, ...range }));
};

/** A partitioned table is copied partition by partition, so that a chunk locks and reads only one of them. */
const partsOf = ({ catalog }: TableDescription): readonly Pick<Chunk, 'partition'>[] => {
  const partitions = catalog?.partitions ?? [];
  return partitions.length === 0 ? [{}] : partitions.map(({ ref }) => ({ partition: ref }));
};

/** The partition as a table: its key and the columns of the key have the same names. */
const partitionOf = (table: TableDescription, ref: TableRef): TableDescription => ({
  ...table,
  ref,
  relationKind: 'table',
});

/** The bounds of chunks: a chunk ends with the hop that brings it to `enoughRows` or more. */
const joinHops = (hops: readonly Hop[], enoughRows: number): readonly (readonly string[])[] => {
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

const toRanges = (bounds: readonly (readonly string[])[]): readonly Pick<Chunk, 'after' | 'upTo'>[] =>
  Array.from({ length: bounds.length + 1 }, (_unused, index) => {
    const after = bounds[index - 1];
    const upTo = bounds[index];
    return {
      ...(after === undefined ? {} : { after }),
      ...(upTo === undefined ? {} : { upTo }),
    };
  });
