import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** Of the same length: MySQL puts a shorter value to the right, PostgreSQL's bits count from the left. */
export const bitEncoder: EncoderChoice = (source, target) => {
  if (target.baseType !== 'bit' || scalarType(source) !== 'bit') return undefined;
  const length = target.maxLength ?? 1;
  if ((source.maxLength ?? 1) !== length) return undefined;
  return {
    form: 'bits',
    encode: (text) =>
      text.length === length && /^[01]*$/.test(text) ? text : refuse('has not as many bits as its column'),
  };
};
