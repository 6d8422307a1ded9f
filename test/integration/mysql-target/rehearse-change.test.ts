import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import { rehearsalTable } from '#core/databases/mysql/target/rehearse-change.ts';
import { describeTargets, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

describeTargets('a rehearsal at a target', (kind) => {
  let server: TargetServer;
  let target: MysqlTargetDatabase;
  beforeAll(async () => {
    server = await startTarget(kind);
    target = openTargetDatabase(server.settings);
    await server.client.query(`CREATE TABLE ${quoteTable(ref())} (id int PRIMARY KEY, v varchar(20), n int)`);
    await server.client.query(
      `INSERT INTO ${quoteTable(ref())} VALUES (1, 'short', 1), (2, 'a longer value', 70000), (3, NULL, NULL)`,
    );
  }, 120_000);
  afterAll(async () => {
    await target?.close();
    await server?.stop();
  });

  const ref = () => ({ schema: server.settings.databaseName, table: 'orders' });
  const alter = (actions: string): string => `ALTER TABLE ${quoteTable(ref())} ${actions}`;

  test('leaves the table as it was, and no copy', async () => {
    const before = await target.describeTable(ref());
    const tried = await target.rehearseChange({
      target: ref(),
      statements: [alter('ADD COLUMN `extra` int DEFAULT 7'), alter('RENAME COLUMN `n` TO `m`')],
      limits: [],
    });
    expect(tried).toMatchObject({ method: 'empty-copy', problems: [] });
    expect(tried.lock).toBeDefined();
    expect(tried.after?.columns.map(({ name }) => name)).toEqual(['id', 'v', 'm', 'extra']);
    expect(await target.describeTable(ref())).toEqual(before);
    expect(await target.describeTable(rehearsalTable(ref()))).toBeUndefined();
  });

  test('says whether the rows are written again, and what the server refuses', async () => {
    const rehearse = (statement: string) =>
      target.rehearseChange({ target: ref(), statements: [statement], limits: [] });
    expect(await rehearse(alter('MODIFY COLUMN `n` varchar(30)'))).toMatchObject({ isRewritten: true });
    expect(await rehearse(alter('ADD COLUMN `extra` int'))).toMatchObject({ isRewritten: false });
    const refused = await rehearse(alter('DROP COLUMN `gone`'));
    expect(refused.problems).toHaveLength(1);
    expect(refused.problems[0]).not.toContain('millrace_rehearsal');
    expect(await target.describeTable(rehearsalTable(ref()))).toBeUndefined();
  });

  test('counts the rows that would not fit', async () => {
    const { unfit } = await target.rehearseChange({
      ...{ target: ref(), statements: [] },
      limits: [
        { kind: 'null', column: 'v' },
        { kind: 'length', column: 'v', max: 5 },
        { kind: 'range', column: 'n', min: '-32768', max: '32767' },
      ],
    });
    expect(unfit.map(({ rows }) => rows)).toEqual([1, 1, 1]);
  });
});
