import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { chooseEncoder } from '../types/column-types.ts';
import type { ColumnEncoder, TargetColumn } from '../types/value-encoder.ts';

/**
 * The encoder from a source column's canonical texts to a column of a MySQL table, as its catalog describes it; undefined
 * when the types do not fit.
 */
export const encoderFor = (source: ColumnDescription, target: ColumnDescription): ColumnEncoder | undefined =>
  chooseEncoder(source, toTargetColumn(target, { isKey: false, isPartial: true }));

/** Whether the target column holds every ordinary value of the source column. */
export const holdsEveryValue = (
  source: ColumnDescription,
  target: ColumnDescription,
  isKey: boolean,
): boolean => chooseEncoder(source, toTargetColumn(target, { isKey, isPartial: false })) !== undefined;

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
