import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { findTableProblems } from '#core/validation/validate-table.ts';
import type { PostgresVersion } from '../../../local/postgres.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

/*
 * A server refuses UPDATE and DELETE on a published table whose log would not say which row is meant. So each table that
 * validation calls ready is published here, and the application's own statements must go on.
 */

const versions: readonly PostgresVersion[] = [13, 15, 18];

type Generated = 'none' | 'stored' | 'virtual' | 'stored in the key' | 'stored in an identity index';
type Identity = 'default' | 'full' | 'nothing' | 'index';
interface Shape {
  readonly name: string;
  readonly generated: Generated;
  readonly identity: Identity;
  readonly isDeferrable: boolean;
}

const identities: readonly Identity[] = ['default', 'full', 'nothing', 'index'];
/** Virtual columns came with PostgreSQL 18; neither a key nor an identity index can have one. */
const generatedOf = (version: PostgresVersion): readonly Generated[] => [
  'none',
  'stored',
  'stored in the key',
  'stored in an identity index',
  ...(version >= 18 ? (['virtual'] as const) : []),
];

const shapesOf = (version: PostgresVersion): readonly Shape[] =>
  generatedOf(version)
    .flatMap((generated) => identities.map((identity) => ({ generated, identity })))
    .flatMap(({ generated, identity }, index) =>
      [false, true].map((isDeferrable) => ({
        name: `t${index}${isDeferrable ? 'd' : ''}`,
        generated,
        identity,
        isDeferrable,
      })),
    );

const createStatements = ({ name, generated, identity, isDeferrable }: Shape): string => {
  const kind = generated === 'virtual' ? 'VIRTUAL' : 'STORED';
  const doubled = generated === 'none' ? '' : `, doubled int NOT NULL GENERATED ALWAYS AS (id * 2) ${kind}`;
  const key = generated === 'stored in the key' ? 'id, doubled' : 'id';
  const index = generated === 'stored in an identity index' ? 'code, doubled' : 'code';
  const identityClause = identity === 'index' ? `USING INDEX ${name}_code` : identity.toUpperCase();
  // A NOT NULL column of PostgreSQL 18 may not be virtual and in an index, which none of these is.
  return `
    CREATE TABLE ${name} (id int, code int NOT NULL, note text${doubled},
      PRIMARY KEY (${key})${isDeferrable ? ' DEFERRABLE' : ''});
    CREATE UNIQUE INDEX ${name}_code ON ${name} (${index});
    ALTER TABLE ${name} REPLICA IDENTITY ${identityClause};
    INSERT INTO ${name} (id, code) VALUES (1, 1), (2, 2), (3, 3)`;
};

