import type { TableDescription } from '#core/contracts/table-description.ts';
import {
  beginCopyStatement,
  copyBoundStatement,
  copyToStatement,
} from '#core/databases/postgresql/source/copy-statements.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import { RelayedFailure, type RelayedStatement, type RowRelay } from '#core/ports/row-relay.ts';
import type { RelayedSource } from '../../databases/engine-driver.ts';
import { readRelayedRows, relayedBound } from '../../databases/relayed-rows.ts';
import { toDatabaseError } from '../driver/database-errors.ts';
import { CopyLineBatches } from './chunk-reader.ts';

/** PostgreSQL through Kafka: the statements are those of a direct copy, and so is what is made of the lines that COPY writes. */
export const openRelayedSource = (relay: RowRelay, database: string): RelayedSource => {
  const readRows = (
    statement: RelayedStatement,
    { action, table }: { readonly action: string; readonly table: TableDescription },
    signal: AbortSignal,
  ): AsyncGenerator<RowBatch> =>
    readRelayedRows(relay, statement, new CopyLineBatches(), {
      table,
      signal,
      toError: (error) => toDatabaseError(asServerError(error), { action, database, table: table.ref }),
    });
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
    nextChunkBound: (table, after, rows) => {
      const statement = { text: copyBoundStatement(table, after, rows) };
      const action = 'find the end of a chunk';
      return relayedBound(readRows(statement, { action, table }, new AbortController().signal));
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
