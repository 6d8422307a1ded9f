import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import { type DatabasePair, startDatabasePair } from './database-pair.ts';

jest.setTimeout(60_000);

let pair: DatabasePair;
let target: TargetDatabase;
const ref = { schema: 'public', table: 'orders' };
const alter = (actions: string): string => `ALTER TABLE "public"."orders" ${actions}`;
const columns = async (): Promise<readonly string[]> =>
  (await target.describeTable(ref))?.columns.map(({ name, type }) => `${name} ${type}`) ?? [];

beforeAll(async () => {
  pair = await startDatabasePair();
  target = openTargetDatabase(pair.target.settings);
  await pair.target.client.query(`
    CREATE TABLE orders (id int PRIMARY KEY, v varchar(20), n int);
    INSERT INTO orders SELECT i, 'value ' || i, i * 100000 FROM generate_series(1, 100) i;
    UPDATE orders SET v = NULL WHERE id <= 3; ANALYZE orders`);
}, 60_000);

afterAll(async () => {
  await target?.close();
  await pair?.stop();
}, 60_000);

test('the table is as it was before, and the rehearsal has what it became', async () => {
  const before = await columns();
  const tried = await target.rehearseChange({
    target: ref,
    statements: [alter('ADD COLUMN "extra" int DEFAULT \'7\''), alter('RENAME COLUMN "n" TO "m"')],
    limits: [],
  });
  expect(tried).toMatchObject({
    method: 'rolled-back',
    problems: [],
    isRewritten: false,
    estimatedRows: 100,
  });
  expect(tried.lock).toContain('ACCESS EXCLUSIVE');
  expect(tried.after?.columns.map(({ name }) => name)).toEqual(['id', 'v', 'm', 'extra']);
  expect(await columns()).toEqual(before);
});

test('it says whether the rows are written again, and what the server refuses', async () => {
  const rewritten = await target.rehearseChange({
    ...{ target: ref, limits: [] },
    statements: [alter('ALTER COLUMN "n" TYPE bigint')],
  });
  expect(rewritten).toMatchObject({ isRewritten: true, problems: [] });
  const refused = await target.rehearseChange({
    ...{ target: ref, limits: [] },
    statements: [alter('ALTER COLUMN "v" SET NOT NULL')],
  });
  expect(refused.problems.join(' ')).toMatch(/NOT NULL column got no value/);
  expect(refused.after).toBeUndefined();
});

test('it counts the rows that would not fit', async () => {
  const { unfit, method } = await target.rehearseChange({
    ...{ target: ref, statements: [] },
    limits: [
      { kind: 'null', column: 'v' },
      { kind: 'length', column: 'v', max: 7 },
      { kind: 'range', column: 'n', min: '-32768', max: '32767' },
      { kind: 'range', column: 'v', min: '0', max: '1' },
    ],
  });
  expect(method).toBe('counted');
  expect(unfit).toEqual([
    { column: 'v', what: 'have NULL', rows: 3 },
    { column: 'v', what: 'are longer than 7 characters', rows: 91 },
    { column: 'n', what: 'are not between -32768 and 32767', rows: 100 },
    { column: 'v', what: 'are not between 0 and 1' },
  ]);
});

test('it does not wait long for a table that is locked', async () => {
  await pair.target.client.query('BEGIN; LOCK TABLE orders IN ROW EXCLUSIVE MODE');
  try {
    const begunMs = performance.now();
    const tried = await target.rehearseChange({
      ...{ target: ref, limits: [] },
      statements: [alter('ADD COLUMN "extra" int')],
    });
    expect(performance.now() - begunMs).toBeLessThan(5_000);
    expect(tried.note).toMatch(/did not end/);
  } finally {
    await pair.target.client.query('ROLLBACK');
  }
});
