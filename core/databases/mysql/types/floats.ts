import { float4Text, float8Text } from '../../../canonical/float-text.ts';
import { numberLiteral } from '../literals.ts';
import { plainType, type TypeCodec, type TypeCodecs } from './type-codec.ts';

/**
 * The server writes a FLOAT with 6 digits, too few for its 24 bits, and both types with fewer when they are declared with
 * digits (`FLOAT(7,3)`); as a DOUBLE without any it writes the fewest digits that mean the same number.
 */
const asDouble = (column: string): string => `CAST(${column} AS DOUBLE)`;

const float = (
  baseType: 'float4' | 'float8',
  type: string,
  literal: (value: number) => number,
): TypeCodec => {
  const toText = baseType === 'float4' ? float4Text : float8Text;
  /** Neither database has NaN or infinities. */
  const decode = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) ? toText(value) : undefined;
  return {
    canonicalType: () => plainType(type, baseType),
    select: asDouble,
    fromSelect: (value) => (value === '' ? undefined : decode(Number(value))),
    fromEvent: decode,
    // Compared as doubles, so the literal has to be the very double that the column's value is.
    toLiteral: (canonical) => numberLiteral(String(literal(Number(canonical)))),
  };
};

export const floatCodecs: TypeCodecs = {
  float: float('float4', 'real', Math.fround),
  double: float('float8', 'double precision', (value) => value),
};
