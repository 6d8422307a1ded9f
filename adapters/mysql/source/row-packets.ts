import type { Query } from 'mysql2';
import { MillraceError } from '#core/errors/millrace-error.ts';

/** A row as it came: its bytes are `buffer` from `offset` to `end`, and are only there during the call. */
export interface RowPacket {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
}

/** What mysql2 (3.24) has in its packets and queries, and its types do not. */
interface DriverPacket extends RowPacket {
  isEOF(): boolean;
}
type NextStep = (this: RowQuery, packet: DriverPacket, connection: unknown) => unknown;
interface RowQuery {
  row: NextStep;
}

/**
 * Gives the rows of a query to `take` as they came over the wire: no object for a row, no string for a value, which is most
 * of what reading a table costs otherwise (docs/decisions/rows-are-read-as-bytes.md). To be called before the first row
 * comes. `take` must not throw: an error in it would be one of the socket's.
 */
export const onRowPackets = (query: Query, take: (packet: RowPacket) => void): void => {
  const steps = query as unknown as RowQuery;
  const atEnd = steps.row;
  if (typeof atEnd !== 'function') throw unknownDriver();
  steps.row = function row(packet, connection) {
    if (packet.isEOF()) return atEnd.call(this, packet, connection);
    take(packet);
    return row;
  };
  // Only a driver that takes its rows another way makes any.
  query.on('result', () => query.emit('error', unknownDriver()));
};

const unknownDriver = (): MillraceError =>
  new MillraceError('Internal', 'This version of mysql2 does not read rows as Millrace expects it to.');
