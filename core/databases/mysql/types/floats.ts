import type { ColumnDescription } from '../../../ports/databases.ts';
import { floatDecoders } from '../../postgresql/types/floats.ts';
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
  const decode = (value: unknown, column: ColumnDescription) => floatDecoders[baseType]?.(value, column);
  return {
    canonicalType: () => plainType(type, baseType),
    select: asDouble,
    fromSelect: (value, column) => (value === '' ? undefined : decode(Number(value), column)),
    fromEvent: decode,
    // Compared as doubles, so the literal has to be the very double that the column's value is.
    toLiteral: (canonical) => numberLiteral(String(literal(Number(canonical)))),
  };
};

export const floatCodecs: TypeCodecs = {
  float: float('float4', 'real', Math.fround),
  double: float('float8', 'double precision', (value) => value),
};
