import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

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
  return {
    form: 'text',
    encode: (text) => (special.has(text) ? refuse('is no finite number') : text),
  };
};
