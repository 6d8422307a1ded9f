import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { binaryEncoder } from './types/binaries.ts';
import { bitEncoder } from './types/bits.ts';
import { booleanEncoder } from './types/booleans.ts';
import { dateEncoder } from './types/dates.ts';
import { documentEncoder } from './types/documents.ts';
import { floatEncoder } from './types/floats.ts';
import { integerEncoder } from './types/integers.ts';
import { labelEncoder } from './types/labels.ts';
import { numericEncoder } from './types/numerics.ts';
import { textEncoder } from './types/texts.ts';
import { timeEncoder } from './types/times.ts';
import { timestampEncoder } from './types/timestamps.ts';
import { inetEncoder, uuidEncoder } from './types/uuids.ts';
import type { ColumnEncoder, EncoderChoice, TargetColumn } from './types/value-encoder.ts';
import { yearEncoder } from './types/years.ts';

/** Each knows its own target types, so at most one of them answers. */
const choices: readonly EncoderChoice[] = [
  binaryEncoder,
  bitEncoder,
  booleanEncoder,
  dateEncoder,
  documentEncoder,
  floatEncoder,
  inetEncoder,
  integerEncoder,
  labelEncoder,
  numericEncoder,
  textEncoder,
  timeEncoder,
  timestampEncoder,
  uuidEncoder,
  yearEncoder,
];

/**
 * The encoder from a source column's canonical texts to a column of a MySQL table, as its catalog describes it; undefined
 * when the types do not fit.
 */
export const encoderFor = (source: ColumnDescription, target: ColumnDescription): ColumnEncoder | undefined =>
  choose(source, toTargetColumn(target, { isKey: false, isPartial: true }));

/** Whether the target column holds every ordinary value of the source column. */
export const holdsEveryValue = (
  source: ColumnDescription,
  target: ColumnDescription,
  isKey: boolean,
): boolean => choose(source, toTargetColumn(target, { isKey, isPartial: false })) !== undefined;

const choose = (source: ColumnDescription, column: TargetColumn): ColumnEncoder | undefined => {
  for (const choice of choices) {
    const encoder = choice(source, column);
    if (encoder !== undefined) return encoder;
  }
  return undefined;
};

const toTargetColumn = (
  column: ColumnDescription,
  fit: Pick<TargetColumn, 'isKey' | 'isPartial'>,
): TargetColumn => {
  const { native, maxLength, precision, scale } = column;
  return {
    baseType: native?.baseType ?? '',
    type: native?.type ?? column.type,
    isUnsigned: native?.isUnsigned === true,
    isMariadb: native?.isMariadb === true,
    ...fit,
    ...(native?.charset !== undefined && { charset: native.charset }),
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  };
};
