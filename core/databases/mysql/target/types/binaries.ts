import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** Bytes of a value (MySQL manual, 13.7). */
const blobBytes: ReadonlyMap<string, number> = new Map([
  ['tinyblob', 2 ** 8 - 1],
  ['blob', 2 ** 16 - 1],
  ['mediumblob', 2 ** 24 - 1],
  ['longblob', 2 ** 32 - 1],
]);

const geometryTypes: ReadonlySet<string> = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
]);

/** PostGIS's mark, in extended well-known binary (EWKB), of a type that is followed by the number of a reference system. */
const hasSrid = 0x2000_0000;
const headerBytes = 5;
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

const hexBytes = /^\\x((?:[0-9a-f]{2})*)$/;

export const binaryEncoder: EncoderChoice = (source, target) => {
  if (scalarType(source) !== 'bytea') return undefined;
  const isFixed = target.baseType === 'binary';
  const isGeometry = geometryTypes.has(target.baseType);
  if (isGeometry && !geometryTypes.has(source.native?.baseType ?? '')) return undefined;
  const declared = isFixed || target.baseType === 'varbinary' ? (target.maxLength ?? 1) : undefined;
  const maxBytes = isGeometry ? blobBytes.get('longblob') : (declared ?? blobBytes.get(target.baseType));
  if (maxBytes === undefined) return undefined;
  const isSameAtSource = source.native?.baseType === target.baseType;
  const isLongEnough = source.maxLength === undefined ? isSameAtSource : source.maxLength <= maxBytes;
  if (declared !== undefined && !isLongEnough && !target.isKey && !target.isPartial) return undefined;
  return {
    form: 'bytes',
    encode: (text): Encoded => {
      const digits = hexBytes.exec(text)?.[1];
      if (digits === undefined) return refuse('is no byte string');
      if (isGeometry) return toServerForm(digits);
      const bytes = digits.length / 2;
      if (bytes > maxBytes) return refuse('is longer than its column');
      if (isFixed && bytes < maxBytes) return refuse('is shorter than its column, which would pad it');
      return digits;
    },
  };
};
