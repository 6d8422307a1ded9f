import { type Chunk, chunkTargetBytes, lambdaCopyMaxRows } from '../contracts/copy.ts';
import type { SourceDatabase, TableDescription } from '../ports/databases.ts';

/** For a table without statistics: a narrow row, so that the estimate is rather too high and the table rather "big". */
const assumedRowBytes = 100;

/**
 * A Lambda copies for 15 minutes at most. At 25 MB/s, measured for one COPY pipe, 4 GiB take 3 minutes; five times
 * slower still fits.
 */
export const lambdaCopyMaxBytes = 4 * 1024 ** 3;

/** Rows of one hop through a table without statistics. Hops are joined to chunks once the row size is known. */
const blindHopRows = 10_000;

/** Rows of the table: the catalog's estimate, or one from its size when it was never analysed. */
export const estimateRows = (table: Pick<TableDescription, 'estimatedRows' | 'bytes'>): number =>
  table.estimatedRows >= 0 ? Math.round(table.estimatedRows) : Math.ceil(table.bytes / assumedRowBytes);

/** Where a table is copied: a small one by a Lambda, a big one by the container. */
export const chooseCopier = (
  table: Pick<TableDescription, 'estimatedRows' | 'bytes'>,
): 'lambda' | 'fargate' =>
  estimateRows(table) <= lambdaCopyMaxRows && table.bytes <= lambdaCopyMaxBytes ? 'lambda' : 'fargate';

const rowsPerChunk = (rowBytes: number): number => Math.max(1, Math.floor(chunkTargetBytes / rowBytes));

/**
 * Splits a table into key ranges of about `chunkTargetBytes` by hopping along its key, which reads the key's index
 * only. The first and last range are open, so that rows which come later are in a range too. Always at least one chunk.
 */
export const planChunks = async (
  source: Pick<SourceDatabase, 'nextChunkBound'>,
  table: TableDescription,
): Promise<readonly Chunk[]> => {
  const isAnalysed = table.estimatedRows > 0;
  const hopRows = isAnalysed ? rowsPerChunk(Math.max(1, table.bytes / table.estimatedRows)) : blindHopRows;

  const hops: (readonly string[])[] = [];
  for (;;) {
    const bound = await source.nextChunkBound(table, hops.at(-1), hopRows);
    if (bound === undefined) break;
    hops.push(bound);
  }
  return toChunks(isAnalysed ? hops : joinHops(hops, table.bytes));
};

/** Keeps every n-th bound of blind hops, so that n hops make a chunk of the intended size. */
const joinHops = (
  hops: readonly (readonly string[])[],
  tableBytes: number,
): readonly (readonly string[])[] => {
  if (hops.length === 0) return hops;
  const rowBytes = Math.max(1, tableBytes / (hops.length * blindHopRows));
  const hopsPerChunk = Math.max(1, Math.floor(rowsPerChunk(rowBytes) / blindHopRows));
  return hops.filter((_bound, index) => (index + 1) % hopsPerChunk === 0);
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
