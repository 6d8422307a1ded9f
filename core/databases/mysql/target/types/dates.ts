import { isZeroDate } from '../../../../canonical/zero-date.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const date = /^\d{4}-\d\d-\d\d$/;

/**
 * MySQL promises the years 1000 to 9999 (MySQL manual, 13.2.2); those from 1 on are stored and read as they are, too.
 * There is no infinity and nothing before Christ, and our sessions refuse zero dates (session.ts).
 */
export const dateEncoder: EncoderChoice = (source, target) =>
  target.baseType === 'date' && scalarType(source) === 'date'
    ? { form: 'text', encode: (text) => (date.test(text) && !isZeroDate(text) ? text : refuseDate(text)) }
    : undefined;

export const refuseDate = (text: string) => {
  if (isZeroDate(text)) return refuse('is a zero date');
  return refuse(text.endsWith('infinity') ? 'is infinite' : 'is not in the years 1 to 9999');
};
