import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { planChunks } from '#core/copy/plan-table.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { compareTables } from '#core/schema/compare-tables.ts';
import { lookAtNewPartitions } from '#core/schema/partitions.ts';
import { findDoublePartitions, findTableProblems } from '#core/validation/validate-table.ts';
import type { PostgresVersion } from '../../../local/postgres.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

const versions: readonly PostgresVersion[] = [13, 15, 18];
const tableOf = (table: string) => ({ schema: 'public', table });

interface Case {
  readonly name: string;
  /** `T` is the table. It has the partitions T_1 (1 to 99, with rows), T_2 (100 to 199, with rows) and T_d (all others). */
  readonly change: string;
  readonly found: readonly string[];
}

/** Each is done between two looks at the catalog. */
const cases: readonly Case[] = [
  {
    name: 'rows',
    change: 'INSERT INTO T SELECT n FROM generate_series(20, 30) n; UPDATE T SET id = id + 100',
    found: [],
  },
  { name: 'created', change: 'CREATE TABLE T_3 PARTITION OF T FOR VALUES FROM (200) TO (300)', found: [] },
  {
    name: 'created_and_filled',
    change:
      'CREATE TABLE T_3 PARTITION OF T FOR VALUES FROM (200) TO (300); INSERT INTO T VALUES (201), (202)',
    found: [],
  },
  {
    name: 'filled_in_one',
    change:
      'BEGIN; CREATE TABLE T_3 PARTITION OF T FOR VALUES FROM (200) TO (300); INSERT INTO T VALUES (201); SAVEPOINT s; INSERT INTO T_3 VALUES (202); COMMIT',
    found: [],
  },
  {
    name: 'attached_empty',
    change:
      'CREATE TABLE T_3 (LIKE T INCLUDING ALL); ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300); INSERT INTO T VALUES (201)',
    found: [],
  },
  {
    name: 'attached_empty_in_one',
    change:
      'BEGIN; CREATE TABLE T_3 (LIKE T INCLUDING ALL); ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300); INSERT INTO T VALUES (201); COMMIT',
    found: [],
  },
  {
    name: 'attached_full',
    change:
      'CREATE TABLE T_3 (LIKE T INCLUDING ALL); INSERT INTO T_3 VALUES (201); ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300)',
    found: ['attach-partition'],
  },
  {
    name: 'attached_full_in_one',
    change:
      'BEGIN; CREATE TABLE T_3 (LIKE T INCLUDING ALL); INSERT INTO T_3 VALUES (201); ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300); COMMIT',
    found: ['attach-partition'],
  },
  {
    name: 'attached_frozen',
    change:
      'CREATE TABLE T_3 (LIKE T INCLUDING ALL); INSERT INTO T_3 VALUES (201); VACUUM FREEZE T_3; ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300)',
    found: ['attach-partition'],
  },
  {
    name: 'attached_tree',
    change:
      'CREATE TABLE T_3 (LIKE T INCLUDING ALL) PARTITION BY RANGE (id); CREATE TABLE T_31 PARTITION OF T_3 FOR VALUES FROM (200) TO (250); INSERT INTO T_3 VALUES (201); ALTER TABLE T ATTACH PARTITION T_3 FOR VALUES FROM (200) TO (300)',
    found: ['attach-partition'],
  },
  { name: 'detached', change: 'ALTER TABLE T DETACH PARTITION T_1', found: ['drop-partition'] },
  { name: 'dropped', change: 'DROP TABLE T_1', found: ['drop-partition'] },
  { name: 'truncated', change: 'TRUNCATE T_1', found: ['drop-partition'] },
  { name: 'written_again', change: 'VACUUM FULL T_1', found: ['drop-partition'] },
  {
    name: 'detached_and_back',
    change:
      'ALTER TABLE T DETACH PARTITION T_1; DELETE FROM T_1 WHERE id = 5; ALTER TABLE T ATTACH PARTITION T_1 FOR VALUES FROM (1) TO (100)',
    found: ['drop-partition', 'attach-partition'],
  },
  {
    name: 'with_using',
    change: `ALTER TABLE T ALTER COLUMN note TYPE text USING 'x' || note`,
    found: ['rewrite'],
  },
  {
    name: 'volatile_default',
    change: 'ALTER TABLE T ADD COLUMN r float8 DEFAULT random()',
    found: ['add-column-default'],
  },
  {
    name: 'identity',
    change: 'ALTER TABLE T_1 REPLICA IDENTITY FULL',
    found: ['other'],
  },
];

