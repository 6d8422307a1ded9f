import type { ColumnDescription } from '../contracts/table-description.ts';

/**
 * Whether every value of the first column's type is one of the second's, with the same canonical text but for zeros at the end of a
 * fraction, and with the same meaning in an event. The list is closed: what is not on it counts as another type.
 */
export const isWiderType = (before: ColumnDescription, after: ColumnDescription): boolean => {
  if (before.isArray || after.isArray || before.isGenerated !== after.isGenerated) return false;
  if ((before.native === undefined) !== (after.native === undefined)) return false;
  return before.native === undefined ? isWider(before, after) : isWiderNative(before, after);
};

/** PostgreSQL, where these do not write the rows again. A wider integer does, and then USING may have changed the values. */
const isWider = (before: ColumnDescription, after: ColumnDescription): boolean => {
  if (before.typeKind !== 'base' || after.typeKind !== 'base') return false;
  if (texts.has(before.baseType) && texts.has(after.baseType)) return isLonger(before, after);
  return before.baseType === 'numeric' && after.baseType === 'numeric' && hasMoreDigits(before, after);
};

const texts: ReadonlySet<string> = new Set(['varchar', 'text']);

const isLonger = (before: ColumnDescription, after: ColumnDescription): boolean =>
  after.maxLength === undefined || (before.maxLength !== undefined && after.maxLength >= before.maxLength);

/** With the same scale: another one writes other texts of the same values. */
const hasMoreDigits = (before: ColumnDescription, after: ColumnDescription): boolean =>
  before.precision !== undefined &&
  after.precision !== undefined &&
  before.scale === after.scale &&
  after.precision >= before.precision;

/** MySQL and MariaDB, whose ALTER TABLE computes no values. */
const isWiderNative = (before: ColumnDescription, after: ColumnDescription): boolean => {
  const [from, to] = [before.native, after.native];
  if (from === undefined || to === undefined) return false;
  if (from.charset !== to.charset || from.collation !== to.collation) return false;
  if ((from.isUnsigned === true) !== (to.isUnsigned === true)) return false;
  for (const family of nativeFamilies) {
    const [old, wide] = [family.indexOf(from.baseType), family.indexOf(to.baseType)];
    if (old !== -1 && wide !== -1) {
      // A JSON of MariaDB is a LONGTEXT, and another type all the same.
      if (family !== integers && before.baseType !== after.baseType) return false;
      return wide > old || (wide === old && withoutWidth(from.type) === withoutWidth(to.type));
    }
  }
  if (from.baseType !== to.baseType) return false;
  if (from.baseType === 'varchar') return isLonger(before, after);
  if (from.baseType === 'decimal') return hasMoreDigits(before, after);
  if (from.baseType === 'enum') {
    // Labels at the end leave the numbers of the others as they were.
    const start = from.type.slice(0, -1);
    return to.type === from.type || (to.type.startsWith(`${start},`) && to.type.endsWith(')'));
  }
  return from.type === to.type;
};

/** How many digits an integer is shown with, which is no part of its type; but a width of 1 is what BOOLEAN is short for. */
const withoutWidth = (type: string): string => type.replace(/\((?!1\))\d+\)/, '');

/** From the narrowest to the widest, as the others are. */
const integers: readonly string[] = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];
const nativeFamilies: readonly (readonly string[])[] = [
  integers,
  ['tinytext', 'text', 'mediumtext', 'longtext'],
  ['tinyblob', 'blob', 'mediumblob', 'longblob'],
];