describe.each(versions)('PostgreSQL %i', (version) => {
  let pair: DatabasePair;
  let source: SourceDatabase;
  const names = { slotName: 'published', publicationName: 'published' };
  const refOf = ({ name }: Shape) => ({ schema: 'public', table: name });

  beforeAll(async () => {
    pair = await startDatabasePair({}, { source: version });
    source = openSourceDatabase(pair.source.settings);
    for (const shape of shapesOf(version)) await pair.source.client.query(createStatements(shape));
  }, 120_000);

  afterAll(async () => {
    await source?.close();
    await pair?.stop();
  }, 60_000);

  const problemsOf = async (shape: Shape): Promise<readonly string[]> => {
    const table = await source.describeTable(refOf(shape));
    if (table === undefined) throw new Error(`There is no table ${shape.name}.`);
    return findTableProblems(table, source.dialect).map(({ problem }) => problem);
  };

  test('UPDATE and DELETE go on at every table that validation calls ready', async () => {
    const ready: Shape[] = [];
    for (const shape of shapesOf(version)) if ((await problemsOf(shape)).length === 0) ready.push(shape);
    await source.prepareCapture(names, ready.map(refOf));
    const refused: string[] = [];
    for (const { name } of ready) {
      for (const statement of [
        `UPDATE ${name} SET note = 'changed' WHERE id = 1`,
        `UPDATE ${name} SET id = 4 WHERE id = 2`,
        `DELETE FROM ${name} WHERE id = 3`,
        `INSERT INTO ${name} (id, code) VALUES (5, 5)`,
        `TRUNCATE ${name}`,
      ]) {
        await pair.source.client.query(statement).catch((error: unknown) => {
          refused.push(`${statement}: ${String(error)}`);
        });
      }
    }
    await source.dropCapture(names);
    expect(refused).toEqual([]);
    expect(
      ready.map(({ generated, identity, isDeferrable }) => `${generated}, ${identity}, ${isDeferrable}`),
    ).toEqual(
      version >= 18
        ? [
            'none, default, false',
            'none, full, false',
            'none, index, false',
            // The index is the key, and not the primary key, which is DEFERRABLE.
            'none, index, true',
            'stored, default, false',
            'stored, index, false',
            'stored, index, true',
            'stored in the key, index, false',
            'stored in the key, index, true',
            'stored in an identity index, default, false',
            'virtual, default, false',
            'virtual, index, false',
            'virtual, index, true',
          ]
        : [
            'none, default, false',
            'none, full, false',
            'none, index, false',
            'none, index, true',
            'stored, default, false',
            'stored, full, false',
            'stored, index, false',
            'stored, index, true',
            'stored in the key, index, false',
            'stored in the key, index, true',
            'stored in an identity index, default, false',
            'stored in an identity index, full, false',
          ],
    );
  }, 120_000);

  test('what validation refuses names the column and the statement that helps', async () => {
    const shapeOf = (generated: Generated, identity: Identity): Shape => {
      const found = shapesOf(version).find(
        (shape) => shape.generated === generated && shape.identity === identity && !shape.isDeferrable,
      );
      if (found === undefined) throw new Error(`No table is ${generated}, ${identity}.`);
      return found;
    };
    expect(await problemsOf(shapeOf('stored in the key', 'default'))).toEqual([
      expect.stringContaining('generated column doubled'),
    ]);
    if (version < 18) return;
    for (const generated of ['stored', 'virtual'] as const) {
      const shape = shapeOf(generated, 'full');
      const table = await source.describeTable(refOf(shape));
      const [problem, ...others] = table === undefined ? [] : findTableProblems(table, source.dialect);
      expect(others).toEqual([]);
      expect(problem?.problem).toContain('doubled');
      expect(problem?.remedy).toBe(`ALTER TABLE "public"."${shape.name}" REPLICA IDENTITY DEFAULT;`);
      // The remedy works.
      await pair.source.client.query(problem?.remedy ?? '');
      expect(await problemsOf(shape)).toEqual([]);
      await pair.source.client.query(`ALTER TABLE ${shape.name} REPLICA IDENTITY FULL`);
    }
  }, 60_000);

  test('a table that became unfit after it was validated is not published, and nothing else is either', async () => {
    const { client } = pair.source;
    await client.query(`
      CREATE TABLE late (id int PRIMARY KEY, doubled int GENERATED ALWAYS AS (id * 2) STORED);
      CREATE TABLE fit (id int PRIMARY KEY); INSERT INTO late VALUES (1)`);
    const refs = ['fit', 'late'].map((table) => ({ schema: 'public', table }));
    await client.query('ALTER TABLE late REPLICA IDENTITY NOTHING');
    await expect(source.prepareCapture(names, refs)).rejects.toMatchObject({
      code: 'ValidationFailed',
      message: expect.stringContaining('public.late'),
    });
    const { rows } = await client.query(
      'SELECT pubname AS name FROM pg_publication UNION SELECT slot_name FROM pg_replication_slots',
    );
    expect(rows).toEqual([]);
    await client.query('UPDATE late SET id = 2');
    await client.query('DROP TABLE late, fit');
  }, 60_000);
});
