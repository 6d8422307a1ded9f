import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { ColumnChange, ColumnFill, FollowedShape } from '../../../ports/source-dialect.ts';
import { isWiderType } from '../../../schema/wider-types.ts';
import { type ColumnDefinition, isOfType, parseColumnDefinition } from './column-definition.ts';
import { constantFill, implicitFill } from './column-fills.ts';
import {
  clausesOf,
  describeClause,
  harmOfStatement,
  isHarmlessClause,
  startsWith,
  type Token,
  tokenize,
  wordOf,
} from './statement-harm.ts';

/**
 * What a table that was `known` became by an ALTER TABLE of the log. The statement says what has changed, and the catalog as it is
 * `now` describes the columns that came, as far as it has them as the statement says. Clauses that have been done already change
 * nothing: Connect may send statements again.
 */
export const followStatement = (
  known: TableDescription,
  now: TableDescription,
  statement: string,
): FollowedShape => {
  const harm = harmOfStatement(statement, known);
  if (harm === undefined) return { isKnown: true, after: known, changes: [] };
  const [verb, ...tokens] = tokenize(statement);
  const isAlter = wordOf(verb) === 'ALTER' && wordOf(tokens[0]) === 'TABLE' && !isLost(statement);
  if (!isAlter) return unknown(kindOf(wordOf(verb), tokens), harm);
  const table = new AlteredTable(known, now);
  for (const clause of clausesOf(tokens)) {
    if (isHarmlessClause(clause, known.keyIndex)) continue;
    const failed = table.alter(clause);
    if (failed !== undefined)
      return { ...unknown(failed.kind, failed.what ?? harm), ...(failed.isUnclear && { isUnclear: true }) };
  }
  return { isKnown: true, after: table.describe(), changes: table.changes };
};

type Unknown = Extract<FollowedShape, { isKnown: false }>;
type Failed = Pick<Unknown, 'kind'> & Partial<Pick<Unknown, 'what' | 'isUnclear'>>;

/** Whether the connector could not read it. */
const isLost = (statement: string): boolean => statement.startsWith('/* millrace');

const unknown = (kind: Unknown['kind'], what: string): Unknown => ({ isKnown: false, kind, what });

const kindOf = (verb: string, tokens: readonly Token[]): Unknown['kind'] => {
  if (tokens.slice(0, 5).some((token) => wordOf(token) === 'INDEX')) return 'change-key';
  if (verb === 'DROP') return 'drop-table';
  if (verb === 'RENAME') return 'replace-table';
  return verb === 'CREATE' && tokens.slice(0, 4).map(wordOf).includes('TABLE') ? 'replace-table' : 'other';
};

/** A name, without its quotes; undefined for what is none. */
const nameOf = (token: Token | undefined): string | undefined => {
  if (token === undefined) return undefined;
  if (token.startsWith('`')) return token.slice(1, -1).replaceAll('``', '`');
  return /^[\p{L}\p{N}_$]+$/u.test(token) ? token : undefined;
};

/** Names of columns are the same in either case. */
const isNamed = (name: string) => (column: ColumnDescription) =>
  column.name.toLowerCase() === name.toLowerCase();

/** What stands behind DROP in the place of a column's name. */
const droppedOtherwise: ReadonlySet<string> = new Set([
  ...['PRIMARY', 'PARTITION', 'FOREIGN', 'INDEX', 'KEY', 'CONSTRAINT', 'CHECK', 'SYSTEM', 'PERIOD'],
]);
/** The same of ADD. */
const keptOtherwise = (dropped: string): Failed['kind'] => {
  // An index here is the one that is the key: others are harmless.
  if (['PRIMARY', 'INDEX', 'KEY', 'CONSTRAINT'].includes(dropped)) return 'change-key';
  return dropped === 'PARTITION' ? 'drop-partition' : 'rewrite';
};

const addedOtherwise: ReadonlySet<string> = new Set([
  ...['PRIMARY', 'PARTITION', 'FOREIGN', 'INDEX', 'KEY', 'CONSTRAINT', 'CHECK', 'SYSTEM', 'PERIOD'],
  ...['UNIQUE', 'FULLTEXT', 'SPATIAL', 'VECTOR'],
]);

/** A name that stands there alone is the table's new one. */
const renamedKind = (renamed: string): Failed['kind'] =>
  renamed === 'INDEX' || renamed === 'KEY' ? 'change-key' : 'replace-table';

class AlteredTable {
  readonly changes: ColumnChange[] = [];
  readonly #known: TableDescription;
  readonly #now: TableDescription;
  #columns: ColumnDescription[];
  #primaryKey: readonly string[];

  constructor(known: TableDescription, now: TableDescription) {
    this.#known = known;
    this.#now = now;
    this.#columns = [...known.columns];
    this.#primaryKey = known.primaryKey;
  }

