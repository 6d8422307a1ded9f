import type { OracleType, OracleTypes, TypeFamily } from './oracle-type.ts';

const hexBytes = /^(?:[0-9a-f]{2})*$/;

const fromEvent: OracleType['fromEvent'] = (raw) =>
  typeof raw === 'string' && hexBytes.test(raw) ? `\\x${raw}` : undefined;

const fromSelect = (raw: unknown): string | undefined =>
  Buffer.isBuffer(raw) ? `\\x${raw.toString('hex')}` : undefined;

const bytes: Pick<OracleType, 'canonicalType' | 'select' | 'fromEvent'> = {
  canonicalType: () => ({ type: 'bytea', baseType: 'bytea' }),
  select: (column) => column,
  fromEvent,
};

const types: OracleTypes = {
  raw: {
    ...bytes,
    nativeType: ({ dataLength }) => `RAW(${dataLength})`,
    fromSelect,
    key: { expression: (bind) => `HEXTORAW(${bind})`, toBind: (text) => text.slice('\\x'.length) },
  },
  /** Empty: as an empty CLOB, see texts. */
  blob: {
    ...bytes,
    nativeType: () => 'BLOB',
    fromSelect: (raw, column) =>
      Buffer.isBuffer(raw) && raw.length === 0 && !column.notNull ? null : fromSelect(raw),
  },
};

export const binaries: TypeFamily = {
  types,
  documented: [
    { dataType: 'RAW', dataLength: 16 },
    { dataType: 'BLOB', dataLength: 4_000 },
  ],
};
