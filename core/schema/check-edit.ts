import { tableLabel } from '../contracts/identifiers.ts';
import type { CheckedEdit, EditRequest } from '../ports/target-dialect.ts';

/** How a dialect writes statements. */
export interface EditDialect {
  /** What quotes an identifier. A text has single quotes everywhere. */
  readonly quote: '"' | '`';
  /** As `ALTER TABLE` names the table. */
  readonly quotedTable: string;
  /** Names that mean the same have the same text here. `isQuoted`: as the statement has it. */
  readonly fold: (name: string, isQuoted: boolean) => string;
  /** Whether a table that is named without a schema may be the target. */
  readonly defaultSchema?: string;
}

type Action =
  | { readonly kind: 'add'; readonly name: string; readonly fill: string; readonly isNotNull: boolean }
  | { readonly kind: 'drop' | 'type' | 'release' | 'undefault'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | { readonly kind: 'option' };

/**
 * Checks that a person's statement is one ALTER TABLE of the target table, and that it does to the rows what the planned statements do:
 * the same columns are added, with the same values in the rows that are there, and the same ones are renamed. Free are the types of
 * columns that are added or changed, whether a column is dropped that the source dropped, and how the server goes about it. The list of
 * what may stand in it is closed. Whether the columns suit the source's is seen at the table itself.
 */
export const checkEdit = (request: EditRequest, dialect: EditDialect): CheckedEdit => {
  try {
    return check(request, dialect);
  } catch (error) {
    if (error instanceof Unfit) return { problems: [error.message] };
    throw error;
  }
};

class Unfit extends Error {}

const check = ({ statement, target, planned, droppable }: EditRequest, dialect: EditDialect): CheckedEdit => {
  const plannedClauses = planned.flatMap((one) => splitStatement(one, target, dialect).actions);
  const wanted = plannedClauses.map((clause) => readAction(clause, dialect, true));
  const { actions: clauses, text } = splitStatement(statement, target, dialect);
  const texts = new Set(plannedClauses.flat());
  // Whether it escapes what follows depends on the server.
  if (clauses.flat().some((token) => token.includes('\\') && !texts.has(token))) {
    throw new Unfit('It has a backslash.');
  }
  const actions = clauses.map((clause) => readAction(clause, dialect));
  const problems: string[] = [];
  const named = new Set(wanted.flatMap((action) => (action.kind === 'option' ? [] : [action.name])));
  const mayDrop = new Set(droppable.map((name) => dialect.fold(name, true)));
  for (const action of actions) {
    switch (action.kind) {
      case 'option':
        break;
      case 'add': {
        const plan = wanted.find((other) => other.kind === 'add' && other.name === action.name);
        if (plan?.kind !== 'add')
          problems.push(`It adds column ${action.name}, which the source has not added.`);
        else if (plan.fill !== action.fill)
          problems.push(
            `The rows that are there have to get the same value in column ${action.name} as planned: ${plan.fill === '' ? 'no DEFAULT' : `DEFAULT ${plan.fill}`}.`,
          );
        else if (action.isNotNull && !plan.isNotNull)
          problems.push(`Column ${action.name} has to take NULL, as planned.`);
        break;
      }
      case 'rename':
        if (
          !wanted.some(
            (other) => other.kind === 'rename' && other.name === action.name && other.to === action.to,
          )
        )
          problems.push(`It renames column ${action.name} to ${action.to}, which is not planned.`);
        break;
      case 'drop':
        if (
          !mayDrop.has(action.name) &&
          !wanted.some(
            ({ kind, ...other }) => kind === 'drop' && 'name' in other && other.name === action.name,
          )
        )
          problems.push(`It drops column ${action.name}, which the source still has.`);
        break;
      case 'type':
      case 'release':
      case 'undefault':
        if (!named.has(action.name) && !mayDrop.has(action.name))
          problems.push(`It changes column ${action.name}, which no planned statement changes.`);
        break;
    }
  }
  for (const plan of wanted) {
    const isDone = actions.some((action) => {
      if (action.kind === 'option' || plan.kind === 'option') return false;
      if (plan.kind === 'rename') return action.kind === 'rename' && action.name === plan.name;
      return action.kind === plan.kind && action.name === plan.name;
    });
    if (isDone) continue;
    if (plan.kind === 'add') problems.push(`It does not add column ${plan.name}.`);
    if (plan.kind === 'rename') problems.push(`It does not rename column ${plan.name} to ${plan.to}.`);
    if (plan.kind === 'type') problems.push(`It does not change the type of column ${plan.name}.`);
  }
  return problems.length > 0 ? { problems } : { statement: text };
};

const tokenPattern = (quote: EditDialect['quote']): RegExp =>
  quote === '"'
    ? /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}\p{N}_$]+|\S/gu
    : /'(?:[^'\\]|''|\\[\s\S])*'|`(?:[^`]|``)*`|[\p{L}\p{N}_$]+|\S/gu;

