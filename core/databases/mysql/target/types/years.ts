import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** MySQL's YEAR has 0000 and 1901 to 2155 (MySQL manual, 13.2.4); of fewer digits it would make a guess. */
export const yearEncoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  if (target.baseType !== 'year' || (type !== 'int2' && type !== 'int4')) return undefined;
  return {
    form: 'number',
    encode: (text) => {
      // The number 0 is the year 0000, but the text 0 is 2000.
      if (text === '0') return '0000';
      const year = Number(text);
      return Number.isInteger(year) && year >= 1901 && year <= 2155 ? text : refuse('is no year of MySQL');
    },
  };
};
