import type { ValueDecoders } from './value-decoder.ts';

/**
 * JSON has no word for the special values, so Connect's converter writes them as strings; below a domain every value is
 * PostgreSQL's text. Of a JSON number only the value counts: Java (before 19) writes more digits than needed.
 */
const text = /^(?:-?\d+(?:\.\d+)?(?:e[+-]\d\d+)?|NaN|-?Infinity)$/;

export const floatDecoders: ValueDecoders = {
  float4: (raw) => decodeFloat(raw, (value) => shortestFloat4(Math.fround(value)), 6),
  float8: (raw) => decodeFloat(raw, (value) => value.toExponential(), 15),
};

const decodeFloat = (
  raw: unknown,
  toShortestExponential: (value: number) => string,
  fixedDigits: number,
): string | undefined => {
  if (typeof raw === 'string') return text.test(raw) ? raw : undefined;
  // An integer beyond 2^53 that has no exponent in the JSON, as no Java writes a double of that size.
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return undefined;
  const unsigned = layOut(toShortestExponential(Math.abs(raw)), fixedDigits);
  return raw < 0 || Object.is(raw, -0) ? `-${unsigned}` : unsigned;
};

/** The fewest digits that read back as the same single-precision number; nine always do (IEEE 754, 5.12.2). */
const shortestFloat4 = (value: number): string => {
  for (let digits = 0; digits < 8; digits += 1) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(8);
};

/**
 * PostgreSQL's layout of shortest digits: an exponent of at least two digits when it is below -4 or at least
 * `fixedDigits` (d2s.c and f2s.c, to_chars).
 */
const layOut = (exponential: string, fixedDigits: number): string => {
  const [mantissa = '', exponentText] = exponential.split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= fixedDigits) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
};
