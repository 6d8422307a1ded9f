import { float4Text, float8Text } from '../../../canonical/float-text.ts';
import { numberLiteral } from '../literals.ts';
import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { type EncoderChoice, refuse, scalarType, verbatim } from './value-encoder.ts';

/**
 * The server writes a FLOAT with 6 digits, too few for its 24 bits, and both types with fewer when they are declared with
 * digits (`FLOAT(7,3)`); as a DOUBLE without any it writes the fewest digits that mean the same number.
 */
const asDouble = (column: string): string => `CAST(${column} AS DOUBLE)`;

const float = (
  baseType: 'float4' | 'float8',
  type: string,
  literal: (value: number) => number,
  create: NonNullable<MysqlType['create']>,
): MysqlType => {
  const toText = baseType === 'float4' ? float4Text : float8Text;
  /** Neither database has NaN or infinities. */
  const decode = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) ? toText(value) : undefined;
  return {
    canonicalType: () => plainType(type, baseType),
    select: asDouble,
    fromSelect: (value) => (value === '' ? undefined : decode(Number(value))),
    fromEvent: decode,
    create,
    // Compared as doubles, so the literal has to be the very double that the column's value is.
    toLiteral: (canonical) => numberLiteral(String(literal(Number(canonical)))),
  };
};

const types: MysqlTypes = {
  float: float('float4', 'real', Math.fround, ({ unsigned }) => fixedColumn(`float${unsigned}`, 4)),
  double: float(
    'float8',
    'double precision',
    (value) => value,
    ({ unsigned }) => fixedColumn(`double${unsigned}`, 8),
  ),
};

const special: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** IEEE 754 at both ends, but MySQL has neither NaN nor infinity. As text, since -0 as a number would be 0. */
const encoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  const fits =
    (target.baseType === 'float' && type === 'float4') ||
    (target.baseType === 'double' && (type === 'float4' || type === 'float8'));
  if (!fits) return undefined;
  // FLOAT(7,4) rounds to its digits.
  if (/\(.*,/.test(target.type) && source.native?.type !== target.type) return undefined;
  const write = target.baseType === 'float' ? toDoubleText : verbatim;
  return {
    form: 'text',
    encode: (text) => (special.has(text) ? refuse('is no finite number') : write(text)),
  };
};

/**
 * MySQL reads a double and makes a float of it, which has no place for the shortest digits of the largest one: they are a
 * little beyond it.
 */
const toDoubleText = (text: string): string => {
  const value = Math.fround(Number(text));
  return Object.is(value, -0) ? '-0' : String(value);
};

export const floats: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    float4: () => fixedColumn('float', 4),
    float8: () => fixedColumn('double', 8),
  },
  documented: [{ columnType: 'float' }, { columnType: 'double' }],
};
