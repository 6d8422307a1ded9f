import { RowFrames } from '#core/canonical/row-frames.ts';
import { TextRows } from '#core/canonical/text-rows.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import {
  nextBoundStatement,
  readChunkStatement,
  replicatedColumns,
} from '#core/databases/mysql/source/copy-statements.ts';
import { isDivisible, keyColumns } from '#core/databases/mysql/source/key-range.ts';
import { createRowPacketReader } from '#core/databases/mysql/source/row-packet.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RowBatch, RowSink } from '#core/ports/databases.ts';
import { RelayedFailure, type RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { toDatabaseError } from '../driver/database-errors.ts';

interface Reading {
  readonly action: string;
  readonly table: TableDescription;
  readonly columns: readonly ColumnDescription[];
}

/** MySQL and MariaDB through Kafka: the statements are those of a direct copy, and so is what is made of the packets of rows. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = async function* (
    statement: string,
    { action, table, columns }: Reading,
    signal: AbortSignal,
    sink: RowSink = new TextRows(columns.length),
  ): AsyncGenerator<RowBatch> {
    const read = createRowPacketReader(columns);
    let rows = 0;
    let bytes = 0;
    const frames = new RowFrames((buffer, start, end) => {
      read(buffer, start, end, sink);
      rows += 1;
      bytes += end - start;
    });
    try {
      for await (const step of relay.read({ text: statement }, signal)) {
        if (step.kind === 'end') {
          if (frames.isAtEnd && step.rows === rows) return;
          throw new MillraceError(
            'CopyFailed',
            `The source sent ${step.rows} rows of ${tableLabel(table.ref)}, but ${rows} were read.`,
          );
        }
        frames.push(step.bytes);
        if (sink.isEmpty) continue;
        yield sink.take(bytes);
        bytes = 0;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw toDatabaseError(asServerError(error), { action, database, table: table.ref });
    }
  };
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
      let bound: readonly (string | null)[] | undefined;
      for await (const batch of readRows(statement, reading, new AbortController().signal)) {
        bound = batch.rows[0] ?? bound;
      }
      // A key has no NULL.
      return bound?.map((value) => value ?? '');
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
