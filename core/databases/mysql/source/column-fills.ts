import type { ColumnDescription } from '../../../contracts/table-description.ts';
import type { ColumnFill } from '../../../ports/source-dialect.ts';
import { parseLabels } from '../types/labels.ts';
import { unquoted } from './column-definition.ts';

const integers: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const texts: ReadonlySet<string> = new Set(['varchar', 'tinytext', 'text', 'mediumtext', 'longtext']);

/**
 * What a literal behind DEFAULT gives to the rows that are there, as canonical text. Undefined where it is not certain what the server
 * makes of it.
 */
export const constantFill = (column: ColumnDescription, literal: string): ColumnFill | undefined => {
  const text = literal.startsWith("'") ? unquoted(literal) : literal;
  const value = text === undefined ? undefined : canonical(column, text, literal.startsWith("'"));
  return value === undefined ? undefined : { kind: 'constant', text: value };
};

/** What rows have in a column that is NOT NULL and has no default (MySQL manual, 13.6). */
export const implicitFill = (column: ColumnDescription): ColumnFill | undefined => {
  const { native, baseType } = column;
  if (native === undefined || baseType === 'json') return undefined;
  if (integers.has(native.baseType) || native.baseType === 'decimal') return constantFill(column, '0');
  if (texts.has(native.baseType) || native.baseType === 'char') return { kind: 'constant', text: '' };
  const [first] = native.baseType === 'enum' ? (parseLabels(native.type) ?? []) : [];
  return first === undefined ? undefined : { kind: 'constant', text: first };
};

const canonical = (
  { native, baseType, scale = 0, maxLength }: ColumnDescription,
  text: string,
  isText: boolean,
): string | undefined => {
  if (native === undefined || baseType === 'json') return undefined;
  if (integers.has(native.baseType)) return /^-?\d+$/.test(text) ? BigInt(text).toString() : undefined;
  if (native.baseType === 'decimal') return decimal(text, scale);
  // A number would be made a text by rules of its own.
  if (!isText) return undefined;
  if (texts.has(native.baseType))
    return maxLength === undefined || text.length <= maxLength ? text : undefined;
  if (native.baseType === 'char') return text.endsWith(' ') ? undefined : text;
  if (native.baseType === 'enum') return parseLabels(native.type)?.includes(text) === true ? text : undefined;
  return dateOf(native.baseType, text);
};

/** With as many digits of the fraction as the column has. */
const decimal = (text: string, scale: number): string | undefined => {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (sign === undefined || fraction.length > scale) return undefined;
  const digits = `${BigInt(whole)}${scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`}`;
  return /[1-9]/.test(digits) ? `${sign}${digits}` : digits;
};

const dateOf = (baseType: string, text: string): string | undefined => {
  const form = baseType === 'date' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
  if ((baseType !== 'date' && baseType !== 'datetime') || !form.test(text) || text.startsWith('0000'))
    return undefined;
  const time = new Date(`${text.replace(' ', 'T')}${baseType === 'date' ? 'T00:00:00' : ''}Z`);
  // 2026-02-30 and 2026-00-00 are dates to some servers.
  return Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text.replace(' ', 'T'))
    ? undefined
    : text;
};
