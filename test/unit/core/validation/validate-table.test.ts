import { describe, expect, test } from '@jest/globals';
import { mysqlSourceDialect } from '#core/databases/mysql/source/dialect.ts';
import { oracleSourceDialect } from '#core/databases/oracle/source/dialect.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { findMappedTableProblems, findTableProblems } from '#core/validation/validate-table.ts';
import { sampleColumn, sampleTable } from '../../../kit/databases.ts';

const dialects = [
  ['postgresql', postgresSourceDialect],
  ['mysql', mysqlSourceDialect('mysql')],
  ['mariadb', mysqlSourceDialect('mariadb')],
  ['oracle', oracleSourceDialect],
] as const;

describe.each(dialects)('%s', (_kind, dialect) => {
  test('a generated column in the key is refused by its name, and elsewhere it is not', () => {
    const columns = [
      sampleColumn('sensor', { type: 'numeric(10,0)', baseType: 'numeric', precision: 10, scale: 0 }),
      sampleColumn('day', { isGenerated: true }),
    ];
    const found = findTableProblems(
      sampleTable('reading', { columns, primaryKey: ['sensor', 'day'] }),
      dialect,
    );
    expect(found.map(({ problem }) => problem)).toContainEqual(
      expect.stringContaining('has the generated column day'),
    );
    const withoutIt = findTableProblems(sampleTable('reading', { columns, primaryKey: ['sensor'] }), dialect);
    expect(withoutIt.map(({ problem }) => problem).join()).not.toContain('generated');
  });
});

test('a table whose replica identity PostgreSQL does not publish is refused, also when the column is left out', () => {
  const unfit = sampleTable('article', {
    columns: [sampleColumn('id'), sampleColumn('slug', { isGenerated: true })],
    replicaIdentity: 'full',
    unpublishedIdentity: ['slug'],
  });
  const mapping = {
    source: unfit.ref,
    target: unfit.ref,
    columns: [{ source: 'slug', omit: true }] as const,
  };
  for (const problems of [
    findTableProblems(unfit, postgresSourceDialect),
    findMappedTableProblems(unfit, mapping, postgresSourceDialect),
  ]) {
    expect(problems).toEqual([
      {
        subject: 'source table public.article',
        problem: expect.stringContaining('has the generated column slug'),
        remedy: 'ALTER TABLE "public"."article" REPLICA IDENTITY DEFAULT;',
      },
    ]);
  }
  expect(findTableProblems({ ...unfit, unpublishedIdentity: [] }, postgresSourceDialect)).toEqual([]);
});
