import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { longBlob } from './new-column.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

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

const geometry: MysqlType = {
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

const geometryNamed = (name: string): MysqlType => ({
  ...geometry,
  create: () => ({ ...longBlob, type: name }),
});

const types: MysqlTypes = {
  geometry: geometryNamed('geometry'),
  point: geometryNamed('point'),
  linestring: geometryNamed('linestring'),
  polygon: geometryNamed('polygon'),
  multipoint: geometryNamed('multipoint'),
  multilinestring: geometryNamed('multilinestring'),
  multipolygon: geometryNamed('multipolygon'),
  geometrycollection: geometryNamed('geometrycollection'),
  // MySQL 8's own name of the last one.
  geomcollection: geometryNamed('geometrycollection'),
};

const sridBytes = 4;

/** From EWKB in little-endian order to the server's own form: the number of the reference system, then well-known binary. */
const toServerForm = (digits: string): Encoded => {
  const ewkb = Buffer.from(digits, 'hex');
  if (ewkb.length < headerBytes || ewkb[0] !== 1) return refuse('is no geometry');
  const type = ewkb.readUInt32LE(1);
  if ((type & hasSrid) === 0) return `00000000${digits}`;
  const header = Buffer.alloc(sridBytes + headerBytes);
  ewkb.copy(header, 0, headerBytes, headerBytes + sridBytes);
  header.writeUInt8(1, sridBytes);
  header.writeUInt32LE((type & ~hasSrid) >>> 0, sridBytes + 1);
  return Buffer.concat([header, ewkb.subarray(headerBytes + sridBytes)]).toString('hex');
};

const canonicalBytes = /^\\x((?:[0-9a-f]{2})*)$/;

const isOne = (type: string | undefined): boolean => type !== undefined && Object.hasOwn(types, type);

/** From a geometry only: other byte strings are none. */
const encoder: EncoderChoice = (source, target) => {
  if (scalarType(source) !== 'bytea' || !isOne(target.baseType) || !isOne(source.native?.baseType))
    return undefined;
  return {
    form: 'bytes',
    encode: (text): Encoded => {
      const digits = canonicalBytes.exec(text)?.[1];
      return digits === undefined ? refuse('is no byte string') : toServerForm(digits);
    },
  };
};

export const geometries: TypeFamily = {
  types,
  encoder,
  documented: [{ columnType: 'point' }, { columnType: 'geometry' }],
};
