import { type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { longBlob } from './new-column.ts';
import { type Encoded, type EncoderChoice, refuse } from './value-encoder.ts';

/**
 * MySQL keeps JSON parsed; the server and Debezium write it with other blanks and other digits. Both are brought to one
 * text: no blanks, strings as JSON.stringify writes them, and numbers by their value alone.
 * What a JSON function took from a column of a type that JSON does not have is a string in the same form: MysqlJson.
 */
const token = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*|[{}[\],:]|true|false|null|(\s+)/gy;

const canonicalJson = (text: string): string | undefined => {
  const parts: string[] = [];
  token.lastIndex = 0;
  let end = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    end = token.lastIndex;
    const [found, blanks] = match;
    if (blanks !== undefined) continue;
    const first = found.charAt(0);
    if (first === '"') parts.push(canonicalString(found));
    else if (first === '-' || (first >= '0' && first <= '9')) parts.push(canonicalNumber(found));
    else parts.push(found);
  }
  return end === text.length && text.length > 0 ? parts.join('') : undefined;
};

const canonicalString = (quoted: string): string =>
  quoted.includes('\\') ? JSON.stringify(JSON.parse(quoted)) : quoted;

/** Sign, digits without zeros at either end, and the power of ten of the last digit. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

const parseDecimal = (text: string): Decimal => {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return digits === ''
    ? { digits: '', exponent: 0 }
    : { digits, exponent: Number(power) - fraction.length + (all.length - digits.length) };
};

const isSame = (one: Decimal, other: Decimal): boolean =>
  one.digits === other.digits && one.exponent === other.exponent;

/** All digits of a double: it is a multiple of a power of two, so they end. */
const exactDecimal = (value: number): Decimal => {
  let scaled = value;
  let power = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power += 1;
  }
  return parseDecimal(`${BigInt(scaled) * 5n ** BigInt(power)}e-${power}`);
};

/**
 * A DOUBLE comes from the server with the fewest digits that mean it and from Debezium with all that it has: both are
 * written as JavaScript does, with the fewest. Other numbers (integers, DECIMAL) keep their digits.
 */
const canonicalNumber = (text: string): string => {
  const sign = text.startsWith('-') ? '-' : '';
  const decimal = parseDecimal(sign === '' ? text : text.slice(1));
  if (decimal.digits === '') return `${sign}0`;
  const double = Math.abs(Number(text));
  const isDouble =
    Number.isFinite(double) &&
    double !== 0 &&
    (isSame(parseDecimal(String(double)), decimal) || isSame(exactDecimal(double), decimal));
  return `${sign}${isDouble ? String(double) : layOut(decimal)}`;
};

const layOut = ({ digits, exponent }: Decimal): string => {
  if (exponent >= 0) return `${digits}${'0'.repeat(exponent)}`;
  const point = digits.length + exponent;
  return point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${'0'.repeat(-point)}${digits}`;
};

const types: MysqlTypes = {
  json: {
    canonicalType: () => plainType('json'),
    create: () => ({ ...longBlob, type: 'json' }),
    fromSelect: canonicalJson,
    fromEvent: (raw) => (typeof raw === 'string' ? canonicalJson(raw) : undefined),
  },
};

const leastInteger = -(2n ** 63n);
const greatestInteger = 2n ** 64n - 1n;

/** A string, so that no digits of it are taken for a number, or a number. */
const numberOrString = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g;

/** MySQL reads integers of 64 bits with a sign or without one as they are, and every other number as a double. */
const isKept = (number: string): boolean => {
  if (/^-?\d+$/.test(number)) {
    const value = BigInt(number);
    if (value >= leastInteger && value <= greatestInteger) return true;
  }
  return String(Number(number)) === number;
};

/** Takes canonical texts, in which a double has the digits that JavaScript writes. */
const encodeDocument = (text: string): Encoded => {
  let isExact = true;
  const document = text.replaceAll(numberOrString, (found) => {
    if (found.startsWith('"')) return found;
    // Only a double has this value, and without a fraction MySQL reads an integer, which has no sign of zero.
    if (found === '-0') return '-0.0';
    isExact &&= isKept(found);
    return found;
  });
  return isExact ? document : refuse('has a number of more digits than MySQL keeps of one in JSON');
};

/**
 * MySQL's JSON orders keys, drops repeated ones and reads numbers as doubles (MySQL manual, 13.5), so it holds only what
 * comes from a column of the same kind: and of that not a DECIMAL that is no double, which only a JSON function makes. The
 * canonical text does not say which type a value had, so that a double without a fraction (`1.0`) becomes an integer, and
 * a date that a JSON function made of a DATE becomes a string of the same text.
 */
const encoder: EncoderChoice = (source, target) =>
  target.baseType === 'json' && source.native?.baseType === 'json'
    ? { form: 'text', encode: encodeDocument }
    : undefined;

export const documents: TypeFamily = {
  types,
  encoder,
  documented: [{ columnType: 'json', charset: 'utf8mb4' }],
};
