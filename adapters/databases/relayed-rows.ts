import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RowBatch } from '#core/ports/databases.ts';
import type { RelayedStatement, RowRelay } from '#core/ports/row-relay.ts';

/** Makes rows of the bytes of one statement, which are cut anywhere. */
export interface RelayedReader {
  /** The rows that are whole now; undefined when there are none. */
  push(bytes: Buffer): RowBatch | undefined;
  /** Whether the bytes end behind a whole row. */
  readonly isAtEnd: boolean;
}

/**
 * The rows of a statement that came through Kafka, all of them or an error: `toError` says what the relay failed with. Throws `CopyFailed`
 * when there are other rows than the source has sent.
 */
export const readRelayedRows = async function* (
  relay: RowRelay,
  statement: RelayedStatement,
  reader: RelayedReader,
  {
    table,
    signal,
    toError,
  }: {
    readonly table: TableDescription;
    readonly signal: AbortSignal;
    readonly toError: (error: unknown) => unknown;
  },
): AsyncGenerator<RowBatch> {
  let rows = 0;
  try {
    for await (const step of relay.read(statement, signal)) {
      if (step.kind === 'end') {
        if (reader.isAtEnd && step.rows === rows) return;
        throw new MillraceError(
          'CopyFailed',
          `The source sent ${step.rows} rows of ${tableLabel(table.ref)}, but ${rows} were read.`,
        );
      }
      const batch = reader.push(step.bytes);
      if (batch === undefined) continue;
      rows += batch.rowCount;
      yield batch;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw toError(error);
  }
};

/** The key in the only row of `batches`; undefined when there is no row. A key has no NULL. */
export const relayedBound = async (
  batches: AsyncIterable<RowBatch>,
): Promise<readonly string[] | undefined> => {
  let bound: readonly (string | null)[] | undefined;
  for await (const batch of batches) bound = batch.rows[0] ?? bound;
  return bound?.map((value) => value ?? '');
};
