import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { unavailableValue } from '../source/capture-settings.ts';
import { oracleTypeOf, validateColumn } from './column-types.ts';
import type { OracleType } from './oracle-type.ts';

/** In BLOB columns the placeholder is written as bytes are, in hex. */
const unavailableBytes = Buffer.from(unavailableValue).toString('hex');

/**
 * Whether the event does not hold the value: a LOB, or a VARCHAR2 of more than 4000 bytes, that the change left as it
 * was (Debezium 3.5, OracleDatabaseSchema.buildAndRegisterTableLobColumns).
 */
export const isUnavailable = (_column: ColumnDescription, raw: unknown): boolean =>
  raw === unavailableValue || raw === unavailableBytes;

const supportedType = (column: ColumnDescription): OracleType => {
  const reason = validateColumn(column);
  const type = oracleTypeOf(column);
  if (reason === undefined && type !== undefined) return type;
  throw new MillraceError('UnsupportedType', `Column ${column.name}: ${reason}.`, {
    facts: { column: column.name, type: column.native?.type ?? column.type },
  });
};

/**
 * Decodes one column's values as a captured event has them (JSON under `captureSettings`, integers beyond 2^53 as bigint)
 * into their canonical text. SQL's NULL is null. The decoder throws `UndecodableEvent`, which names the column and never
 * the value, for anything that Debezium does not write for such a column, and `UnsupportedType` for a column that
 * `validateColumn` refuses.
 */
export const decoderFor = (column: ColumnDescription): ((raw: unknown) => string | null) => {
  let type: OracleType | undefined;
  return (raw) => {
    type ??= supportedType(column);
    if (raw === null) return null;
    const text = type.fromEvent(raw, column);
    if (text !== undefined) return text;
    throw new MillraceError(
      'UndecodableEvent',
      `Column ${column.name} of type ${column.native?.type ?? column.type} arrived as a ${typeof raw} in a form that ` +
        'Debezium does not write for it.',
      { facts: { column: column.name, type: column.native?.type ?? column.type } },
    );
  };
};

/**
 * Decodes one column's values as `selectExpression` gives them into the same canonical text. Throws `ValueRejected`, which
 * names the column and never the value, for what cannot be represented exactly, and `UnsupportedType`.
 */
export const selectDecoderFor = (column: ColumnDescription): ((raw: unknown) => string | null) => {
  const type = supportedType(column);
  return (raw) => {
    if (raw === null || raw === undefined) return null;
    const text = type.fromSelect(raw, column);
    if (text !== undefined) return text;
    throw new MillraceError(
      'ValueRejected',
      `Column ${column.name} of type ${column.native?.type ?? column.type} has a value that cannot be replicated ` +
        'exactly (a date before year 1, more fraction digits than the type has, or a number without digits).',
      { facts: { column: column.name, type: column.native?.type ?? column.type } },
    );
  };
};

/** The expression that `selectDecoderFor` expects for the column. Throws `UnsupportedType`. */
export const selectExpression = (column: ColumnDescription, quotedColumn: string): string =>
  supportedType(column).select(quotedColumn);
