import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { textLiteral } from '../literals.ts';
import { isIntact } from './charsets.ts';
import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import {
  bytesPerCharacter,
  fixedColumn,
  longTextColumn,
  maxVarcharLength,
  type NewColumn,
  varcharColumn,
} from './new-column.ts';
import { copyBytes } from './transcode.ts';
import { type Encoded, type EncoderChoice, refuse, scalarType, type TargetColumn } from './value-encoder.ts';

const characters: MysqlType = {
  // CHAR loses the blanks at its end when it is read, so that nothing of it is of fixed length.
  canonicalType: ({ maxLength }) =>
    maxLength === undefined
      ? plainType('text')
      : { type: `character varying(${maxLength})`, baseType: 'varchar', maxLength },
  fromSelect: (value) => value,
  transcode: copyBytes,
  fromEvent: (raw, { native }) =>
    typeof raw === 'string' && isIntact(raw, native?.charset) ? raw : undefined,
  toLiteral: textLiteral,
};

const longText = (name: string): MysqlType => ({
  ...characters,
  canonicalType: ({ isCheckedJson }) => (isCheckedJson === true ? plainType('json') : plainType('text')),
  create: ({ charset }) => ({ ...longTextColumn, type: name, ...charset }),
});

const types: MysqlTypes = {
  char: {
    ...characters,
    create: ({ first = 1, charset }) => ({
      ...fixedColumn(`char(${first})`, first * bytesPerCharacter),
      ...charset,
    }),
  },
  varchar: { ...characters, create: ({ first = 1, charset }) => ({ ...varcharColumn(first), ...charset }) },
  tinytext: longText('tinytext'),
  text: longText('text'),
  mediumtext: longText('mediumtext'),
  longtext: longText('longtext'),
};

/** Bytes of a value (MySQL manual, 13.7). */
const textBytes: ReadonlyMap<string, number> = new Map([
  ['tinytext', 2 ** 8 - 1],
  ['text', 2 ** 16 - 1],
  ['mediumtext', 2 ** 24 - 1],
  ['longtext', 2 ** 32 - 1],
]);

/** Those that are taken for texts without a limit; a value that is longer all the same is refused by itself. */
const largeTexts: ReadonlySet<string> = new Set(['text', 'mediumtext', 'longtext']);

/** Characters that the longest canonical text of a type has, where that is known. */
const longestText: ReadonlyMap<string, number> = new Map([
  ['bool', 1],
  ['int2', '-32768'.length],
  ['int4', '-2147483648'.length],
  ['int8', '-9223372036854775808'.length],
  ['oid', '4294967295'.length],
  ['xid8', '18446744073709551615'.length],
  ['float4', '-1.17549435e-38'.length],
  ['float8', '-2.2250738585072014e-308'.length],
  ['uuid', 36],
  ['date', '5874897-12-31'.length],
  ['time', '23:59:59.999999'.length],
  ['timetz', '23:59:59.999999-15:59:59'.length],
  ['timestamp', '4713-01-01 23:59:59.999999 BC'.length],
  ['timestamptz', '4713-01-01 23:59:59.999999+00 BC'.length],
  ['interval', '-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808'.length],
  ['name', 63],
  ['char', '\\377'.length],
  // Eight groups of four digits, and a prefix length.
  ['inet', 39 + '/128'.length],
  ['cidr', 39 + '/128'.length],
  ['macaddr', 17],
  ['macaddr8', 23],
  ['pg_lsn', 'FFFFFFFF/FFFFFFFF'.length],
]);

/** Bytes of an enum's label (NAMEDATALEN - 1), each at least a character of its own. */
export const enumLabelLength = 63;

/** Longest canonical text of a column's values in characters, or undefined when there is no limit. */
export const longestCanonicalText = (source: ColumnDescription): number | undefined => {
  if (source.isArray) return undefined;
  if (source.typeKind === 'enum') return source.maxLength ?? enumLabelLength;
  if (source.typeKind !== 'base') return undefined;
  return source.maxLength ?? longestText.get(source.baseType);
};

const characterTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'char', 'name', 'citext']);

const surrogate = /[\ud800-\udfff]/;
const nonAscii = /[^\0-\x7f]/;
/** MySQL's latin1 is Windows-1252, of which the five bytes without a character are control characters (MySQL manual, 12.10.2). */
const nonLatin1 =
  /[^\0-\x7f\x81\x8d\x8f\x90\x9d\xa0-\xff\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]/;

/** What a character set lacks; of sets that are not listed only the server knows, and it refuses what it cannot hold. */
const lackedCharacters: ReadonlyMap<string, RegExp> = new Map([
  ['ascii', nonAscii],
  ['latin1', nonLatin1],
  ['utf8', surrogate],
  ['utf8mb3', surrogate],
  ['ucs2', surrogate],
]);

