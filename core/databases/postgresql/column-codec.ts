import { MillraceError } from '../../errors/millrace-error.ts';
import type { ColumnDescription } from '../../ports/databases.ts';
import { unavailableValue } from './capture-settings.ts';
import { decodeArray } from './types/arrays.ts';
import { binaryDecoders } from './types/binaries.ts';
import { booleanDecoders } from './types/booleans.ts';
import { dateDecoders } from './types/dates.ts';
import { floatDecoders } from './types/floats.ts';
import { integerDecoders } from './types/integers.ts';
import { intervalDecoders } from './types/intervals.ts';
import { numericDecoders } from './types/numerics.ts';
import { textDecoders } from './types/texts.ts';
import { timeDecoders } from './types/times.ts';
import { timestampDecoders } from './types/timestamps.ts';
import { unknownTypeDecoders } from './types/unknown-types.ts';
import type { ValueDecoder } from './types/value-decoder.ts';

/** A map, since a user may name a type `constructor`. */
const decoders: ReadonlyMap<string, ValueDecoder> = new Map(
  Object.entries({
    ...binaryDecoders,
    ...booleanDecoders,
    ...dateDecoders,
    ...floatDecoders,
    ...integerDecoders,
    ...intervalDecoders,
    ...numericDecoders,
    ...textDecoders,
    ...timeDecoders,
    ...timestampDecoders,
    ...unknownTypeDecoders,
  }),
);

/** Their text is exact, so arrays of them are, but the form that Debezium gives a single value is not. */
const elementsOnly: ReadonlySet<string> = new Set(['timetz']);

/**
 * Decodes one column's values as a captured event has them (JSON under `captureSettings`, integers beyond 2^53 as
 * bigint) into their canonical text: PostgreSQL's output under `canonicalSessionSettings`, which is also what copy
 * writes. SQL's NULL is null.
 *
 * The decoder throws `UndecodableEvent`, which names the column and never the value, for anything that Debezium
 * does not write for such a column, and `UnsupportedType` for a column that `validateColumn` refuses.
 */
export const decoderFor = (column: ColumnDescription): ((raw: unknown) => string | null) => {
  const decode = findDecoder(column);
  return (raw) => {
    if (raw === null) return null;
    const text = decode(raw, column);
    if (text !== undefined) return text;
    throw new MillraceError(
      'UndecodableEvent',
      `Column ${column.name} of type ${column.type} arrived as ${raw === unavailableValue ? 'an unavailable value' : `a ${typeof raw}`} in a form that Debezium does not write for it.`,
      { facts: { column: column.name, type: column.type } },
    );
  };
};

/** Whether the event does not hold the value: it is long, and the change left it as it was. */
export const isUnavailable = (_column: ColumnDescription, raw: unknown): boolean => raw === unavailableValue;

/** Why a column cannot be replicated, or undefined when it can. */
export const validateColumn = (column: ColumnDescription): string | undefined => {
  switch (column.typeKind) {
    case 'enum':
      return undefined;
    case 'base':
      if (decoders.has(column.baseType)) return undefined;
      if (elementsOnly.has(column.baseType)) {
        if (column.isArray) return undefined;
        return `type ${column.type} cannot be captured exactly: its time zone is lost`;
      }
      return `type ${column.type} cannot be captured exactly`;
    case 'composite':
      return `type ${column.type} is composite or an array of arrays`;
    case 'range':
    case 'multirange':
      return `type ${column.type} is a ${column.typeKind}`;
    case 'extension':
      return `type ${column.type} comes from an extension`;
  }
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
  if (column.isArray) return decodeArray;
  const decode = column.typeKind === 'enum' ? textDecoders.text : decoders.get(column.baseType);
  return decode ?? (() => undefined);
};
