import { sourceRanges } from './integers.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const plain = /^-?(\d+)(?:\.(\d+))?$/;

/** What MySQL declares when nothing is said (MySQL manual, 13.1.3). */
const defaultPrecision = 10;

/**
 * MySQL rounds surplus digits of a fraction without an error (MySQL manual, 14.24.4), so they are counted here. A numeric
 * without a precision fits an existing column as long as its values do.
 */
export const numericEncoder: EncoderChoice = (source, target) => {
  if (target.baseType !== 'decimal') return undefined;
  const scale = target.scale ?? 0;
  const wholeDigits = (target.precision ?? defaultPrecision) - scale;
  const type = scalarType(source);
  const integers = sourceRanges.get(type ?? '');
  if (integers !== undefined) {
    if (String(integers.greatest).length > wholeDigits && !target.isPartial) return undefined;
  } else if (type !== 'numeric') {
    return undefined;
  } else if (source.precision !== undefined && !target.isPartial) {
    const sourceScale = source.scale ?? 0;
    if (sourceScale > scale || source.precision - sourceScale > wholeDigits) return undefined;
  }
  const { isUnsigned } = target;
  return {
    form: 'number',
    encode: (text): Encoded => {
      const [, whole, fraction = ''] = plain.exec(text) ?? [];
      if (whole === undefined) return refuse('is no finite number');
      if (isUnsigned && text.startsWith('-')) return refuse('is negative, but its column is unsigned');
      if (whole.length > wholeDigits && whole.replace(/^0+/, '').length > wholeDigits) {
        return refuse('has more digits than its column');
      }
      if (fraction.length > scale && fraction.replace(/0+$/, '').length > scale) {
        return refuse('has a longer fraction than its column');
      }
      return text;
    },
  };
};