/** Bytes of each UTF-16 unit of a text, of which a character beyond U+FFFF has two. Sets that are not listed are left to the server. */
const characterBytes: ReadonlyMap<string, number> = new Map([
  ['ascii', 1],
  ['cp850', 1],
  ['cp852', 1],
  ['cp1250', 1],
  ['cp1251', 1],
  ['cp1257', 1],
  ['koi8r', 1],
  ['latin1', 1],
  ['latin2', 1],
  ['latin5', 1],
  ['latin7', 1],
  ['macce', 1],
  ['macroman', 1],
  ['ucs2', 2],
  ['utf16', 2],
  ['utf16le', 2],
]);
const unicodeBytes: ReadonlySet<string> = new Set(['', 'utf8', 'utf8mb3', 'utf8mb4']);

/** Whether a text takes more bytes in a character set than its type has. */
const isTooLong = (text: string, charset: string, maxBytes: number): boolean => {
  const each = characterBytes.get(charset);
  if (each !== undefined) return text.length * each > maxBytes;
  if (charset === 'utf32') return text.length * 4 > maxBytes && countCharacters(text) * 4 > maxBytes;
  return unicodeBytes.has(charset) && text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
};

/**
 * Any type's canonical text is a text. A text that would be cut is refused by MySQL, but not if blanks are all that is
 * cut, and CHAR forgets them always (MySQL manual, 13.3.2): so lengths are checked here.
 */
const encoder: EncoderChoice = (source, target) => {
  const isFixed = target.baseType === 'char';
  const maxChars = isFixed || target.baseType === 'varchar' ? (target.maxLength ?? 1) : undefined;
  const maxBytes = textBytes.get(target.baseType);
  if (maxChars === undefined && maxBytes === undefined) return undefined;
  if (scalarType(source) === 'bytea') return undefined;
  const longest = longestCanonicalText(source);
  if (!hasRoom(source, target, longest, maxChars ?? maxBytes ?? 0)) return undefined;
  const lacked = lackedCharacters.get(target.charset ?? '');
  const padding = isFixed ? paddingOf(source) : undefined;
  return {
    form: 'text',
    encode: (text): Encoded => {
      if (!text.isWellFormed()) return refuse('is no Unicode text');
      if (lacked?.test(text)) return refuse(`has a character that ${target.charset} lacks`);
      const value = padding === 'insignificant' ? text.replace(/ +$/, '') : text;
      if (padding === 'significant' && value.endsWith(' '))
        return refuse('ends with a blank, which CHAR forgets');
      if (maxChars !== undefined && value.length > maxChars && countCharacters(value) > maxChars) {
        return refuse('is longer than its column');
      }
      if (maxBytes !== undefined && isTooLong(value, target.charset ?? '', maxBytes)) {
        return refuse('is longer than its column');
      }
      return value;
    },
  };
};

/** A declared length must be there for every value; a key column has to have one, whatever the source has. */
const hasRoom = (
  source: ColumnDescription,
  target: TargetColumn,
  longest: number | undefined,
  limit: number,
): boolean => {
  // A type of the source's own, with at least its length.
  if (source.native?.baseType === target.baseType && (source.maxLength ?? 0) <= limit) return true;
  if (target.isPartial) return true;
  if (longest !== undefined) return longest <= limit;
  return target.isKey || largeTexts.has(target.baseType);
};

/** Blanks at the end of a value for CHAR: PostgreSQL's own char(n) has them as padding, in every other type they count. */
const paddingOf = (source: ColumnDescription): 'insignificant' | 'significant' | undefined => {
  if (source.native?.baseType === 'char') return undefined;
  return scalarType(source) === 'bpchar' ? 'insignificant' : 'significant';
};

const countCharacters = (text: string): number => {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
};

/** Whether a type's values differ by letter case and by blanks at the end, so that a collation decides what is equal. */
export const isCharacterType = (source: ColumnDescription): boolean =>
  source.isArray || source.typeKind !== 'base' || characterTypes.has(source.baseType);

/** PostgreSQL writes the padding of a bpchar, and CHAR forgets it. */
const newVarchar = ({ maxLength }: ColumnDescription): NewColumn =>
  maxLength === undefined ? longTextColumn : varcharColumn(maxLength);

const newText = (column: ColumnDescription): NewColumn =>
  varcharColumn(longestCanonicalText(column) ?? maxVarcharLength);

export const texts: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    bpchar: newVarchar,
    varchar: newVarchar,
    varbit: newVarchar,
    inet: newText,
    cidr: newText,
    macaddr: newText,
    macaddr8: newText,
    pg_lsn: newText,
    timetz: newText,
    interval: newText,
    name: newText,
    char: newText,
  },
  documented: [
    { columnType: 'char(8)', maxLength: 8, charset: 'utf8mb4' },
    { columnType: 'varchar(80)', maxLength: 80, charset: 'utf8mb4' },
    { columnType: 'tinytext', maxLength: 255, charset: 'utf8mb4' },
    { columnType: 'text', maxLength: 65_535, charset: 'utf8mb4' },
    { columnType: 'mediumtext', maxLength: 16_777_215, charset: 'utf8mb4' },
    { columnType: 'longtext', maxLength: 4_294_967_295, charset: 'utf8mb4' },
  ],
};
