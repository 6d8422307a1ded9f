import type { ColumnDescription } from '../contracts/table-description.ts';
import { isBuiltIn, moneyDigits } from './type-facts.ts';

/** Why a target column cannot hold every value of the source column, or undefined when it can. */
export const comparableTarget = (
  source: ColumnDescription,
  target: ColumnDescription | undefined,
): string | undefined => {
  if (target === undefined) return 'is missing';
  if (target.isGenerated) return 'is generated, so it cannot be written';
  if (target.isIdentityAlways === true) return 'is GENERATED ALWAYS AS IDENTITY, so it cannot be updated';
  if (target.notNull && !source.notNull) return 'is NOT NULL, but the source allows NULL';
  const mismatch = `is ${target.type}, but the source has ${source.type}`;
  if (source.isArray !== target.isArray) return mismatch;
  if (!isBuiltIn(target)) return isSameUserType(source, target) ? undefined : mismatch;
  const from = isBuiltIn(source) ? source.baseType : 'text';
  const isWideEnough = from === target.baseType ? hasRoom(source, target) : isWider(from, source, target);
  return isWideEnough ? undefined : mismatch;
};

/**
 * The target has the type too, perhaps in another schema, and it is made of the same types. An enum may lack a label, or
 * a domain refuse a value: PostgreSQL then raises, it changes nothing.
 */
const isSameUserType = (source: ColumnDescription, target: ColumnDescription): boolean =>
  source.typeKind === target.typeKind &&
  source.baseType === target.baseType &&
  modifiersOf(source) === modifiersOf(target) &&
  source.typeParts?.join() === target.typeParts?.join();

/** `(Point,4326)` of `public.geometry(Point,4326)`; the name itself may have brackets too, but then in quotes. */
const modifiersOf = ({ type }: ColumnDescription): string | undefined =>
  /\([^")]*\)(?:\[\])?$/.exec(type)?.[0];

/** Characters or bits: no declared length is any length. */
const isLongEnough = (source: ColumnDescription, target: ColumnDescription): boolean =>
  target.maxLength === undefined || (source.maxLength !== undefined && source.maxLength <= target.maxLength);

/** Within one type: whether the modifiers of the target leave every value as it is. */
const hasRoom = (source: ColumnDescription, target: ColumnDescription): boolean => {
  switch (target.baseType) {
    case 'varchar':
    case 'varbit':
      return isLongEnough(source, target);
    // The length is fixed: a longer column would pad the value, and a shorter one would cut it.
    case 'bpchar':
    case 'bit':
      return source.maxLength === target.maxLength;
    case 'numeric':
      return isNumericRoomy(source, target);
    // Counted in the smallest unit: with another one the largest amounts do not fit, or fractions are cut.
    case 'money':
      return source.scale === target.scale;
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return target.precision === undefined || (source.precision ?? maxFractionDigits) <= target.precision;
    // Also has a range of fields, as in `interval year to month`.
    case 'interval':
      return target.type === source.type || target.type.replace('[]', '') === 'interval';
    default:
      return true;
  }
};

/** PostgreSQL's times have microseconds. */
const maxFractionDigits = 6;

const isNumericRoomy = (source: ColumnDescription, target: ColumnDescription): boolean => {
  if (target.precision === undefined || target.scale === undefined) return true;
  if (source.precision === undefined || source.scale === undefined) return false;
  return source.scale <= target.scale && source.precision - source.scale <= target.precision - target.scale;
};

/** Decimal digits that the largest value of an integer type has. */
const integerDigits: ReadonlyMap<string, number> = new Map([
  ['int2', 5],
  ['int4', 10],
  ['int8', 19],
]);

/** Across types: only where every value stays exactly what it is. */
const isWider = (from: string, source: ColumnDescription, target: ColumnDescription): boolean => {
  const digits = integerDigits.get(from);
  if (digits !== undefined) {
    const targetDigits = integerDigits.get(target.baseType);
    if (targetDigits !== undefined) return digits <= targetDigits;
    if (target.baseType === 'numeric') {
      return target.precision === undefined || digits <= target.precision - (target.scale ?? 0);
    }
  }
  if (from === 'money' && target.baseType === 'numeric') {
    return isNumericRoomy({ ...source, precision: moneyDigits }, target);
  }
  // The canonical text of any value is a text; a declared length is comparable only between character types.
  if (target.baseType === 'text') return !source.isArray || isCharacter(from);
  return target.baseType === 'varchar' && isCharacter(from) && isLongEnough(source, target);
};

const isCharacter = (type: string): boolean => type === 'text' || type === 'varchar' || type === 'bpchar';
