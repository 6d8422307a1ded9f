import { RowFrames } from '#core/canonical/row-frames.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
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
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { decodeBatch } from './chunk-reader.ts';

interface Reading {
  readonly action: string;
  readonly table: TableDescription;
  readonly columns: readonly ColumnDescription[];
}

/** Oracle through Kafka: the statements are those of a direct copy, and so is what is made of the values. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = async function* (
    statement: Statement,
    { action, table, columns }: Reading,
    signal: AbortSignal,
  ): AsyncGenerator<RowBatch> {
    const decoders = columns.map(selectDecoderFor);
    let waiting: (readonly unknown[])[] = [];
    let rows = 0;
    const frames = new RowFrames((bytes, start, end) => {
      waiting.push(readRowValues(bytes, start, end, columns.length));
      rows += 1;
    });
    try {
      // Also without values: then the statement is not taken for one that begins a transaction.
      for await (const step of relay.read({ values: [], ...statement }, signal)) {
        if (step.kind === 'end') {
          if (frames.isAtEnd && step.rows === rows) return;
          throw new MillraceError(
            'CopyFailed',
            `The source sent ${step.rows} rows of ${tableLabel(table.ref)}, but ${rows} were read.`,
          );
        }
        frames.push(step.bytes);
        if (waiting.length === 0) continue;
        const batch = decodeBatch(waiting, decoders);
        waiting = [];
        yield batch;
      }
    } catch (error) {
      signal.throwIfAborted();
      // Oracle's code stands in the message.
      throw toDatabaseError(error, { action, database, table: table.ref });
    }
  };
  return {
    readChunk: (table, chunk, signal) =>
      readRows(
        readChunkStatement(table, chunk),
        { action: `copy chunk ${chunk.chunkNumber}`, table, columns: replicatedColumns(table) },
        signal,
      ),
    nextChunkBound: async (table, after, rows) => {
      const columns = keyColumns(table);
      const reading = { action: 'find the end of a chunk', table, columns };
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
