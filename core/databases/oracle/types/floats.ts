import { float4Text, float8Text } from '../../../canonical/float-text.ts';
import type { OracleType, OracleTypes, TypeFamily } from './oracle-type.ts';

/** JSON has no word for these, so Connect's converter writes them as strings. */
const special: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * IEEE 754 numbers. They are copied in the driver's binary form, since TO_CHAR may write fewer digits than are needed to
 * read the same number back.
 */
const binaryFloat = (
  baseType: 'float4' | 'float8',
  type: string,
  nativeType: string,
  toText: (value: number) => string,
): OracleType => ({
  canonicalType: () => ({ type, baseType }),
  nativeType: () => nativeType,
  select: (column) => column,
  fromSelect: (raw) => (typeof raw === 'number' ? toText(raw) : undefined),
  fromEvent: (raw) => {
    if (typeof raw === 'string') return special.has(raw) ? raw : undefined;
    return typeof raw === 'number' && Number.isFinite(raw) ? toText(raw) : undefined;
  },
  key: {
    expression: (bind) => `TO_${nativeType}(${bind})`,
    toBind: (text) => text.replace('Infinity', 'INF'),
  },
});

const types: OracleTypes = {
  binary_float: binaryFloat('float4', 'real', 'BINARY_FLOAT', float4Text),
  binary_double: binaryFloat('float8', 'double precision', 'BINARY_DOUBLE', float8Text),
};

export const floats: TypeFamily = {
  types,
  documented: [
    { dataType: 'BINARY_FLOAT', dataLength: 4 },
    { dataType: 'BINARY_DOUBLE', dataLength: 8 },
  ],
};
