import type { CanonicalType, NativeColumn, OracleType, OracleTypes, TypeFamily } from './oracle-type.ts';

/**
 * Oracle has no empty text: '' is NULL in CHAR and VARCHAR2, so none of these columns ever has an empty value. An empty
 * LOB is something else to Oracle, but Debezium writes null for EMPTY_CLOB() in a column that allows NULL (3.5,
 * OracleValueConverters.convertString); the copy does the same, so that both paths agree.
 */
const asText = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);

const lengthInBytesOrCharacters = ({ dataLength, charLength, charUsed }: NativeColumn): string =>
  charUsed === 'C' ? `${charLength} CHAR` : `${dataLength} BYTE`;

const variable: Pick<OracleType, 'select' | 'fromSelect' | 'fromEvent'> = {
  select: (column) => column,
  fromSelect: asText,
  fromEvent: asText,
};

const varying = ({ charLength }: NativeColumn): CanonicalType => ({
  type: `character varying(${charLength})`,
  baseType: 'varchar',
  maxLength: charLength,
});

const fixed = ({ charLength }: NativeColumn): CanonicalType => ({
  type: `character(${charLength})`,
  baseType: 'bpchar',
  maxLength: charLength,
});

/** Blanks up to the declared number of characters, which is PostgreSQL's own padding: Oracle may count bytes. */
const padded: OracleType['fromEvent'] = (raw, column) => {
  if (typeof raw !== 'string') return undefined;
  const missing = (column.maxLength ?? 0) - Array.from(raw).length;
  if (missing >= 0) return raw + ' '.repeat(missing);
  return undefined;
};

const fixedLength: Pick<OracleType, 'canonicalType' | 'select' | 'fromSelect' | 'fromEvent'> = {
  canonicalType: fixed,
  select: (column) => column,
  fromSelect: padded,
  fromEvent: padded,
};

const longText: OracleType = {
  canonicalType: () => ({ type: 'text', baseType: 'text' }),
  nativeType: ({ dataType }) => dataType,
  select: (column) => column,
  fromSelect: (raw, column) => (raw === '' && !column.notNull ? null : asText(raw)),
  fromEvent: asText,
};

/** A name for a text in a comparison; the column keeps its own type, so its index serves. */
const asBound = { expression: (bind: string) => bind, toBind: (text: string) => text };

const types: OracleTypes = {
  varchar2: {
    ...variable,
    canonicalType: varying,
    nativeType: (column) => `VARCHAR2(${lengthInBytesOrCharacters(column)})`,
    key: asBound,
  },
  nvarchar2: {
    ...variable,
    canonicalType: varying,
    nativeType: ({ charLength }) => `NVARCHAR2(${charLength})`,
    key: { ...asBound, isNational: true },
  },
  // Compared as CHAR, so that blanks at the end do not count; the cast cuts what was padded beyond the column's bytes.
  char: {
    ...fixedLength,
    nativeType: (column) => `CHAR(${lengthInBytesOrCharacters(column)})`,
    key: {
      expression: (bind, { native }) => `CAST(${bind} AS ${native?.type})`,
      toBind: (text) => text.replace(/ +$/, '') || ' ',
    },
  },
  nchar: {
    ...fixedLength,
    nativeType: ({ charLength }) => `NCHAR(${charLength})`,
    key: {
      expression: (bind, { native }) => `CAST(${bind} AS ${native?.type})`,
      toBind: (text) => text.replace(/ +$/, '') || ' ',
      isNational: true,
    },
  },
  clob: longText,
  nclob: longText,
  rowid: {
    ...variable,
    canonicalType: () => ({ type: 'text', baseType: 'text' }),
    nativeType: () => 'ROWID',
    select: (column) => `ROWIDTOCHAR(${column})`,
  },
};

export const texts: TypeFamily = {
  types,
  documented: [
    { dataType: 'VARCHAR2', dataLength: 320, charLength: 80, charUsed: 'C' },
    { dataType: 'NVARCHAR2', dataLength: 320, charLength: 80, charUsed: 'C' },
    { dataType: 'CHAR', dataLength: 32, charLength: 8, charUsed: 'C' },
    { dataType: 'NCHAR', dataLength: 32, charLength: 8, charUsed: 'C' },
    { dataType: 'CLOB', dataLength: 4_000 },
    { dataType: 'NCLOB', dataLength: 4_000 },
    { dataType: 'ROWID', dataLength: 10 },
  ],
};
