import type { ColumnDescription } from '../../ports/databases.ts';
import { binaryEncoder } from './target-types/binaries.ts';
import { bitEncoder } from './target-types/bits.ts';
import { booleanEncoder } from './target-types/booleans.ts';
import { dateEncoder } from './target-types/dates.ts';
import { documentEncoder } from './target-types/documents.ts';
import { floatEncoder } from './target-types/floats.ts';
import { integerEncoder } from './target-types/integers.ts';
import { labelEncoder } from './target-types/labels.ts';
import { numericEncoder } from './target-types/numerics.ts';
import { textEncoder } from './target-types/texts.ts';
import { timeEncoder } from './target-types/times.ts';
import { timestampEncoder } from './target-types/timestamps.ts';
import { inetEncoder, uuidEncoder } from './target-types/uuids.ts';
import type { ColumnEncoder, EncoderChoice, TargetColumn } from './target-types/value-encoder.ts';
import { yearEncoder } from './target-types/years.ts';

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
