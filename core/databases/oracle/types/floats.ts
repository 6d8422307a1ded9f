import { floatDecoders } from '../../postgresql/types/floats.ts';
import type { OracleType } from './oracle-type.ts';

/**
 * IEEE 754 numbers. They are copied in the driver's binary form, since TO_CHAR may write fewer digits than are needed to
 * read the same number back.
 */
const binaryFloat = (baseType: 'float4' | 'float8', type: string, nativeType: string): OracleType => {
  const decode: OracleType['fromEvent'] = (raw, column) => {
    if (typeof raw === 'number' && !Number.isFinite(raw)) return String(raw);
    return floatDecoders[baseType]?.(raw, column);
  };
  return {
    canonicalType: () => ({ type, baseType }),
    nativeType: () => nativeType,
    select: (column) => column,
    fromSelect: decode,
    fromEvent: decode,
    key: {
      expression: (bind) => `TO_${nativeType}(${bind})`,
      toBind: (text) => text.replace('Infinity', 'INF'),
    },
  };
};

export const floatTypes: Readonly<Record<string, OracleType>> = {
  binary_float: binaryFloat('float4', 'real', 'BINARY_FLOAT'),
  binary_double: binaryFloat('float8', 'double precision', 'BINARY_DOUBLE'),
};
