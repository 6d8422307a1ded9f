import { RowFrames } from '#core/canonical/row-frames.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import {
  nextBoundStatement,
  readChunkStatement,
  replicatedColumns,
} from '#core/databases/oracle/source/copy-statements.ts';
import { keyColumns } from '#core/databases/oracle/source/key-range.ts';
import { readRowValues } from '#core/databases/oracle/source/row-values.ts';
import type { Statement } from '#core/databases/oracle/statement.ts';
import { selectDecoderFor } from '#core/databases/oracle/types/column-codec.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { type RelayedReader, readRelayedRows, relayedBound } from '../../databases/relayed-rows.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { decodeBatch } from './chunk-reader.ts';

interface Reading {
  readonly action: string;
  readonly table: TableDescription;
  readonly columns: readonly ColumnDescription[];
}

/** Oracle through Kafka: the statements are those of a direct copy, and so is what is made of the values. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = (
    statement: Statement,
    { action, table, columns }: Reading,
    signal: AbortSignal,
  ): AsyncGenerator<RowBatch> =>
    // Also without values: then the statement is not taken for one that begins a transaction.
    readRelayedRows(relay, { values: [], ...statement }, createReader(columns), {
      table,
      signal,
      // Oracle's code stands in the message.
      toError: (error) => toDatabaseError(error, { action, database, table: table.ref }),
    });
  return {
    readChunk: (table, chunk, signal) =>
      readRows(
        readChunkStatement(table, chunk),
        { action: `copy chunk ${chunk.chunkNumber}`, table, columns: replicatedColumns(table) },
        signal,
      ),
    nextChunkBound: (table, after, rows) =>
      relayedBound(
        readRows(
          nextBoundStatement(table, after, rows),
          { action: 'find the end of a chunk', table, columns: keyColumns(table) },
          new AbortController().signal,
        ),
      ),
  };
};

const createReader = (columns: readonly ColumnDescription[]): RelayedReader => {
  const decoders = columns.map(selectDecoderFor);
  let waiting: (readonly unknown[])[] = [];
  const frames = new RowFrames((bytes, start, end) => {
    waiting.push(readRowValues(bytes, start, end, columns.length));
  });
  return {
    get isAtEnd() {
      return frames.isAtEnd;
    },
    push: (bytes) => {
      frames.push(bytes);
      if (waiting.length === 0) return undefined;
      const batch = decodeBatch(waiting, decoders);
      waiting = [];
      return batch;
    },
  };
};