describe.each(versions)('partitioned tables of PostgreSQL %i', (version) => {
  let pair: DatabasePair;
  let source: SourceDatabase;

  beforeAll(async () => {
    pair = await startDatabasePair({}, { source: version });
    source = openSourceDatabase(pair.source.settings);
    for (const { name } of cases) await create(name);
  }, 120_000);
  afterAll(async () => {
    await source?.close();
    await pair?.stop();
  }, 60_000);

  const run = async (statements: string): Promise<void> => {
    for (const statement of statements.split(';')) await pair.source.client.query(statement);
  };
  const create = (name: string): Promise<void> =>
    run(`
      CREATE TABLE ${name} (id int PRIMARY KEY, note text DEFAULT 'n') PARTITION BY RANGE (id);
      CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES FROM (1) TO (100);
      CREATE TABLE ${name}_2 PARTITION OF ${name} FOR VALUES FROM (100) TO (200);
      CREATE TABLE ${name}_d PARTITION OF ${name} DEFAULT;
      INSERT INTO ${name} SELECT n FROM generate_series(1, 15) n;
      INSERT INTO ${name} SELECT n FROM generate_series(150, 160) n`);
  const describeTable = async (name: string): Promise<TableDescription> => {
    const table = await source.describeTable(tableOf(name));
    if (table === undefined) throw new Error(`There is no table ${name}.`);
    return table;
  };

  test('each change of partitions is told by what it does to the rows', async () => {
    const found: Record<string, readonly string[]> = {};
    for (const { name, change } of cases) {
      const seen = await describeTable(name);
      await run(change.replaceAll(/\bT\b/g, name).replaceAll(/\bT_/g, `${name}_`));
      const now = await lookAtNewPartitions(source, seen, await describeTable(name));
      found[name] = compareTables(seen, now)
        .filter(({ isHarmless }) => !isHarmless)
        .map(({ kind }) => kind);
    }
    expect(found).toEqual(Object.fromEntries(cases.map((one) => [one.name, one.found])));
  }, 120_000);

  test('old rows have a constant default by the word of their partitions', async () => {
    await create('fast_default');
    await run('ALTER TABLE fast_default ADD COLUMN extra int DEFAULT 7, ADD COLUMN plain int');
    const { columns } = await describeTable('fast_default');
    const missing = Object.fromEntries(columns.map((column) => [column.name, column.catalog?.missing]));
    expect(missing).toEqual({ id: undefined, note: undefined, extra: '7', plain: undefined });
  });

  test('it is fit, its rows are counted, and its copy is planned by partition', async () => {
    await create('planned');
    await run('ANALYZE planned_1; ANALYZE planned_2');
    const table = await describeTable('planned');
    expect(findTableProblems(table, source.dialect)).toEqual([]);
    expect(table).toMatchObject({ relationKind: 'partitioned-table', estimatedRows: 26 });
    expect(table.bytes).toBeGreaterThan(0);
    const chunks = await planChunks(source, table);
    expect(chunks.map(({ partition }) => partition?.table)).toEqual(['planned_1', 'planned_2', 'planned_d']);
    expect(chunks.map(({ chunkNumber }) => chunkNumber)).toEqual([0, 1, 2]);
  });

  test('what cannot be captured as its rows is refused by name', async () => {
    await create('unfit');
    await run('ALTER TABLE unfit_2 SET UNLOGGED; ALTER TABLE unfit_1 REPLICA IDENTITY NOTHING');
    const problems = findTableProblems(await describeTable('unfit'), source.dialect);
    expect(problems).toEqual([
      expect.objectContaining({
        problem: expect.stringContaining(
          'unfit_1 (with another replica identity than the table), unfit_2 (unlogged)',
        ),
      }),
    ]);
  });

  test('a partition is not replicated twice', async () => {
    await create('twice');
    const tables = [await describeTable('twice'), await describeTable('twice_1')];
    expect(tables[1]?.partitionOf).toEqual(tableOf('twice'));
    expect(findDoublePartitions(tables)).toEqual([
      expect.objectContaining({ subject: 'source table public.twice_1' }),
    ]);
    expect(findDoublePartitions(tables.slice(1))).toEqual([]);
  });

  test('a user who may not read a partition is told so, before the start and when one comes', async () => {
    await create('granted');
    await run(
      `CREATE ROLE reader LOGIN PASSWORD 'reading'; GRANT SELECT ON granted, granted_1, granted_2 TO reader`,
    );
    const reader = openSourceDatabase({ ...pair.source.settings, username: 'reader', password: 'reading' });
    try {
      const problems = await reader.findTableGrantProblems([tableOf('granted')]);
      const missing = problems.filter(({ problem }) => problem === 'SELECT is missing.');
      expect(missing.map(({ subject }) => subject)).toEqual(['source table public.granted_d']);
      const seen = await describeTable('granted');
      await run('CREATE TABLE granted_3 PARTITION OF granted FOR VALUES FROM (200) TO (300)');
      const now = await lookAtNewPartitions(reader, seen, await describeTable('granted'));
      expect(compareTables(seen, now)).toEqual([
        expect.objectContaining({
          kind: 'attach-partition',
          what: expect.stringContaining(
            'public.granted_3: added, and the user of the source may not read it',
          ),
        }),
      ]);
    } finally {
      await reader.close();
    }
  });
});
