import { type EncoderChoice, refuse, scalarType, verbatim } from './value-encoder.ts';

const special: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** IEEE 754 at both ends, but MySQL has neither NaN nor infinity. As text, since -0 as a number would be 0. */
export const floatEncoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  const fits =
    (target.baseType === 'float' && type === 'float4') ||
    (target.baseType === 'double' && (type === 'float4' || type === 'float8'));
  if (!fits) return undefined;
  // FLOAT(7,4) rounds to its digits.
  if (/\(.*,/.test(target.type) && source.native?.type !== target.type) return undefined;
  const write = target.baseType === 'float' ? asDouble : verbatim;
  return {
    form: 'text',
    encode: (text) => (special.has(text) ? refuse('is no finite number') : write(text)),
  };
};

/**
 * MySQL reads a double and makes a float of it, which has no place for the shortest digits of the largest one: they are a
 * little beyond it.
 */
const asDouble = (text: string): string => {
  const value = Math.fround(Number(text));
  return Object.is(value, -0) ? '-0' : String(value);
};
