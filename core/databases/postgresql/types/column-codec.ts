import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { unavailableValue, unreadableValue } from '../source/capture-settings.ts';
import { decodeArray } from './arrays.ts';
import { baseDecoderOf } from './column-types.ts';
import { decodeComposite } from './composites.ts';
import { decodeMoneyArray } from './moneys.ts';
import { decodeMultirange, decodeRange } from './ranges.ts';
import { type ValueDecoder, verbatim } from './value-decoder.ts';

/**
 * Decodes one column's values as a captured event has them (JSON under `captureSettings`, integers beyond 2^53 as
 * bigint) into their canonical text: PostgreSQL's output under `canonicalSessionSettings`, which is also what copy
 * writes; for money see types/moneys. SQL's NULL is null.
 *
 * The decoder throws `UndecodableEvent`, which names the column and never the value, for anything that capture
 * does not write for such a column, `UnsupportedType` for a column that `validateColumn` refuses, and `UnreadableText`.
 */
export const decoderFor = (column: ColumnDescription): ((raw: unknown) => string | null) => {
  const decode = findDecoder(column);
  return (raw) => {
    if (raw === null) return null;
    if (raw === unreadableValue) throw unreadable(column);
    const text = decode(raw, column);
    if (text !== undefined) return text;
    throw new MillraceError(
      'UndecodableEvent',
      `Column ${column.name} of type ${column.type} arrived as ${raw === unavailableValue ? 'an unavailable value' : `a ${typeof raw}`} in a form that capture does not write for it.`,
      { facts: { column: column.name, type: column.type } },
    );
  };
};

const unreadable = ({ name }: ColumnDescription): MillraceError =>
  new MillraceError(
    'UnreadableText',
    `A text of column ${name} has bytes that are not valid in the encoding of the source's database.`,
    { facts: { column: name } },
  );

/** Whether the event does not hold the value: it is long, and the change left it as it was. */
export const isUnavailable = (_column: ColumnDescription, raw: unknown): boolean => raw === unavailableValue;

/** Why a column cannot be replicated, or undefined when it can. */
export const validateColumn = (column: ColumnDescription): string | undefined => {
  const reason =
    column.typeKind === 'base' ? refuseBaseType(column.baseType) : refuseParts(column.typeParts ?? []);
  return reason && `type ${column.type} ${reason}`;
};

/** Types whose text names an object of the source's catalog by its number, so it changes with that object. */
const catalogReference = /^(?:reg\w+|aclitem)$/;

const refuseBaseType = (baseType: string): string | undefined => {
  if (baseDecoderOf(baseType) !== undefined) return undefined;
  return catalogReference.test(baseType)
    ? 'stands for an object of the source, whose name and number mean nothing elsewhere'
    : 'is internal to the server: no table can be given its values';
};

/** What a type is made of, at any depth. */
const refuseParts = (parts: readonly string[]): string | undefined => {
  const names = parts.map((part) => part.replace(/(?:\[\])+$/, ''));
  if (names.includes('money')) {
    return 'has money in it, whose text there depends on lc_monetary; money as a column of its own is carried';
  }
  const reference = names.find((name) => catalogReference.test(name));
  return reference && `has ${reference} in it, which ${refuseBaseType(reference)}`;
};

const findDecoder = (column: ColumnDescription): ValueDecoder => {
  const reason = validateColumn(column);
  if (reason !== undefined) {
    return () => {
      throw new MillraceError('UnsupportedType', `Column ${column.name}: ${reason}.`, {
        facts: { column: column.name, type: column.type },
      });
    };
  }
  if (column.isArray) {
    return column.typeKind === 'base' && column.baseType === 'money' ? decodeMoneyArray : decodeArray;
  }
  switch (column.typeKind) {
    case 'base':
      return baseDecoderOf(column.baseType) ?? (() => undefined);
    case 'enum':
    case 'extension':
      return verbatim;
    case 'range':
      return decodeRange;
    case 'multirange':
      return decodeMultirange;
    case 'composite':
      return decodeComposite;
    case 'nested-array':
      return verbatim;
  }
};
