import type { ChunkCopier, ChunkReader, ChunkWriter } from '#core/ports/databases.ts';

/** A copier for any pair of databases: rows are read as canonical text and written from it. It closes both. */
export const createRowCopier = (reader: ChunkReader, writer: ChunkWriter): ChunkCopier => ({
  copyChunk: (tables, chunk, signal) =>
    writer.writeChunk(tables, chunk, () => reader.readChunk(tables.source, chunk, signal), signal),
  close: async () => {
    await Promise.all([reader.close(), writer.close()]);
  },
});
