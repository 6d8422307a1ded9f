import type { DatabaseKind } from '../contracts/database.ts';
import { kindOfVersion } from './mysql/flavors.ts';

/** What a server says of itself before anyone logs in. */
export interface DetectedServer {
  readonly kind: DatabaseKind;
  /** As the server spells it, where it tells one. */
  readonly version?: string;
}

/**
 * MySQL and MariaDB speak first: a packet (3 bytes length, 1 byte number) with the protocol version 10 and the server's
 * version as text that ends with NUL (MySQL Internals, Protocol::HandshakeV10).
 */
export const readMysqlGreeting = (bytes: Uint8Array): DetectedServer | undefined => {
  const versionFrom = 5;
  const versionTo = bytes.indexOf(0, versionFrom);
  if (bytes[4] !== 10 || versionTo === -1) return undefined;
  const version = Buffer.from(bytes.subarray(versionFrom, versionTo)).toString('latin1');
  if (!/^\d+\.\d+[\x20-\x7e]*$/.test(version)) return undefined;
  return { kind: kindOfVersion(version), version: version.replace(replicationPrefix, '') };
};

/** MariaDB 10 and later put this in front for replicas that take a version of two digits for an old one. */
const replicationPrefix = /^5\.5\.5-/;

/** Asks a PostgreSQL server whether it speaks TLS, which it answers before anything else (manual, 54.2.12). */
export const postgresSslRequest: Uint8Array = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);

/** `S` or `N`; `E` begins the error of a server that takes no more connections. */
export const isPostgresAnswer = (bytes: Uint8Array): boolean => {
  const [first] = bytes;
  const isSingle = bytes.length === 1 && (first === 0x53 || first === 0x4e);
  return isSingle || (first === 0x45 && bytes.length > 5 && bytes[1] === 0);
};

const tnsHeaderBytes = 58;
const tnsPing = Buffer.from('(CONNECT_DATA=(COMMAND=ping))', 'latin1');

/**
 * A connect packet of Oracle Net: the header of every packet (length, checksum, type 1), protocol versions 314 to 300, the
 * sizes of units, byte order, and where the connect data are. Any listener accepts, redirects, refuses or asks again.
 */
export const tnsConnect: Uint8Array = (() => {
  const packet = Buffer.alloc(tnsHeaderBytes + tnsPing.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(1, 4);
  packet.writeUInt16BE(314, 8);
  packet.writeUInt16BE(300, 10);
  packet.writeUInt16BE(2_048, 14);
  packet.writeUInt16BE(32_767, 16);
  packet.writeUInt16BE(0x7f08, 18);
  packet.writeUInt16BE(1, 22);
  packet.writeUInt16BE(tnsPing.length, 24);
  packet.writeUInt16BE(tnsHeaderBytes, 26);
  tnsPing.copy(packet, tnsHeaderBytes);
  return packet;
})();

/** Accept, refuse, redirect, resend: a packet of one of these types whose header says its length. */
export const isTnsAnswer = (bytes: Uint8Array): boolean => {
  const type = bytes[4] ?? 0;
  const length = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return bytes.length >= 8 && [2, 4, 5, 11].includes(type) && length >= 8 && length <= 32_767;
};
