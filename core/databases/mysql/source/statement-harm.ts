import type { TableDescription } from '../../../contracts/table-description.ts';

/**
 * What a statement of the binary log does to the table that it concerns, in words that complete "Table shop.orders has changed at the
 * source: ", or undefined when its rows and its events stay what they were. Only what is known to be harmless passes: a statement
 * that is not understood counts as harmful. What becomes of an index counts when it is the table's key.
 */
export const harmOfStatement = (
  statement: string,
  { keyIndex }: Pick<TableDescription, 'keyIndex'>,
): string | undefined => {
  const lost = lostMark.exec(statement);
  const tokens = tokenize(lost === null ? statement : statement.slice(lost[0].length));
  if (lost !== null) return [lost[1], ...(tokens.length > 0 ? [`"${shown(tokens, 12)}"`] : [])].join(': ');
  const [verb, ...rest] = tokens;
  const words = rest.map(wordOf);
  switch (wordOf(verb)) {
    case 'ALTER':
      return harmOfAlter(rest, keyIndex);
    case 'CREATE':
      // CREATE OR REPLACE drops the one that is there.
      if (words.slice(0, 5).includes('INDEX')) return harmOfIndex(rest, keyIndex);
      if (words.includes('TABLE') && startsWith(afterTable(rest), 'IF', 'NOT', 'EXISTS')) return undefined;
      return words.slice(0, 4).includes('TABLE') ? 'it was created again' : unknown(tokens);
    case 'DROP':
      if (words[0] === 'INDEX') return harmOfIndex(rest, keyIndex);
      return words.slice(0, 2).includes('TABLE') ? 'it was dropped' : unknown(tokens);
    case 'RENAME':
      return 'a table was renamed, and has its name or had it';
    // The log has an event for it.
    case 'TRUNCATE':
    case 'ANALYZE':
    case 'OPTIMIZE':
    case 'REPAIR':
    case 'CHECK':
    case 'FLUSH':
      return undefined;
    default:
      return unknown(tokens);
  }
};

const harmOfIndex = (tokens: readonly Token[], keyIndex: string | undefined): string | undefined => {
  const named = tokens.slice(tokens.findIndex((token) => wordOf(token) === 'INDEX') + 1);
  const name = namedAfterIf(named);
  return isKeyIndex(name, keyIndex) ? `its key, the index ${name}, was dropped` : undefined;
};

/** The name that stands behind IF EXISTS and IF NOT EXISTS, without its quotes. */
const namedAfterIf = (tokens: readonly Token[]): string => {
  const skipped = startsWith(tokens, 'IF', 'EXISTS') ? 2 : startsWith(tokens, 'IF', 'NOT', 'EXISTS') ? 3 : 0;
  const token = tokens[skipped] ?? '';
  const quote = token.charAt(0);
  return quote === '`' || quote === '"' ? token.slice(1, -1).replaceAll(quote + quote, quote) : token;
};

/** Names of indexes are the same in either case. PRIMARY is that of the primary key. */
const isKeyIndex = (name: string, keyIndex = 'PRIMARY'): boolean =>
  name.toLowerCase() === keyIndex.toLowerCase();

/** What the connector could not read, in its words (LostTables.java). The statement follows where there is one. */
const lostMark = /^\/\* millrace(?: again)?: ([^*]*) \*\/ ?/;

export type Token = string;

/** Comments are left out, but for those that the server executes. Text and quoted names are one token each, with their quotes. */
const tokenPattern =
  /\/\*!M?\d*|\*\/|\/\*[^!][\s\S]*?\*\/|\/\*\*\/|--[^\n]*|#[^\n]*|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|[\p{L}\p{N}_$@.]+|[^\s]/gu;

export const tokenize = (statement: string): readonly Token[] =>
  Array.from(statement.matchAll(tokenPattern), ([token]) => token).filter(
    (token) => !token.startsWith('/*') && token !== '*/' && !/^(?:--|#)/.test(token) && token !== ';',
  );

export const wordOf = (token: Token | undefined): string => (token ?? '').toUpperCase();

export const startsWith = (tokens: readonly Token[], ...words: readonly string[]): boolean =>
  words.every((word, index) => wordOf(tokens[index]) === word);

const afterTable = (tokens: readonly Token[]): readonly Token[] =>
  tokens.slice(tokens.findIndex((token) => wordOf(token) === 'TABLE') + 1);

/** Enough of it to find it again. */
const shown = (tokens: readonly Token[], most: number): string =>
  tokens.slice(0, most).join(' ') + (tokens.length > most ? ' ...' : '');

const unknown = (tokens: readonly Token[]): string => `the statement "${shown(tokens, 8)}"`;

const harmOfAlter = (tokens: readonly Token[], keyIndex: string | undefined): string | undefined => {
  const head = tokens.slice(0, 4).map(wordOf);
  if (!head.includes('TABLE')) return unknown(['ALTER', ...tokens]);
  const clauses = clausesOf(tokens);
  // It removes the rows that are in the way of a unique key, without an event.
  if (head.includes('IGNORE'))
    return `the statement "ALTER IGNORE TABLE" with ${clauses.map(describeClause).join(', ')}`;
  const harmful = clauses.filter((clause) => !isHarmlessClause(clause, keyIndex));
  return harmful.length === 0 ? undefined : `ALTER TABLE with ${harmful.map(describeClause).join(', ')}`;
};

export const describeClause = (clause: readonly Token[]): string => shown(clause, 6);

/** What stands between the commas after the table's name. */
export const clausesOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  let rest = afterTable(tokens);
  if (startsWith(rest, 'IF', 'EXISTS')) rest = rest.slice(2);
  rest = rest.slice(lengthOfName(rest));
  // WAIT 5 and NOWAIT stand before the clauses at MariaDB.
  if (startsWith(rest, 'NOWAIT')) rest = rest.slice(1);
  if (startsWith(rest, 'WAIT')) rest = rest.slice(2);
  const clauses: Token[][] = [[]];
  let depth = 0;
  for (const token of rest) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) clauses.push([]);
    else clauses.at(-1)?.push(token);
  }
  return clauses.filter((clause) => clause.length > 0);
};

