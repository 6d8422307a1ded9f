import { expect, test } from '@jest/globals';
import { oracleSourceDialect } from '#core/databases/oracle/source/dialect.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const id = columnOf('NUMBER', {}, { name: 'ID' });
const problemsOf = (table: ReturnType<typeof tableOf>) =>
  oracleSourceDialect.findKeyProblems(table, 'source table').map(({ problem }) => problem);

test('a table with a key that bounds chunks has no problem', () => {
  expect(problemsOf(tableOf([id], ['ID']))).toEqual([]);
});

test('no key, a deferrable key and a key that bounds nothing are problems', () => {
  expect(problemsOf(tableOf([id], []))).toEqual([expect.stringContaining('no enabled primary key')]);
  expect(problemsOf(tableOf([id], ['ID'], { isKeyDeferrable: true }))).toEqual([
    expect.stringContaining('DEFERRABLE'),
  ]);
  const span = columnOf('INTERVAL YEAR(2) TO MONTH', { precision: 2 }, { name: 'SPAN' });
  expect(problemsOf(tableOf([span], ['SPAN']))).toEqual([expect.stringContaining('cannot be split')]);
});

test('a table that LogMiner leaves out for its name is a problem', () => {
  const ref = { schema: 'SHOP', table: 'T'.repeat(31) };
  expect(problemsOf(tableOf([id], ['ID'], { ref }))).toEqual([expect.stringContaining('30 characters')]);
});

test("tables without a schema are the registered user's own", () => {
  expect(oracleSourceDialect.defaultSchema({ databaseName: 'ORCL', username: 'shop' })).toBe('SHOP');
});
