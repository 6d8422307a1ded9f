import { type Client, escapeIdentifier } from 'pg';

/**
 * Compares tables of two PostgreSQL databases with plain SQL only: nothing here comes from the product's own code,
 * so that a mistake of the product cannot hide itself.
 */
export interface TablePair {
  /** Both in the schema `public`. */
  readonly source: string;
  readonly target: string;
}

export interface TableComparison {
  readonly table: string;
  readonly sourceRows: number;
  /** Null when the target has no such table. */
  readonly targetRows: number | null;
  readonly equal: boolean;
  /** What differs, for a person: columns, or up to `examplesShown` keys. Empty when equal. */
  readonly differences: readonly string[];
}

const examplesShown = 5;

/** Both sides have to write a value as the same text. */
const textSettings = [
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, YMD'",
  "SET IntervalStyle = 'postgres'",
  "SET bytea_output = 'hex'",
  'SET extra_float_digits = 1',
].join('; ');

/** Each side is read in one snapshot. Both databases must be quiet: the two snapshots are not taken at once. */
export const compareTables = async (
  source: Client,
  target: Client,
  pairs: readonly TablePair[],
): Promise<readonly TableComparison[]> => {
  const sides = [source, target];
  for (const side of sides) {
    await side.query(textSettings);
    await side.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }
  try {
    const compared: TableComparison[] = [];
    for (const pair of pairs) compared.push(await compareTable(source, target, pair));
    return compared;
  } finally {
    for (const side of sides) await side.query('ROLLBACK');
  }
};

const compareTable = async (source: Client, target: Client, pair: TablePair): Promise<TableComparison> => {
  const columns = await columnsOf(source, pair.source);
  const targetColumns = await columnsOf(target, pair.target);
  const sourceSum = await summarize(source, pair.source, columns);
  const result = { table: pair.source, sourceRows: Number(sourceSum.rows) };
  if (targetColumns.length === 0) {
    return {
      ...result,
      targetRows: null,
      equal: false,
      differences: [`no table ${pair.target} at the target`],
    };
  }
  const strayColumns = [
    ...columns.filter((name) => !targetColumns.includes(name)).map((name) => `column ${name} is missing`),
    ...targetColumns
      .filter((name) => !columns.includes(name))
      .map((name) => `column ${name} is not at the source`),
  ];
  if (strayColumns.length > 0) {
    const targetRows = Number((await summarize(target, pair.target, targetColumns)).rows);
    return { ...result, targetRows, equal: false, differences: strayColumns };
  }
  const targetSum = await summarize(target, pair.target, columns);
  const equal = sourceSum.rows === targetSum.rows && sourceSum.hash === targetSum.hash;
  const differences = equal ? [] : await findDifferences(source, target, pair, columns);
  return { ...result, targetRows: Number(targetSum.rows), equal, differences };
};

const columnsOf = async (side: Client, table: string): Promise<readonly string[]> => {
  const found = await side.query<{ attname: string }>(
    `SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [qualified(table)],
  );
  return found.rows.map((row) => row.attname);
};

/**
 * The row count, and the sum over all rows of the first 60 bits of an MD5 of the row's text. A sum does not depend on
 * the rows' order, and unlike an XOR it also sees a row that is there twice.
 */
const summarize = async (
  side: Client,
  table: string,
  columns: readonly string[],
): Promise<{ readonly rows: string; readonly hash: string }> => {
  const summed = await side.query<{ rows: string; hash: string }>(
    `SELECT count(*)::text AS rows,
            coalesce(sum(('x' || substr(${rowHash(columns)}, 1, 15))::bit(60)::bigint), 0)::text AS hash
     FROM ${qualified(table)}`,
  );
  return summed.rows[0] ?? { rows: '0', hash: '0' };
};

/** Reads keys and hashes of all rows of both sides into memory: only used to explain a difference. */
const findDifferences = async (
  source: Client,
  target: Client,
  pair: TablePair,
  columns: readonly string[],
): Promise<readonly string[]> => {
  const key = await keyOf(source, pair.source);
  if (key.length === 0) return ['rows differ; the table has no key to name them by'];
  const expected = await hashesByKey(source, pair.source, key, columns);
  const actual = await hashesByKey(target, pair.target, key, columns);
  const missing = [...expected.keys()].filter((name) => !actual.has(name));
  const surplus = [...actual.keys()].filter((name) => !expected.has(name));
  const changed = [...expected].filter(([name, hash]) => actual.has(name) && actual.get(name) !== hash);
  return [
    ...describe('missing at the target', missing),
    ...describe('only at the target', surplus),
    ...describe(
      'with other values',
      changed.map(([name]) => name),
    ),
  ];
};

const describe = (what: string, keys: readonly string[]): readonly string[] =>
  keys.length === 0
    ? []
    : [
        `${keys.length} ${what}: ${keys.slice(0, examplesShown).join(' ')}${keys.length > examplesShown ? ' ...' : ''}`,
      ];

const keyOf = async (side: Client, table: string): Promise<readonly string[]> => {
  const found = await side.query<{ attname: string }>(
    `SELECT attname FROM pg_index
     JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
     WHERE indrelid = to_regclass($1) AND indisprimary ORDER BY attnum`,
    [qualified(table)],
  );
  return found.rows.map((row) => row.attname);
};

const hashesByKey = async (
  side: Client,
  table: string,
  key: readonly string[],
  columns: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const found = await side.query<{ key: string; hash: string }>(
    `SELECT ROW(${identifiers(key)})::text AS key, ${rowHash(columns)} AS hash FROM ${qualified(table)}`,
  );
  return new Map(found.rows.map((row) => [row.key, row.hash]));
};

/** A row's text quotes its parts, so NULL and '' differ, and so do ('a,b') and ('a','b'). */
const rowHash = (columns: readonly string[]): string => `md5(ROW(${identifiers(columns)})::text)`;
const identifiers = (names: readonly string[]): string => names.map(escapeIdentifier).join(', ');
const qualified = (table: string): string => `public.${escapeIdentifier(table)}`;