/** `db`.`table` is three tokens, db.table is one. */
const lengthOfName = (tokens: readonly Token[]): number => {
  if (tokens[1] === '.') return 3;
  if (tokens[1]?.startsWith('.') === true) return tokens[1].length > 1 ? 2 : 3;
  return tokens[0]?.endsWith('.') === true ? 2 : 1;
};

const keyWords: ReadonlySet<string> = new Set([
  'INDEX',
  'KEY',
  'UNIQUE',
  'FULLTEXT',
  'SPATIAL',
  'VECTOR',
  'CHECK',
]);
const options: ReadonlySet<string> = new Set([
  'ALGORITHM',
  'LOCK',
  'COMMENT',
  'AUTO_INCREMENT',
  'ROW_FORMAT',
  'KEY_BLOCK_SIZE',
  'STATS_PERSISTENT',
  'STATS_AUTO_RECALC',
  'STATS_SAMPLE_PAGES',
  'MAX_ROWS',
  'MIN_ROWS',
  'AVG_ROW_LENGTH',
  'CHECKSUM',
  'PACK_KEYS',
  'FORCE',
  'ENABLE',
  'DISABLE',
  'PAGE_COMPRESSED',
  'PAGE_CHECKSUM',
  'TRANSACTIONAL',
  'ENCRYPTED',
  'COMPRESSION',
  'ENCRYPTION',
]);

/** Engines that keep every row that a table has. BLACKHOLE drops all of them, and MEMORY at the next start. */
const keepingEngines: ReadonlySet<string> = new Set(['INNODB', 'XTRADB', 'MYISAM', 'ARIA', 'ROCKSDB']);

export const isHarmlessClause = (clause: readonly Token[], keyIndex: string | undefined): boolean => {
  const [first = '', second = ''] = clause.slice(0, 2).map(wordOf);
  if (options.has(first)) return true;
  switch (first) {
    case 'ENGINE':
      return keepingEngines.has(second === '=' ? wordOf(clause[2]) : second);
    case 'ADD':
      if (second === 'CONSTRAINT') return isHarmlessConstraint(clause);
      if (second === 'FOREIGN') return !actsOnRows(clause);
      return keyWords.has(second);
    case 'DROP':
      if (second === 'FOREIGN') return true;
      if (second === 'CHECK') return true;
      return (
        (second === 'INDEX' || second === 'KEY' || second === 'CONSTRAINT') &&
        !isKeyIndex(namedAfterIf(clause.slice(2)), keyIndex)
      );
    // A later statement would drop it under its new name.
    case 'RENAME':
      return (second === 'INDEX' || second === 'KEY') && !isKeyIndex(namedAfterIf(clause.slice(2)), keyIndex);
    case 'ALTER':
      if (second === 'INDEX' || second === 'KEY' || second === 'CHECK' || second === 'CONSTRAINT')
        return true;
      return isDefault(clause.slice(second === 'COLUMN' ? 2 : 1));
    // The default of columns to come; CONVERT TO changes those that are there.
    case 'DEFAULT':
      return second === 'CHARACTER' || second === 'CHARSET' || second === 'COLLATE';
    case 'CHARACTER':
      return second === 'SET';
    case 'CHARSET':
    case 'COLLATE':
      return true;
    case 'ORDER':
    case 'PARTITION':
      return second === 'BY';
    case 'REMOVE':
      return second === 'PARTITIONING';
    case 'COALESCE':
    case 'REORGANIZE':
    case 'ANALYZE':
    case 'CHECK':
    case 'OPTIMIZE':
    case 'REBUILD':
    case 'REPAIR':
      return second === 'PARTITION';
    default:
      return false;
  }
};

/** ALTER [COLUMN] name SET DEFAULT, or DROP DEFAULT. */
const isDefault = (tokens: readonly Token[]): boolean => {
  const [, verb, what] = tokens.map(wordOf);
  return (verb === 'SET' || verb === 'DROP') && what === 'DEFAULT';
};

const isHarmlessConstraint = (clause: readonly Token[]): boolean => {
  const words = clause.map(wordOf);
  const kind = words.findIndex((word) => ['UNIQUE', 'CHECK', 'PRIMARY', 'FOREIGN'].includes(word));
  switch (words[kind]) {
    case 'UNIQUE':
    case 'CHECK':
      return true;
    case 'FOREIGN':
      return !actsOnRows(clause);
    default:
      return false;
  }
};

/** ON DELETE CASCADE and its like change rows without an event. */
const actsOnRows = (clause: readonly Token[]): boolean => {
  const words = clause.map(wordOf);
  return words.some((word, index) => {
    if (word !== 'ON' || (words[index + 1] !== 'DELETE' && words[index + 1] !== 'UPDATE')) return false;
    const action = words[index + 2];
    return action !== 'RESTRICT' && action !== 'NO';
  });
};
