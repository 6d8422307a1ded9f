import { tableChange } from '../../../capture/table-change.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import type { ReadEventSource } from '../../../ports/source-dialect.ts';

/**
 * A place in the binary log: the number at the end of a file's name (`binlog.000042`) and the byte in that file. Both fit
 * into 32 bits, and the number of a file keeps rising, so one integer of both is in the order of the log. Events hold
 * it as a number, exact up to file 2,097,151 (2^53).
 */
const bitsOfByte = 32n;

const numberedFile = /\.(\d{1,10})$/;

export const isLogFile = (file: string): boolean => numberedFile.test(file);

export const toPosition = (file: string, byte: number | bigint): bigint => {
  const number = numberedFile.exec(file)?.[1];
  if (number === undefined) throw new TypeError(`Not a binary log file: ${file}`);
  return (BigInt(number) << bitsOfByte) + BigInt(byte);
};

/** `000042:1337`, the file by the digits that its name has. */
export const formatPosition = (position: bigint): string =>
  `${(position >> bitsOfByte).toString().padStart(6, '0')}:${position & 0xffff_ffffn}`;

export const parsePosition = (text: string): bigint => {
  const [, file, byte] = /^(\d{1,10}):(\d{1,10})$/.exec(text) ?? [];
  if (file === undefined || byte === undefined)
    throw new TypeError(`Not a position of the binary log: ${text}`);
  return (BigInt(file) << bitsOfByte) + BigInt(byte);
};

/** The fields of a stored offset that say where streaming would go on. */
export const offsetPlace = (
  offset: ConnectorOffset,
): { readonly file: string; readonly byte: number } | undefined => {
  const { file, pos } = offset;
  return typeof file === 'string' && typeof pos === 'number' ? { file, byte: pos } : undefined;
};

/**
 * How far the connector has streamed, by its stored offset (seen with 3.5.0): the beginning of the transaction that it
 * was in (`row`, `event` count what of it was sent), or the end of the log if it was in none. There is no offset before
 * streaming begins; that of the snapshot of the tables' structure is marked by `snapshot`. An idle server's heartbeats
 * bring it to the end of the log (`connect.keep.alive.interval.ms`), except after a statement that MariaDB logs by itself,
 * as CREATE TABLE: there it stays at that statement's beginning.
 */
export const streamedPosition = (offset: ConnectorOffset | undefined): bigint | undefined => {
  if (offset === undefined || (offset.snapshot !== undefined && offset.snapshot !== false)) return undefined;
  const place = offsetPlace(offset);
  return place && toPosition(place.file, place.byte);
};

/** Debezium's `source` of MySQL and MariaDB names the database `db`, and the place `file` and `pos`. */
export const readEventSource: ReadEventSource = (source) => {
  const { file, pos } = source;
  const position =
    typeof file === 'string' && typeof pos === 'number' && isLogFile(file)
      ? Number(toPosition(file, pos))
      : undefined;
  return tableChange(source, source.db, position);
};
