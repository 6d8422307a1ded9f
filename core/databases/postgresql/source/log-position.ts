import { tableChange } from '../../../capture/table-change.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import type { ReadEventSource } from '../../../ports/source-dialect.ts';

/**
 * PostgreSQL's log sequence number: a byte position in the log, as text two hexadecimal halves (`16/B374D848`), in
 * Debezium's offsets and events one 64-bit integer.
 */
export const parseLsn = (text: string): bigint => {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (match === null) throw new TypeError(`Not a log sequence number: ${text}`);
  return (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`);
};

export const formatLsn = (position: bigint): string =>
  `${(position >> 32n).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase();

const toPosition = (value: unknown): bigint | undefined => {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
};

/**
 * How far the connector has streamed: the `lsn` of the last event whose offset Connect has stored, which means that Kafka
 * has that event and all before it. Undefined as long as it has not begun to stream: there is no offset, or it is
 * that of the (empty) snapshot phase, marked by `snapshot` (debezium-connector-postgres, PostgresOffsetContext).
 */
export const streamedPosition = (offset: ConnectorOffset | undefined): bigint | undefined => {
  if (offset === undefined || (offset.snapshot !== undefined && offset.snapshot !== false)) {
    return undefined;
  }
  return toPosition(offset.lsn);
};

/**
 * The highest position that the stored offset accounts for. Everything that the slot has let go of (its
 * `confirmed_flush_lsn`) must lie at or below it, since Debezium confirms to the source only what Connect has stored.
 */
export const accountedPosition = (offset: ConnectorOffset): bigint | undefined =>
  [offset.lsn_proc, offset.lsn_commit, offset.lsn]
    .map(toPosition)
    .reduce(
      (highest, position) =>
        position !== undefined && (highest === undefined || position > highest) ? position : highest,
      undefined,
    );

/** Debezium's `source` of PostgreSQL names the log sequence number `lsn`. */
export const readEventSource: ReadEventSource = (source) => tableChange(source, source.schema, source.lsn);
