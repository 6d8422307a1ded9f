import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { CanonicalType, NativeColumn, OracleType, OracleTypes, TypeFamily } from './oracle-type.ts';

const plain = /^(-?)(\d*)(?:\.(\d*))?(?:E([+-]\d+))?$/i;

/**
 * Digits in PostgreSQL's form, with the scale of the column where it has one. Oracle leaves out the zero before the point,
 * and TM9 turns to an exponent above 64 characters; Debezium writes plain digits. The places are moved as text, so every
 * digit stays. Undefined for more fraction digits than the column has, which nobody writes.
 */
export const toNumericText = (text: string, scale: number | undefined): string | undefined => {
  const [, sign, whole = '', fraction = '', exponentText = '0'] = plain.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded =
    point < 0 ? `${'0'.repeat(-point)}${digits}` : digits.padEnd(Math.max(point, digits.length), '0');
  const at = Math.max(0, point);
  const wholeDigits = padded.slice(0, at).replace(/^0+/, '') || '0';
  const significant = padded.slice(at).replace(/0+$/, '');
  if (scale !== undefined && significant.length > scale) return undefined;
  const fractionDigits = scale === undefined ? significant : significant.padEnd(scale, '0');
  const unsigned = fractionDigits === '' ? wholeDigits : `${wholeDigits}.${fractionDigits}`;
  return /[1-9]/.test(unsigned) ? `${sign}${unsigned}` : unsigned;
};

/** Debezium's form is a string, but a JSON number where a negative scale leaves at most 18 digits. */
const fromEvent = (raw: unknown, column: ColumnDescription): string | undefined => {
  if (typeof raw === 'bigint' || (typeof raw === 'number' && Number.isSafeInteger(raw))) {
    return toNumericText(raw.toString(), column.scale);
  }
  return typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw)
    ? toNumericText(raw, column.scale)
    : undefined;
};

const maxPrecision = 38;

/**
 * NUMBER(p,s) holds p digits of which s are behind the point. A negative scale rounds to the left of it, and one above p
 * means leading zeros behind it; PostgreSQL has both only since version 15, and the types below hold the same values.
 */
const canonicalNumber = ({ precision, scale }: NativeColumn): CanonicalType => {
  if (precision === null && scale === null) return { type: 'numeric', baseType: 'numeric' };
  const digits = precision ?? maxPrecision;
  const places = scale ?? 0;
  const canonical =
    places < 0
      ? { precision: digits - places, scale: 0 }
      : { precision: Math.max(digits, places), scale: places };
  return {
    type: `numeric(${canonical.precision},${canonical.scale})`,
    baseType: 'numeric',
    ...canonical,
  };
};

const nativeNumber = ({ precision, scale }: NativeColumn): string => {
  if (precision === null) return scale === null ? 'NUMBER' : `NUMBER(*,${scale})`;
  return scale === null || scale === 0 ? `NUMBER(${precision})` : `NUMBER(${precision},${scale})`;
};

/** TM9: as many digits as the number has, and no exponent below 65 characters. */
const number: OracleType = {
  canonicalType: canonicalNumber,
  nativeType: nativeNumber,
  select: (column) => `TO_CHAR(${column}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')`,
  fromSelect: (raw, column) => (typeof raw === 'string' ? toNumericText(raw, column.scale) : undefined),
  fromEvent,
  key: { expression: (bind) => `TO_NUMBER(${bind})`, toBind: (text) => text },
};

const types: OracleTypes = {
  number,
  /** A NUMBER whose precision is counted in binary digits: its values are decimal and exact. */
  float: {
    ...number,
    canonicalType: () => ({ type: 'numeric', baseType: 'numeric' }),
    nativeType: ({ precision }) => (precision === null ? 'FLOAT' : `FLOAT(${precision})`),
  },
};

export const numbers: TypeFamily = {
  types,
  documented: [
    { dataType: 'NUMBER' },
    { dataType: 'NUMBER', precision: 10, scale: 0 },
    { dataType: 'NUMBER', precision: 12, scale: 2 },
    { dataType: 'NUMBER', precision: 5, scale: -2 },
    { dataType: 'FLOAT', precision: 126 },
  ],
};
