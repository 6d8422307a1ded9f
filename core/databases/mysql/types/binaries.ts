import { bytesLiteral } from '../literals.ts';
import { plainType, type TypeCodec, type TypeCodecs } from './type-codec.ts';

const hexBytes = /^(?:[0-9a-f]{2})*$/;

const bytes: TypeCodec = {
  canonicalType: () => plainType('bytea'),
  isBinary: true,
  fromSelect: (value) => `\\x${Buffer.from(value, 'latin1').toString('hex')}`,
  fromEvent: (raw) => (typeof raw === 'string' && hexBytes.test(raw) ? `\\x${raw}` : undefined),
  toLiteral: (canonical) => bytesLiteral(canonical.slice(2)),
};

export const binaryCodecs: TypeCodecs = {
  binary: bytes,
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
};