/** The actions of an ALTER TABLE of the target, with the statement as it is run. */
const splitStatement = (
  statement: string,
  target: EditRequest['target'],
  { quote, quotedTable, fold, defaultSchema }: EditDialect,
): { readonly actions: readonly (readonly string[])[]; readonly text: string } => {
  const whole = statement.trim().replace(/;\s*$/, '');
  const matches = [...whole.matchAll(tokenPattern(quote))];
  const tokens = matches.map(([token]) => token);
  if (/--|\/\*|#/.test(withoutTexts(tokens))) throw new Unfit('It has a comment.');
  if (tokens.includes(';')) throw new Unfit('It is more than one statement.');
  const other = quote === '"' ? '`' : '"';
  const isOdd = (token: string): boolean =>
    ["'", quote, other, '\\'].includes(token) || (/^[^'"`]/.test(token) && token.includes('$'));
  if (tokens.some(isOdd)) throw new Unfit('It has a quote that does not end, or one that is not understood.');
  if (word(tokens[0]) !== 'ALTER' || word(tokens[1]) !== 'TABLE') throw new Unfit('It is no ALTER TABLE.');
  let at = 2;
  const part = (): string => {
    const token = tokens[at] ?? '';
    at += 1;
    return nameOf(token, quote, fold);
  };
  let name = [part()];
  if (tokens[at] === '.') {
    at += 1;
    name = [...name, part()];
  } else if (defaultSchema !== undefined) name = [defaultSchema, ...name];
  const isTarget =
    name.length === 2 && name[0] === fold(target.schema, true) && name[1] === fold(target.table, true);
  if (!isTarget) throw new Unfit(`It has to name the target table ${tableLabel(target)}, as ${quotedTable}.`);
  const rest = tokens.slice(at);
  const actions: string[][] = [[]];
  let depth = 0;
  for (const token of rest) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth < 0) throw new Unfit('It has a bracket that is not opened.');
    if (token === ',' && depth === 0) actions.push([]);
    else actions.at(-1)?.push(token);
  }
  if (depth !== 0 || actions.some((action) => action.length === 0)) throw new Unfit('It is not complete.');
  const begin = matches[at]?.index ?? whole.length;
  return { actions, text: `ALTER TABLE ${quotedTable} ${whole.slice(begin)}` };
};

const withoutTexts = (tokens: readonly string[]): string =>
  tokens.map((token) => (/^['"`]/.test(token) && token.length > 1 ? "''" : token)).join('');

const word = (token: string | undefined): string => (token ?? '').toUpperCase();

const nameOf = (token: string, quote: string, fold: EditDialect['fold']): string => {
  const isQuoted = token.startsWith(quote) && token.length > 1;
  if (!isQuoted && !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(token)) throw new Unfit(`"${token}" is no name.`);
  return isQuoted ? fold(token.slice(1, -1).replaceAll(quote + quote, quote), true) : fold(token, false);
};

/** No part of the definition of a column: each makes values, or binds the table to others. */
const refusedInDefinition: ReadonlySet<string> = new Set([
  ...['GENERATED', 'AS', 'REFERENCES', 'CHECK', 'UNIQUE', 'PRIMARY', 'KEY', 'CONSTRAINT', 'ON', 'USING'],
  ...['AUTO_INCREMENT', 'IDENTITY', 'SERIAL', 'BIGSERIAL', 'SMALLSERIAL', 'INVISIBLE', 'VIRTUAL', 'STORED'],
  ...['PERSISTENT', 'WITH', 'WITHOUT'],
]);
const notColumns: ReadonlySet<string> = new Set([
  ...['CONSTRAINT', 'INDEX', 'KEY', 'UNIQUE', 'PRIMARY', 'FOREIGN', 'CHECK', 'FULLTEXT', 'SPATIAL', 'VECTOR'],
  ...['PARTITION', 'PERIOD', 'SYSTEM', 'EXCLUDE', 'TABLE'],
]);

/** `isPlanned`: what Millrace has planned itself may have more in it. */
const readAction = (tokens: readonly string[], { quote, fold }: EditDialect, isPlanned = false): Action => {
  const [verb, ...rest] = tokens;
  const shown = tokens.slice(0, 6).join(' ');
  const skip = (words: readonly string[], from: readonly string[]): readonly string[] =>
    words.every((one, index) => word(from[index]) === one) ? from.slice(words.length) : from;
  const column = (from: readonly string[]): readonly [string, readonly string[]] => {
    const [token = '', ...after] = from;
    if (notColumns.has(word(token)) || token === '(') throw new Unfit(`"${shown}" may not stand in it.`);
    return [nameOf(token, quote, fold), after];
  };
  const define = (definition: readonly string[]): void => {
    if (isPlanned) return;
    const refused = definition.find((token) => refusedInDefinition.has(word(token)) && !/^["'`]/.test(token));
    // `timestamp with time zone` is a type.
    const isZone =
      refused !== undefined &&
      /^WITH(OUT)?$/.test(word(refused)) &&
      /\bTIME ZONE\b/i.test(definition.join(' '));
    if (refused !== undefined && !isZone)
      throw new Unfit(`"${word(refused)}" may not stand in it: ${shown}.`);
    if (definition.length === 0) throw new Unfit(`"${shown}" names no type.`);
  };
  switch (word(verb)) {
    case 'ADD': {
      const [name, definition] = column(skip(['IF', 'NOT', 'EXISTS'], skip(['COLUMN'], rest)));
      define(definition);
      return {
        kind: 'add',
        name,
        fill: fillOf(definition),
        isNotNull: /\bNOT NULL\b/i.test(plain(definition)),
      };
    }
    case 'DROP': {
      const [name, after] = column(skip(['IF', 'EXISTS'], skip(['COLUMN'], rest)));
      if (after.length > 0 && plain(after).toUpperCase() !== 'RESTRICT')
        throw new Unfit(`"${shown}" may not stand in it.`);
      return { kind: 'drop', name };
    }
    case 'RENAME': {
      if (word(rest[0]) !== 'COLUMN' || word(rest[2]) !== 'TO' || rest.length !== 4)
        throw new Unfit(`"${shown}" may not stand in it; write RENAME COLUMN a TO b.`);
      return { kind: 'rename', name: column(rest.slice(1))[0], to: nameOf(rest[3] ?? '', quote, fold) };
    }
    case 'ALTER': {
      const [name, after] = column(skip(['COLUMN'], rest));
      const what = plain(after.slice(0, 3)).toUpperCase();
      if (what === 'DROP NOT NULL' && after.length === 3) return { kind: 'release', name };
      if (what === 'DROP DEFAULT' && after.length === 2) return { kind: 'undefault', name };
      const type = what.startsWith('TYPE ')
        ? after.slice(1)
        : what === 'SET DATA TYPE'
          ? after.slice(3)
          : undefined;
      if (type === undefined) throw new Unfit(`"${shown}" may not stand in it.`);
      define(type);
      if (/\b(?:DEFAULT|NOT|NULL)\b/i.test(plain(type))) throw new Unfit(`"${shown}" is more than a type.`);
      return { kind: 'type', name };
    }
    case 'MODIFY': {
      const [name, definition] = column(skip(['COLUMN'], rest));
      define(definition);
      return { kind: 'type', name };
    }
    case 'ALGORITHM':
    case 'LOCK': {
      const [value, ...more] = rest[0] === '=' ? rest.slice(1) : rest;
      if (value === undefined || more.length > 0 || !/^\w+$/.test(value))
        throw new Unfit(`"${shown}" may not stand in it.`);
      return { kind: 'option' };
    }
    default:
      throw new Unfit(`"${shown}" may not stand in it.`);
  }
};

/** Without what stands in quotes. */
const plain = (tokens: readonly string[]): string =>
  tokens.filter((token) => !/^["'`]./.test(token)).join(' ');

const afterDefault: ReadonlySet<string> = new Set(['NOT', 'NULL', 'COMMENT', 'FIRST', 'AFTER', 'COLLATE']);

/** What stands behind DEFAULT, as one text. */
const fillOf = (definition: readonly string[]): string => {
  const at = definition.findIndex((token) => word(token) === 'DEFAULT');
  if (at === -1) return '';
  const value = definition.slice(at + 1);
  const end = value.findIndex((token, index) => index > 0 && afterDefault.has(word(token)));
  const fill = (end === -1 ? value : value.slice(0, end)).join(' ');
  return word(fill) === 'NULL' ? '' : fill;
};
