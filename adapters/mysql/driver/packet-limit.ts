import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { SessionFacts } from '#core/databases/mysql/session.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

/** What a packet holds besides the statement's text: a header of four bytes and the command's own. */
const packetOverhead = 16;

/** Throws `ValueRejected` for a statement that the server would answer by closing the connection. */
export const requirePacket = (
  statement: string,
  { maxAllowedPacket }: SessionFacts,
  table: TableRef,
): void => {
  const bytesPerUnit = 3;
  if (statement.length * bytesPerUnit + packetOverhead < maxAllowedPacket) return;
  if (Buffer.byteLength(statement) + packetOverhead < maxAllowedPacket) return;
  throw new MillraceError(
    'ValueRejected',
    `A row for table ${tableLabel(table)} is longer than the server's max_allowed_packet of ${maxAllowedPacket} bytes; raise it.`,
    { facts: { table: tableLabel(table), maxAllowedPacket } },
  );
};
