import { z } from 'zod';
import type { LogReading } from '../../../ports/databases.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import { findAhead, lostSlot } from './gap-guard.ts';

/** The slot may be ahead of the log's end for a moment, as they are read one after the other. */
const bytesSchema = z
  .string()
  .transform((text) => Math.max(0, Number(text)))
  .nullable();

const rowSchema = z.strictObject({
  position: z.string(),
  activity: z.string(),
  captured: z.string().nullable(),
  isRead: z.enum(['t', 'f']),
  isLost: z.enum(['t', 'f']),
  isStandby: z.enum(['t', 'f']),
  aheadBytes: bytesSchema,
  retainedBytes: bytesSchema,
  limitMib: z.string().transform(Number),
});

const mib = 1024 * 1024;

/**
 * Reads the row of `logReadingStatement`. The slot says up to where all is in Kafka. In the middle of a large transaction it
 * stands still and only the connector's offset moves. `offset` must have been read before.
 */
export const toLogReading = (
  slotName: string,
  row: unknown,
  offset: ConnectorOffset | undefined,
): LogReading => {
  const { position, activity, captured, isRead, isLost, isStandby, ...bytes } = rowSchema.parse(row);
  const { aheadBytes, retainedBytes, limitMib } = bytes;
  // A standby may still get what the primary has written.
  const ahead = offset === undefined || isStandby === 't' ? undefined : findAhead(offset, position);
  // Debezium takes a lost slot for an error of the connection, and tries again without an end.
  const lost = isLost === 't' ? lostSlot(slotName) : ahead;
  return {
    position,
    activity,
    ...(captured !== null && { captured, movement: movementOf(captured, offset) }),
    ...(aheadBytes !== null && { aheadBytes }),
    ...(retainedBytes !== null && { retainedBytes }),
    isRead: isRead === 't',
    ...(lost !== undefined && { lost }),
    // -1: no limit.
    ...(limitMib >= 0 && { limitBytes: limitMib * mib }),
  };
};

const movementOf = (captured: string, offset: ConnectorOffset | undefined): string =>
  [captured, offset?.lsn, offset?.lsn_proc, offset?.lsn_commit].map(String).join(' ');
