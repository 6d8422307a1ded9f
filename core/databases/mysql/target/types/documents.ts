import { type Encoded, type EncoderChoice, refuse } from './value-encoder.ts';

const leastInteger = -(2n ** 63n);
const greatestInteger = 2n ** 64n - 1n;

/** A string, so that no digits of it are taken for a number, or a number. */
const token = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g;

/** MySQL reads integers of 64 bits with a sign or without one as they are, and every other number as a double. */
const isKept = (number: string): boolean => {
  if (/^-?\d+$/.test(number)) {
    const value = BigInt(number);
    if (value >= leastInteger && value <= greatestInteger) return true;
  }
  return String(Number(number)) === number;
};

/** Of canonical texts (types/json-texts.ts), in which a double has the digits that JavaScript writes. */
const encodeDocument = (text: string): Encoded => {
  let isExact = true;
  const document = text.replaceAll(token, (found) => {
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
export const documentEncoder: EncoderChoice = (source, target) =>
  target.baseType === 'json' && source.native?.baseType === 'json'
    ? { form: 'text', encode: encodeDocument }
    : undefined;