  describe(): TableDescription {
    const { uniqueKeys, ...rest } = this.#known;
    const names = new Set(this.#columns.map(({ name }) => name));
    const kept = uniqueKeys?.filter(
      (key) =>
        key.columns.every((name) => names.has(name)) &&
        this.#now.uniqueKeys?.some(
          (other) => other.name === key.name && other.columns.join() === key.columns.join(),
        ),
    );
    return {
      ...rest,
      ...(kept !== undefined && { uniqueKeys: kept }),
      columns: this.#columns,
      primaryKey: this.#primaryKey,
    };
  }

  /** Returns why the clause cannot be followed. */
  alter(clause: readonly Token[]): Failed | undefined {
    const [verb, ...rest] = clause;
    const tokens = wordOf(rest[0]) === 'COLUMN' ? rest.slice(1) : rest;
    const isOfColumn = tokens.length < rest.length;
    switch (wordOf(verb)) {
      case 'ADD':
        return !isOfColumn && addedOtherwise.has(wordOf(rest[0]))
          ? { kind: wordOf(rest[0]) === 'PRIMARY' ? 'change-key' : 'other' }
          : this.#addAll(startsWith(tokens, 'IF', 'NOT', 'EXISTS') ? tokens.slice(3) : tokens);
      case 'DROP':
        return !isOfColumn && droppedOtherwise.has(wordOf(rest[0]))
          ? { kind: keptOtherwise(wordOf(rest[0])) }
          : this.#drop(withoutIfExists(tokens));
      // Of a partition, which no other clause stands next to.
      case 'TRUNCATE':
        return { kind: 'drop-partition' };
      case 'RENAME':
        return isOfColumn && wordOf(tokens[1]) === 'TO' && tokens.length === 3
          ? this.#rename(nameOf(tokens[0]), nameOf(tokens[2]))
          : { kind: isOfColumn ? 'other' : renamedKind(wordOf(rest[0])) };
      case 'CHANGE': {
        const [from, to, ...definition] = withoutIfExists(tokens);
        const renamed = nameOf(from) === nameOf(to) ? undefined : this.#rename(nameOf(from), nameOf(to));
        return renamed ?? this.#modify(nameOf(to), definition, clause);
      }
      case 'MODIFY': {
        const [name, ...definition] = withoutIfExists(tokens);
        return this.#modify(nameOf(name), definition, clause);
      }
      case 'CONVERT':
      // EXCHANGE PARTITION gives rows to one table and takes its rows in return.
      case 'EXCHANGE':
        return { kind: 'rewrite' };
      default:
        return { kind: 'other' };
    }
  }

  /** `name definition`, or several of them between parentheses. */
  #addAll(tokens: readonly Token[]): Failed | undefined {
    if (tokens[0] !== '(') return this.#add(tokens);
    if (tokens.at(-1) !== ')') return { kind: 'other' };
    const parts: Token[][] = [[]];
    let depth = 0;
    for (const token of tokens.slice(1, -1)) {
      if (token === '(') depth += 1;
      if (token === ')') depth -= 1;
      if (token === ',' && depth === 0) parts.push([]);
      else parts.at(-1)?.push(token);
    }
    for (const part of parts) {
      if (addedOtherwise.has(wordOf(part[0]))) return { kind: 'other' };
      const failed = this.#add(part);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  #add([first, ...tokens]: readonly Token[]): Failed | undefined {
    const name = nameOf(first);
    const definition = parseColumnDefinition(tokens);
    if (name !== undefined && tokens.some((token) => wordOf(token) === 'AS')) {
      // The target has none of the kind, which a new copy knows.
      const isThere = this.#columns.some((column) => column.isGenerated && isNamed(name)(column));
      return isThere ? undefined : { kind: 'rewrite' };
    }
    if (name === undefined || definition === undefined) return { kind: 'other' };
    if (this.#columns.some(isNamed(name))) return undefined;
    const described = this.#describedNow(name, definition);
    if (described === undefined) return changedAgain(name);
    const column = { ...described, notNull: definition.isNotNull ?? described.notNull };
    const fill = fillOf(column, definition);
    if (fill === undefined) {
      return {
        kind: 'rewrite',
        what: `column ${name} was added, and the log does not say which value the rows that were there have in it`,
      };
    }
    this.#place(column, definition);
    this.changes.push({ kind: 'add-column', column, fill });
    return undefined;
  }

  #drop(tokens: readonly Token[]): Failed | undefined {
    const name = nameOf(tokens[0]);
    const isAlone =
      tokens.length === 1 || (tokens.length === 2 && /^(?:RESTRICT|CASCADE)$/.test(wordOf(tokens[1])));
    if (name === undefined || !isAlone) return { kind: 'other' };
    const column = this.#columns.find(isNamed(name));
    if (column === undefined) return undefined;
    if (this.#primaryKey.includes(column.name)) {
      return { kind: 'change-key', what: `column ${column.name} of its key was dropped` };
    }
    this.#columns = this.#columns.filter((other) => other !== column);
    if (!column.isGenerated) this.changes.push({ kind: 'drop-column', column });
    return undefined;
  }

