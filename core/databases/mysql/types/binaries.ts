import { bytesLiteral } from '../literals.ts';
import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { fixedColumn, longBlob } from './new-column.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const hexBytes = /^(?:[0-9a-f]{2})*$/;

const bytes: MysqlType = {
  canonicalType: () => plainType('bytea'),
  isBinary: true,
  fromSelect: (value) => `\\x${Buffer.from(value, 'latin1').toString('hex')}`,
  fromEvent: (raw) => (typeof raw === 'string' && hexBytes.test(raw) ? `\\x${raw}` : undefined),
  toLiteral: (canonical) => bytesLiteral(canonical.slice(2)),
};

const blob = (name: string): MysqlType => ({ ...bytes, create: () => ({ ...longBlob, type: name }) });

const types: MysqlTypes = {
  binary: { ...bytes, create: ({ first = 1 }) => fixedColumn(`binary(${first})`, first) },
  varbinary: {
    ...bytes,
    create: ({ first = 1 }) => ({ ...fixedColumn(`varbinary(${first})`, first), unlimited: 'longblob' }),
  },
  tinyblob: blob('tinyblob'),
  blob: blob('blob'),
  mediumblob: blob('mediumblob'),
  longblob: blob('longblob'),
};

/** Bytes of a value (MySQL manual, 13.7). */
const blobBytes: ReadonlyMap<string, number> = new Map([
  ['tinyblob', 2 ** 8 - 1],
  ['blob', 2 ** 16 - 1],
  ['mediumblob', 2 ** 24 - 1],
  ['longblob', 2 ** 32 - 1],
]);

const canonicalBytes = /^\\x((?:[0-9a-f]{2})*)$/;

const encoder: EncoderChoice = (source, target) => {
  if (scalarType(source) !== 'bytea') return undefined;
  const isFixed = target.baseType === 'binary';
  const declared = isFixed || target.baseType === 'varbinary' ? (target.maxLength ?? 1) : undefined;
  const maxBytes = declared ?? blobBytes.get(target.baseType);
  if (maxBytes === undefined) return undefined;
  const isSameAtSource = source.native?.baseType === target.baseType;
  const isLongEnough = source.maxLength === undefined ? isSameAtSource : source.maxLength <= maxBytes;
  if (declared !== undefined && !isLongEnough && !target.isKey && !target.isPartial) return undefined;
  return {
    form: 'bytes',
    encode: (text): Encoded => {
      const digits = canonicalBytes.exec(text)?.[1];
      if (digits === undefined) return refuse('is no byte string');
      const bytes = digits.length / 2;
      if (bytes > maxBytes) return refuse('is longer than its column');
      if (isFixed && bytes < maxBytes) return refuse('is shorter than its column, which would pad it');
      return digits;
    },
  };
};

export const binaries: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    bytea: () => longBlob,
  },
  documented: [
    { columnType: 'binary(16)', maxLength: 16 },
    { columnType: 'varbinary(80)', maxLength: 80 },
    { columnType: 'blob', maxLength: 65_535 },
    { columnType: 'longblob', maxLength: 4_294_967_295 },
  ],
};
