import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { MillraceError } from '../../../errors/millrace-error.ts';
import { unreadableCharset } from './charsets.ts';
import { mysqlTypeOf } from './column-types.ts';
import type { Decoded } from './mysql-type.ts';

/**
 * Decodes one column's values as a captured event has them (JSON under `captureSettings`, integers beyond 2^53 as
 * bigint) into their canonical text, which is also what a copy makes of the column. SQL's NULL is null.
 *
 * The decoder throws `UndecodableEvent`, which names the column and never the value, for anything that Debezium does not
 * write for such a column, and for a character that Debezium could not read, and `UnsupportedType` for a column that
 * `validateColumn` refuses. A zero date has its own text.
 */
export const decoderFor = (column: ColumnDescription): ((raw: unknown) => string | null) => {
  const reason = validateColumn(column);
  const type = mysqlTypeOf(column.native?.baseType ?? '');
  if (reason !== undefined || type === undefined) {
    return () => {
      throw unsupported(column, reason);
    };
  }
  return (raw) => {
    if (raw === null) return null;
    return settle(
      type.fromEvent(raw, column),
      column,
      'UndecodableEvent',
      () => `arrived as a ${typeof raw} in a form that Debezium does not write for it`,
    );
  };
};

/**
 * Decodes one column's values as the SELECT of `selectList` returns them. Throws `ValueRejected` for a value that the type
 * does not have, and `UnsupportedType` as `decoderFor` does. A zero date has its own text.
 */
export const selectDecoderFor = (column: ColumnDescription): ((value: string) => string) => {
  const type = mysqlTypeOf(column.native?.baseType ?? '');
  if (type === undefined) throw unsupported(column, validateColumn(column));
  return (value) =>
    settle(
      type.fromSelect(value, column),
      column,
      'ValueRejected',
      () => 'has a value that its type does not have',
    );
};

/** The log has whole rows (binlog_row_image=FULL), so that no value is ever missing. */
export const isUnavailable = (): boolean => false;

const settle = (
  decoded: Decoded,
  column: ColumnDescription,
  code: 'UndecodableEvent' | 'ValueRejected',
  describe: () => string,
): string => {
  if (decoded !== undefined) return decoded;
  throw new MillraceError(code, `Column ${column.name} of type ${typeName(column)} ${describe()}.`, {
    facts: { column: column.name, type: typeName(column) },
  });
};

const unsupported = (column: ColumnDescription, reason: string | undefined): MillraceError =>
  new MillraceError('UnsupportedType', `Column ${column.name}: ${reason ?? 'its type is not supported'}.`, {
    facts: { column: column.name, type: typeName(column) },
  });

const typeName = (column: ColumnDescription): string => column.native?.type ?? column.type;

/** Those with characters of four bytes in UTF-8. */
const wideCharsets: ReadonlySet<string> = new Set(['utf8mb4', 'utf16', 'utf16le', 'utf32', 'gb18030']);

/** Why a column cannot be replicated, or undefined when it can. */
export const validateColumn = (column: ColumnDescription): string | undefined => {
  const { native } = column;
  if (native === undefined || mysqlTypeOf(native.baseType) === undefined) {
    return `type ${typeName(column)} cannot be captured exactly`;
  }
  const hasMembers = native.baseType === 'enum' || native.baseType === 'set';
  if (hasMembers) {
    // For one backslash of MySQL, Debezium (3.5) writes two; for one of MariaDB it does not.
    if (native.type.includes('\\')) {
      return `a member of ${typeName(column)} has a backslash, which Debezium does not always read as one`;
    }
    // The catalog and the log's DDL are in utf8mb3, where a character of four bytes is a question mark.
    return native.type.includes('?') && wideCharsets.has(native.charset ?? '')
      ? `a member of ${typeName(column)} has a question mark, or a character beyond U+FFFF, which the server shows as one; ` +
          'rename the member'
      : undefined;
  }
  return native.charset === undefined ? undefined : unreadableCharset(native.charset);
};