  #rename(from: string | undefined, to: string | undefined): Failed | undefined {
    if (from === undefined || to === undefined) return { kind: 'other' };
    const column = this.#columns.find(isNamed(from));
    const taken = this.#columns.find(isNamed(to));
    if (column === undefined) return taken === undefined ? { kind: 'other' } : undefined;
    if (taken !== undefined && taken !== column) return { kind: 'other' };
    const renamed = { ...column, name: to };
    this.#replace(column, renamed);
    this.#primaryKey = this.#primaryKey.map((name) => (name === column.name ? to : name));
    if (!column.isGenerated) this.changes.push({ kind: 'rename-column', from: column, to: renamed });
    return undefined;
  }

  #modify(name: string | undefined, tokens: readonly Token[], clause: readonly Token[]): Failed | undefined {
    const definition = parseColumnDefinition(tokens);
    const before = name === undefined ? undefined : this.#columns.find(isNamed(name));
    const what = `ALTER TABLE with ${describeClause(clause)}`;
    if (name === undefined || definition === undefined || before === undefined)
      return { kind: 'change-type', what };
    const described = this.#describedNow(name, definition);
    if (described === undefined)
      return { kind: 'change-type', what: `${what}; the column is of another type by now` };
    const after = { ...described, name: before.name, notNull: definition.isNotNull ?? described.notNull };
    const isSame =
      before.type === after.type && JSON.stringify(before.native) === JSON.stringify(after.native);
    if (before.isGenerated || after.isGenerated || (!isSame && !isWiderType(before, after))) {
      return { kind: 'change-type', what };
    }
    // A session that is not strict writes another value in the place of each NULL, and the log does not say so.
    if (after.notNull && !before.notNull) return { kind: 'rewrite', what };
    // Rows with NULL in it have no key. A primary key stays NOT NULL.
    const isOfKeyIndex = this.#known.keyIndex !== undefined && this.#primaryKey.includes(before.name);
    if (isOfKeyIndex && before.notNull && !after.notNull) return { kind: 'change-key', what };
    this.#replace(before, after);
    this.#place(after, definition);
    if (!isSame) this.changes.push({ kind: 'widen-type', from: before, to: after });
    if (before.notNull && !after.notNull) this.changes.push({ kind: 'drop-not-null', column: after });
    return undefined;
  }

  /** The column as the catalog has it, unless it has it otherwise than the statement says. */
  #describedNow(name: string, definition: ColumnDefinition): ColumnDescription | undefined {
    const column = this.#now.columns.find(isNamed(name));
    return column !== undefined && !column.isGenerated && isOfType(column, definition) ? column : undefined;
  }

  #replace(before: ColumnDescription, after: ColumnDescription): void {
    this.#columns = this.#columns.map((column) => (column === before ? after : column));
  }

  /** A column that comes goes to the end, and one that is there stays where it is, unless the statement says otherwise. */
  #place(column: ColumnDescription, { isFirst, after }: ColumnDefinition): void {
    const others = this.#columns.filter((other) => other !== column);
    const isThere = others.length < this.#columns.length;
    if (isThere && !isFirst && after === undefined) return;
    const at = after === undefined ? others.length : others.findIndex(isNamed(nameOf(after) ?? '')) + 1;
    others.splice(isFirst ? 0 : at, 0, column);
    this.#columns = others;
  }
}

const withoutIfExists = (tokens: readonly Token[]): readonly Token[] =>
  startsWith(tokens, 'IF', 'EXISTS') ? tokens.slice(2) : tokens;

/** A new copy of the table has what the rows became. */
const changedAgain = (name: string): Failed => ({
  kind: 'rewrite',
  isUnclear: true,
  what: `column ${name} was added and changed again since, so the catalog does not say how it was`,
});

const fillOf = (column: ColumnDescription, { default: given }: ColumnDefinition): ColumnFill | undefined => {
  if (given === 'computed') return undefined;
  if (given === undefined) return column.notNull ? implicitFill(column) : nullUnlessTimestamp(column);
  return given === null ? { kind: 'null' } : constantFill(column, given);
};

/** A TIMESTAMP without a default may have one all the same (explicit_defaults_for_timestamp). */
const nullUnlessTimestamp = ({ native }: ColumnDescription): ColumnFill | undefined =>
  native?.baseType === 'timestamp' ? undefined : { kind: 'null' };
