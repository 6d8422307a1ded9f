import { plainType, type TypeCodec, type TypeCodecs } from './type-codec.ts';

const littleEndian = 1;
const headerBytes = 5;
/** Marks, in PostGIS's extended well-known binary (EWKB), a type that is followed by the number of a reference system. */
const hasSrid = 0x2000_0000;

/**
 * EWKB, which `ST_GeomFromEWKB` of PostGIS reads. Coordinates stand in the order in which the server keeps them: x and y
 * as they were given, but longitude before latitude for geographic systems of MySQL 8.
 */
const toEwkb = (wkb: Buffer, srid: number): string | undefined => {
  if (wkb.length < headerBytes || wkb[0] !== littleEndian) return undefined;
  if (srid === 0) return `\\x${wkb.toString('hex')}`;
  const header = Buffer.alloc(headerBytes + 4);
  header.writeUInt8(littleEndian);
  header.writeUInt32LE((wkb.readUInt32LE(1) | hasSrid) >>> 0, 1);
  header.writeUInt32LE(srid, headerBytes);
  return `\\x${Buffer.concat([header, wkb.subarray(headerBytes)]).toString('hex')}`;
};

const isGeometry = (
  raw: unknown,
): raw is { readonly wkb: string; readonly srid?: number | null | undefined } =>
  typeof raw === 'object' && raw !== null && 'wkb' in raw && typeof raw.wkb === 'string';

const geometry: TypeCodec = {
  canonicalType: () => plainType('bytea'),
  isBinary: true,
  // The server's own form: the reference system's number in four bytes, then well-known binary.
  fromSelect: (value) => {
    const bytes = Buffer.from(value, 'latin1');
    return bytes.length < 4 ? undefined : toEwkb(bytes.subarray(4), bytes.readUInt32LE());
  },
  // No number stands for 0.
  fromEvent: (raw) => (isGeometry(raw) ? toEwkb(Buffer.from(raw.wkb, 'base64'), raw.srid ?? 0) : undefined),
};

export const geometryCodecs: TypeCodecs = {
  geometry,
  point: geometry,
  linestring: geometry,
  polygon: geometry,
  multipoint: geometry,
  multilinestring: geometry,
  multipolygon: geometry,
  geometrycollection: geometry,
  // MySQL 8's own name of the last one.
  geomcollection: geometry,
};
