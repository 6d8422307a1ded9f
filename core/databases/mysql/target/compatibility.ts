import { findUncomputed, generatedTarget } from '../../../canonical/compatibility.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import { isCharacterType } from '../types/texts.ts';
import { inexactness, isCollationAsFine } from './collations.ts';
import { holdsEveryValue } from './column-encoder.ts';

/** Why an existing target table cannot take a source table's rows: one reason each, none when it can. */
export const compareTargetTable = (source: TableDescription, target: TableDescription): readonly string[] => {
  if (target.relationKind !== 'table') {
    return [`is not a table that can be written (${target.relationKind})`];
  }
  const engine = target.storageEngine ?? 'InnoDB';
  const sourceColumns = source.columns.filter((column) => !column.isGenerated);
  const isFed = (name: string) => sourceColumns.some((column) => column.name === name);
  return [
    ...(engine.toLowerCase() === 'innodb'
      ? []
      : [
          `is stored by ${engine}, whose rows do not commit with the checkpoint; ALTER TABLE ... ENGINE = InnoDB`,
        ]),
    ...sourceColumns.flatMap((column) => {
      const reason = comparableTarget(
        column,
        target.columns.find(({ name }) => name === column.name),
        source.primaryKey.includes(column.name),
      );
      return reason === undefined ? [] : [`column ${column.name} ${reason}`];
    }),
    ...findUncomputed(source, target),
    ...target.columns
      .filter(
        (column) =>
          !isFed(column.name) && column.notNull && column.hasDefault !== true && !column.isGenerated,
      )
      .map(
        (column) => `column ${column.name} is NOT NULL without a default, and the source has no such column`,
      ),
    ...compareKeys(source.primaryKey, target.primaryKey),
  ];
};

/** Why a target column cannot hold every ordinary value of the source column, or undefined when it can. */
export const comparableTarget = (
  source: ColumnDescription,
  target: ColumnDescription | undefined,
  isKey: boolean,
): string | undefined => {
  if (target === undefined) return 'is missing';
  if (target.isGenerated) return generatedTarget;
  if (target.notNull && !source.notNull) return 'is NOT NULL, but the source allows NULL';
  if (!holdsEveryValue(source, target, isKey)) {
    return `is ${target.native?.type ?? target.type}, but the source has ${source.native?.type ?? source.type}`;
  }
  return isKey ? compareCollations(source, target) : undefined;
};

/** Whether values that are equal to the target's column are equal to the source's, too. */
export const isAsFine = (source: ColumnDescription, target: ColumnDescription): boolean => {
  const collation = target.native?.collation;
  if (collation === undefined || !isCharacterType(source)) return true;
  const ofSource = source.native?.collation;
  return ofSource === undefined
    ? inexactness(collation) === undefined
    : isCollationAsFine(ofSource, collation);
};

/** Two keys of the source must not be one to the target. */
const compareCollations = (source: ColumnDescription, target: ColumnDescription): string | undefined => {
  if (target.native?.baseType === 'float')
    return 'is float and in the key, which MySQL cannot look up by its value';
  const collation = target.native?.collation;
  if (collation === undefined || isAsFine(source, target)) return undefined;
  const reason = inexactness(collation);
  return reason === undefined
    ? undefined
    : `is in the key, but its collation ${collation} ${reason}, so different keys of the source could be the same row`;
};

const compareKeys = (source: readonly string[], target: readonly string[]): readonly string[] => {
  const isSame = source.length === target.length && source.every((name) => target.includes(name));
  if (isSame) return [];
  return target.length === 0
    ? [`has no primary key, but the source has the key (${source.join(', ')})`]
    : [`has the key (${target.join(', ')}), but the source has (${source.join(', ')})`];
};
