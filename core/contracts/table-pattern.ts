import type { TableRef } from './identifiers.ts';

/**
 * Names of tables by pattern: `schema.table`, where `*` stands for any characters, none too, and `?` for one. A backslash makes the
 * next character stand for itself. The first dot ends the schema; further ones belong to the table. Case counts.
 */

type Token = { readonly kind: 'any' | 'one' } | { readonly kind: 'text'; readonly text: string };

interface TablePattern {
  readonly schema: readonly Token[];
  readonly table: readonly Token[];
}

const parse = (pattern: string): TablePattern | string => {
  const parts: Token[][] = [[]];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    const tokens = parts.at(-1) ?? [];
    if (character === '\\') {
      const escaped = characters[index + 1];
      if (escaped === undefined) return 'ends with a backslash, which needs a character after it';
      tokens.push({ kind: 'text', text: escaped });
      index += 1;
    } else if (character === '.' && parts.length === 1) parts.push([]);
    // Several are as good as one.
    else if (character === '*') {
      if (tokens.at(-1)?.kind !== 'any') tokens.push({ kind: 'any' });
    } else tokens.push(character === '?' ? { kind: 'one' } : { kind: 'text', text: character });
  }
  const [schema = [], table] = parts;
  if (table === undefined) return 'has no schema; write schema.table, or *.table for every schema';
  return schema.length === 0 || table.length === 0 ? 'has an empty schema or table' : { schema, table };
};

/** Why a text is no pattern, or undefined when it is one. */
export const refuseTablePattern = (pattern: string): string | undefined => {
  const parsed = parse(pattern);
  return typeof parsed === 'string' ? `${pattern} ${parsed}` : undefined;
};

/** Goes back to the last `*` only, so that no pattern takes long. */
const matchesTokens = (tokens: readonly Token[], name: string): boolean => {
  const characters = [...name];
  let [at, token, lastAny, lastAt] = [0, 0, -1, 0];
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted?.kind === 'any') {
      [lastAny, lastAt] = [token, at];
      token += 1;
    } else if (wanted?.kind === 'one' || (wanted?.kind === 'text' && wanted.text === characters[at])) {
      at += 1;
      token += 1;
    } else {
      if (lastAny === -1) return false;
      lastAt += 1;
      [at, token] = [lastAt, lastAny + 1];
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'any');
};

const matchesOne = (pattern: string, { schema, table }: TableRef): boolean => {
  const parsed = parse(pattern);
  return (
    typeof parsed !== 'string' && matchesTokens(parsed.schema, schema) && matchesTokens(parsed.table, table)
  );
};

/** Whether the table matches one of `include` and none of `exclude`. */
export const matchesTable = (
  { include, exclude = [] }: { readonly include: readonly string[]; readonly exclude?: readonly string[] },
  ref: TableRef,
): boolean =>
  include.some((pattern) => matchesOne(pattern, ref)) && !exclude.some((pattern) => matchesOne(pattern, ref));

/** The pattern that only this table matches. */
export const patternOf = ({ schema, table }: TableRef): string =>
  `${schema.replaceAll(/[\\*?.]/g, '\\$&')}.${table.replaceAll(/[\\*?]/g, '\\$&')}`;
