/**
 * Compares tables of two databases with SQL that each runs itself: nothing here comes from the product's own code, so that
 * a mistake of the product cannot hide itself.
 */
export interface TablePair {
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

/** What a column holds, whatever the database calls its type. `other` has no form that two kinds of databases share. */
export type ValueForm =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'text'
  | 'binary'
  | 'date'
  | 'timestamp'
  | 'instant'
  | 'json'
  | 'other';

export interface ComparedColumn {
  readonly name: string;
  /** What it holds on its own side. */
  readonly form: ValueForm;
  /** What it is written as, so that both sides write the same value as the same text. */
  readonly as: ValueForm;
}

/** One side of a comparison. Row hashes are MD5 in hexadecimal; equal rows have equal hashes on both sides. */
export interface ComparedSide {
  /** Begins one snapshot, in which everything is read until `end`. */
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Empty when there is no such table. */
  columnsOf(table: string): Promise<readonly Omit<ComparedColumn, 'as'>[]>;
  /** Column names of the primary key. */
  keyOf(table: string): Promise<readonly string[]>;
  /**
   * The row count, and the sum over all rows of the first 60 bits of the row's hash. A sum does not depend on the rows'
   * order, and unlike an XOR it also sees a row that is there twice.
   */
  summarize(
    table: string,
    columns: readonly ComparedColumn[],
  ): Promise<{ readonly rows: string; readonly hash: string }>;
  /** Hashes by the text of the key. All of them are read into memory: only used to explain a difference. */
  hashesByKey(
    table: string,
    key: readonly ComparedColumn[],
    columns: readonly ComparedColumn[],
  ): Promise<ReadonlyMap<string, string>>;
}

const examplesShown = 5;

/** Each side is read in one snapshot. Both databases must be quiet: the two snapshots are not taken at once. */
export const compareSides = async (
  source: ComparedSide,
  target: ComparedSide,
  pairs: readonly TablePair[],
): Promise<readonly TableComparison[]> => {
  const sides = [source, target];
  for (const side of sides) await side.begin();
  try {
    const compared: TableComparison[] = [];
    for (const pair of pairs) compared.push(await compareTable(source, target, pair));
    return compared;
  } finally {
    for (const side of sides) await side.end();
  }
};

const compareTable = async (
  source: ComparedSide,
  target: ComparedSide,
  pair: TablePair,
): Promise<TableComparison> => {
  const found = await source.columnsOf(pair.source);
  const foundAtTarget = await target.columnsOf(pair.target);
  const formAtTarget = new Map(foundAtTarget.map(({ name, form }) => [name, form]));
  const formAtSource = new Map(found.map(({ name, form }) => [name, form]));
  const columns = found.map((column) => ({
    ...column,
    as: sharedForm(column.form, formAtTarget.get(column.name) ?? column.form),
  }));
  const sourceSum = await source.summarize(pair.source, columns);
  const result = { table: pair.source, sourceRows: Number(sourceSum.rows) };
  if (foundAtTarget.length === 0) {
    return {
      ...result,
      targetRows: null,
      equal: false,
      differences: [`no table ${pair.target} at the target`],
    };
  }
  const strayColumns = [
    ...found.filter(({ name }) => !formAtTarget.has(name)).map(({ name }) => `column ${name} is missing`),
    ...foundAtTarget
      .filter(({ name }) => !formAtSource.has(name))
      .map(({ name }) => `column ${name} is not at the source`),
  ];
  if (strayColumns.length > 0) {
    const targetRows = Number((await target.summarize(pair.target, [])).rows);
    return { ...result, targetRows, equal: false, differences: strayColumns };
  }
  const columnsAtTarget = columns.map((column) => ({
    ...column,
    form: formAtTarget.get(column.name) ?? column.form,
  }));
  const targetSum = await target.summarize(pair.target, columnsAtTarget);
  const equal = sourceSum.rows === targetSum.rows && sourceSum.hash === targetSum.hash;
  const differences = equal
    ? []
    : await findDifferences(source, target, pair, [columns, columnsAtTarget] as const);
  return { ...result, targetRows: Number(targetSum.rows), equal, differences };
};

/**
 * What a value is written as when the two sides hold it differently: a database without booleans has numbers, one without
 * instants has UTC, and one without JSON has its text.
 */
const sharedForm = (source: ValueForm, target: ValueForm): ValueForm => {
  if (source === target) return source;
  const pair = new Set([source, target]);
  const isOf = (...forms: readonly ValueForm[]): boolean => [...pair].every((form) => forms.includes(form));
  if (isOf('boolean', 'integer')) return 'integer';
  if (isOf('integer', 'decimal')) return 'decimal';
  if (isOf('timestamp', 'instant')) return 'timestamp';
  if (isOf('json', 'text')) return 'json';
  return 'text';
};

const findDifferences = async (
  source: ComparedSide,
  target: ComparedSide,
  pair: TablePair,
  [columns, columnsAtTarget]: readonly [readonly ComparedColumn[], readonly ComparedColumn[]],
): Promise<readonly string[]> => {
  const keyNames = await source.keyOf(pair.source);
  if (keyNames.length === 0) return ['rows differ; the table has no key to name them by'];
  const keyAmong = (all: readonly ComparedColumn[]): readonly ComparedColumn[] =>
    all.filter(({ name }) => keyNames.includes(name));
  const expected = await source.hashesByKey(pair.source, keyAmong(columns), columns);
  const actual = await target.hashesByKey(pair.target, keyAmong(columnsAtTarget), columnsAtTarget);
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
