import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { parseLabels } from '../types/labels.ts';
import { type Token, wordOf } from './statement-harm.ts';

/** What a statement says of a column, as far as it is understood as a whole. */
export interface ColumnDefinition {
  /** In lower case, under the name that the catalog has. */
  readonly baseType: string;
  /** As the catalog spells them; labels for an ENUM or SET. Those that mean nothing are left out. */
  readonly parts: readonly string[];
  readonly isUnsigned: boolean;
  readonly charset?: string;
  readonly collation?: string;
  /** Undefined when the statement does not say. */
  readonly isNotNull?: boolean;
  /** A literal with its quotes, or digits with their sign; null for NULL, and undefined where there is none. */
  readonly default?: string | null;
  readonly isFirst: boolean;
  /** The name of the column before it, as it stands there. */
  readonly after?: Token;
}

const aliases: ReadonlyMap<string, string> = new Map([
  ['integer', 'int'],
  ['dec', 'decimal'],
  ['numeric', 'decimal'],
  ['fixed', 'decimal'],
  ['character', 'char'],
]);

const integers: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** Behind the name of the column. Undefined for a form that is not known as a whole. */
export const parseColumnDefinition = (tokens: readonly Token[]): ColumnDefinition | undefined => {
  const { rest: all, ...position } = takePosition(tokens);
  const [first, ...behind] = all;
  const word = (first ?? '').toLowerCase();
  if (!/^[a-z]+\d?$/.test(word)) return undefined;
  const { parts, rest } = takeParts(behind);
  const isBoolean = word === 'bool' || word === 'boolean';
  const baseType = isBoolean ? 'tinyint' : (aliases.get(word) ?? word);
  const attributes = parseAttributes(rest);
  if (attributes === undefined) return undefined;
  return { baseType, parts: normalize(baseType, isBoolean ? ['1'] : parts), ...attributes, ...position };
};

const takePosition = (
  tokens: readonly Token[],
): Pick<ColumnDefinition, 'isFirst' | 'after'> & { readonly rest: readonly Token[] } => {
  if (wordOf(tokens.at(-1)) === 'FIRST') return { isFirst: true, rest: tokens.slice(0, -1) };
  const after = tokens.at(-1);
  return wordOf(tokens.at(-2)) === 'AFTER' && after !== undefined
    ? { isFirst: false, after, rest: tokens.slice(0, -2) }
    : { isFirst: false, rest: tokens };
};

const takeParts = (
  tokens: readonly Token[],
): { readonly parts: readonly string[]; readonly rest: readonly Token[] } => {
  if (tokens[0] !== '(') return { parts: [], rest: tokens };
  const end = tokens.indexOf(')');
  return { parts: tokens.slice(1, end).filter((token) => token !== ','), rest: tokens.slice(end + 1) };
};

const parseAttributes = (
  tokens: readonly Token[],
): Omit<ColumnDefinition, 'baseType' | 'parts' | 'isFirst' | 'after'> | undefined => {
  const found: { -readonly [Key in keyof ColumnDefinition]?: ColumnDefinition[Key] } = {};
  const words = tokens.map(wordOf);
  for (let at = 0; at < tokens.length; ) {
    const value = tokens[at + 1];
    switch (words[at]) {
      case 'UNSIGNED':
        found.isUnsigned = true;
        at += 1;
        break;
      case 'SIGNED':
        at += 1;
        break;
      case 'NULL':
        found.isNotNull = false;
        at += 1;
        break;
      case 'NOT':
        if (words[at + 1] !== 'NULL') return undefined;
        found.isNotNull = true;
        at += 2;
        break;
      case 'COMMENT':
        at += 2;
        break;
      case 'CHARACTER':
        if (words[at + 1] !== 'SET' || tokens[at + 2] === undefined) return undefined;
        found.charset = (tokens[at + 2] ?? '').toLowerCase();
        at += 3;
        break;
      case 'CHARSET':
        if (value === undefined) return undefined;
        found.charset = value.toLowerCase();
        at += 2;
        break;
      case 'COLLATE':
        if (value === undefined) return undefined;
        found.collation = value.toLowerCase();
        at += 2;
        break;
      case 'DEFAULT': {
        const literal = takeLiteral(tokens.slice(at + 1));
        found.default = literal.value;
        at += 1 + literal.length;
        break;
      }
      default:
        return undefined;
    }
  }
  return { isUnsigned: false, ...found };
};

/** What is no literal is `computed`, and everything behind it belongs to it. */
const takeLiteral = (
  tokens: readonly Token[],
): { readonly value: string | null | 'computed'; readonly length: number } => {
  const [first = '', second = ''] = tokens;
  if (wordOf(first) === 'NULL') return { value: null, length: 1 };
  if (wordOf(first) === 'TRUE') return { value: '1', length: 1 };
  if (wordOf(first) === 'FALSE') return { value: '0', length: 1 };
  if (/^'/.test(first)) {
    // Two texts in a row are one.
    return /^['"]/.test(second) ? { value: 'computed', length: tokens.length } : { value: first, length: 1 };
  }
  if (/^\d+(?:\.\d+)?$/.test(first)) return { value: first, length: 1 };
  if ((first === '-' || first === '+') && /^\d+(?:\.\d+)?$/.test(second)) {
    return { value: first === '-' ? `-${second}` : second, length: 2 };
  }
  return { value: 'computed', length: tokens.length };
};

const normalize = (baseType: string, parts: readonly string[]): readonly string[] => {
  if (integers.has(baseType)) return baseType === 'tinyint' && parts[0] === '1' ? ['1'] : [];
  switch (baseType) {
    case 'decimal':
      return [parts[0] ?? '10', parts[1] ?? '0'];
    case 'char':
    case 'binary':
    case 'bit':
      return [parts[0] ?? '1'];
    case 'datetime':
    case 'timestamp':
    case 'time':
      return parts[0] === '0' ? [] : parts;
    case 'year':
      return [];
    default:
      return parts;
  }
};

/** The catalog has had another name for it. */
const charsetName = (name: string): string => (name === 'utf8' ? 'utf8mb3' : name);

/** Whether the catalog describes a column as the statement has it. */
export const isOfType = ({ native, baseType }: ColumnDescription, definition: ColumnDefinition): boolean => {
  if (native === undefined || native.type.includes('zerofill')) return false;
  if ((native.isUnsigned === true) !== definition.isUnsigned) return false;
  if (
    definition.charset !== undefined &&
    charsetName(native.charset ?? '') !== charsetName(definition.charset)
  ) {
    return false;
  }
  if (definition.collation !== undefined && native.collation !== definition.collation) return false;
  // MariaDB's JSON is a LONGTEXT with a CHECK.
  if (definition.baseType === 'json') return baseType === 'json';
  if (native.baseType !== definition.baseType || (baseType === 'json' && native.baseType === 'longtext'))
    return false;
  const labels = parseLabels(native.type);
  if (labels !== undefined) {
    return (
      definition.parts.length === labels.length &&
      definition.parts.every((part, index) => unquoted(part) === labels[index])
    );
  }
  const inside = /\(([^)]*)\)/.exec(native.type)?.[1];
  return (
    normalize(native.baseType, inside === undefined ? [] : inside.split(',')).join() ===
    definition.parts.join()
  );
};

/** The text of a literal between single quotes; undefined for one with escapes, which depend on the SQL mode. */
export const unquoted = (literal: string): string | undefined =>
  literal.startsWith("'") && !literal.includes('\\') ? literal.slice(1, -1).replaceAll("''", "'") : undefined;
