import { RowFrames } from '#core/canonical/row-frames.ts';
import { TextRows } from '#core/canonical/text-rows.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import {
  nextBoundStatement,
  readChunkStatement,
  replicatedColumns,
} from '#core/databases/mysql/source/copy-statements.ts';
import { isDivisible, keyColumns } from '#core/databases/mysql/source/key-range.ts';
import { createRowPacketReader } from '#core/databases/mysql/source/row-packet.ts';
import type { RowBatch, RowSink } from '#core/ports/databases.ts';
import { RelayedFailure, type RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { type RelayedReader, readRelayedRows, relayedBound } from '../../databases/relayed-rows.ts';
import { toDatabaseError } from '../driver/database-errors.ts';

interface Reading {
  readonly action: string;
  readonly table: TableDescription;
  readonly columns: readonly ColumnDescription[];
}

/** MySQL and MariaDB through Kafka: the statements are those of a direct copy, and so is what is made of the packets of rows. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = (
    statement: string,
    { action, table, columns }: Reading,
    signal: AbortSignal,
    sink?: RowSink,
  ): AsyncGenerator<RowBatch> =>
    readRelayedRows(relay, { text: statement }, createReader(columns, sink), {
      table,
      signal,
      toError: (error) => toDatabaseError(asServerError(error), { action, database, table: table.ref }),
    });
  return {
    readChunk: (table, chunk, signal, sink) =>
      readRows(
        readChunkStatement(table, chunk),
        { action: `read chunk ${chunk.chunkNumber}`, table, columns: replicatedColumns(table) },
        signal,
        sink,
      ),
    nextChunkBound: async (table, after, rows) => {
      if (!isDivisible(table)) return undefined;
      const reading = { action: 'find the end of a chunk', table, columns: keyColumns(table) };
      const statement = nextBoundStatement(table, after, rows);
      return relayedBound(readRows(statement, reading, new AbortController().signal));
    },
  };
};

const createReader = (
  columns: readonly ColumnDescription[],
  sink: RowSink = new TextRows(columns.length),
): RelayedReader => {
  const read = createRowPacketReader(columns);
  let bytes = 0;
  const frames = new RowFrames((buffer, start, end) => {
    read(buffer, start, end, sink);
    bytes += end - start;
  });
  return {
    get isAtEnd() {
      return frames.isAtEnd;
    },
    push: (part) => {
      frames.push(part);
      if (sink.isEmpty) return undefined;
      const batch = sink.take(bytes);
      bytes = 0;
      return batch;
    },
  };
};

/** As mysql2 gives the server's own errors. */
const asServerError = (error: unknown): unknown =>
  error instanceof RelayedFailure
    ? Object.assign(new Error(error.message), {
        ...(error.state !== '' && { errno: error.number, sqlState: error.state }),
      })
    : error;
