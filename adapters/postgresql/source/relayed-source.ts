import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import {
  beginCopyStatement,
  copyBoundStatement,
  copyToStatement,
} from '#core/databases/postgresql/source/copy-statements.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import { RelayedFailure, type RelayedStatement, type RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { CopyLineBatches } from './chunk-reader.ts';

/** PostgreSQL through Kafka: the statements are those of a direct copy, and so is what is made of the lines that COPY writes. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = async function* (
    statement: RelayedStatement,
    { action, table }: { readonly action: string; readonly table: TableDescription },
    signal: AbortSignal,
  ): AsyncGenerator<RowBatch> {
    const lines = new CopyLineBatches();
    let rows = 0;
    try {
      for await (const step of relay.read(statement, signal)) {
        if (step.kind === 'end') {
          if (lines.isAtEnd && step.rows === rows) return;
          throw new MillraceError(
            'CopyFailed',
            `The source sent ${step.rows} rows of ${tableLabel(table.ref)}, but ${rows} were read.`,
          );
        }
        const batch = lines.push(step.bytes);
        if (batch === undefined) continue;
        rows += batch.rowCount;
        yield batch;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw toDatabaseError(asServerError(error), { action, database, table: table.ref });
    }
  };
  return {
    readChunk: (table, chunk, signal) =>
      readRows(
        {
          begin: beginCopyStatement(table, chunk),
          text: copyToStatement({ source: table, target: table }, chunk, 'text'),
        },
        { action: `copy chunk ${chunk.chunkNumber}`, table },
        signal,
      ),
    nextChunkBound: async (table, after, rows) => {
      const statement = { text: copyBoundStatement(table, after, rows) };
      let bound: readonly (string | null)[] | undefined;
      const action = 'find the end of a chunk';
      for await (const batch of readRows(statement, { action, table }, new AbortController().signal)) {
        bound = batch.rows[0] ?? bound;
      }
      // A key has no NULL.
      return bound?.map((value) => value ?? '');
    },
  };
};

/** As pg gives the server's own errors. */
const asServerError = (error: unknown): unknown =>
  error instanceof RelayedFailure
    ? Object.assign(new Error(error.message), {
        ...(error.state !== '' && { code: error.state, severity: 'ERROR' }),
      })
    : error;
