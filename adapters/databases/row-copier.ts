import type { ChunkCopier, ChunkReader, ChunkWriter } from '#core/ports/databases.ts';

/**
 * A copier for any pair of databases: rows are read as canonical text and written from it. It closes both. The reader gets
 * the source's names, the writer the target's.
 */
export const createRowCopier = (reader: ChunkReader, writer: ChunkWriter): ChunkCopier => ({
  copyChunk: ({ source, mapped = source, target, valuePolicy = 'fail' }, chunk, signal, beforeCommit) =>
    writer.writeChunk(
      { source: mapped, target, valuePolicy },
      chunk,
      (sink) => reader.readChunk(source, chunk, signal, sink),
      { signal, beforeCommit },
    ),
  close: async () => {
    await Promise.all([reader.close(), writer.close()]);
  },
});
