import type { OracleType } from './oracle-type.ts';

/** BOOLEAN exists since Oracle 23ai. */
export const booleanTypes: Readonly<Record<string, OracleType>> = {
  boolean: {
    canonicalType: () => ({ type: 'boolean', baseType: 'bool' }),
    nativeType: () => 'BOOLEAN',
    select: (column) => `CASE WHEN ${column} THEN 't' WHEN NOT ${column} THEN 'f' END`,
    fromSelect: (raw) => (raw === 't' || raw === 'f' ? raw : undefined),
    fromEvent: (raw) => (typeof raw === 'boolean' ? (raw ? 't' : 'f') : undefined),
  },
};
