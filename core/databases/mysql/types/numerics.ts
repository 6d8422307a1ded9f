import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { numberLiteral } from '../literals.ts';
import { sourceRanges } from './integers.ts';
import { type MysqlTypes, matching, type TypeFamily } from './mysql-type.ts';
import { fixedColumn, type NewColumn, type RefusedColumn } from './new-column.ts';
import { copyNumber } from './transcode.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

/** MySQL manual, 13.1.3. */
const maxDigits = 65;
const maxScale = 30;

/** What MySQL declares when nothing is said (MySQL manual, 13.1.3). */
const defaultPrecision = 10;

/** Nine digits take four bytes (MySQL manual, 13.7). */
const decimalBytes = (digits: number): number => Math.ceil(digits / 9) * 4 + 4;

const isDecimal = matching(/^-?\d+(?:\.\d+)?$/);

const types: MysqlTypes = {
  decimal: {
    canonicalType: ({ precision = 10, scale = 0 }) => ({
      type: `numeric(${precision},${scale})`,
      baseType: 'numeric',
      precision,
      scale,
    }),
    create: ({ first = defaultPrecision, second = 0, unsigned }) =>
      fixedColumn(`decimal(${first},${second})${unsigned}`, decimalBytes(first)),
    // ZEROFILL pads the server's text.
    fromSelect: (value) => isDecimal(value)?.replace(/^(-?)0+(?=\d)/, '$1'),
    transcode: copyNumber,
    fromEvent: isDecimal,
    toLiteral: numberLiteral,
  },
};

/** MySQL has at most 65 digits, 30 of them in the fraction, and no decimal without a size. */
const newDecimal = ({ precision, scale = 0, type }: ColumnDescription): NewColumn | RefusedColumn => {
  const remedy = 'give its target column a type, or a text type';
  if (precision === undefined) {
    return { refused: `is numeric without a precision, which MySQL does not have; ${remedy}` };
  }
  // PostgreSQL's scale may be negative, or larger than the precision.
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  if (digits > maxDigits || scale > maxScale) {
    return {
      refused: `is ${type}, but MySQL has at most ${maxDigits} digits, ${maxScale} of them in the fraction; ${remedy}`,
    };
  }
  return fixedColumn(`decimal(${digits},${Math.max(0, scale)})`, decimalBytes(digits));
};

const plain = /^-?(\d+)(?:\.(\d+))?$/;

/**
 * MySQL rounds surplus digits of a fraction without an error (MySQL manual, 14.24.4), so they are counted here. A numeric
 * without a precision fits an existing column as long as its values do.
 */
const encoder: EncoderChoice = (source, target) => {
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

export const numerics: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    numeric: newDecimal,
  },
  documented: [{ columnType: 'decimal(12,2)', precision: 12, scale: 2 }],
};
