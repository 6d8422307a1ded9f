import { expect, test } from '@jest/globals';
import { keyAfterParameters, keyRangeCondition } from '#core/databases/postgresql/source/key-range.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const table = tableOf(
  [
    columnOf('integer', 'int4', { name: 'line' }),
    columnOf('character varying(10)', 'varchar', { name: 'The "Code"' }),
  ],
  { primaryKey: ['The "Code"', 'line'] },
);

test('a chunk is a comparison of rows in the order of the key, exclusive below and inclusive above', () => {
  expect(keyRangeCondition(table, { after: ["a'", '1'], upTo: ['b', '2'] })).toBe(
    `("The ""Code""", "line") > ('a'''::character varying(10), '1'::integer) AND ` +
      `("The ""Code""", "line") <= ('b'::character varying(10), '2'::integer)`,
  );
});

test('a missing bound is no condition', () => {
  expect(keyRangeCondition(table, {})).toBeUndefined();
  expect(keyRangeCondition(table, { upTo: ['b', '2'] })).toBe(
    `("The ""Code""", "line") <= ('b'::character varying(10), '2'::integer)`,
  );
});

test('bound values are cast to the types of the key', () => {
  expect(keyAfterParameters(table)).toBe(
    '("The ""Code""", "line") > ($1::character varying(10), $2::integer)',
  );
});

test('a type of an extension is compared by its own operators', () => {
  const name = columnOf('public.citext', 'citext', { name: 'name', typeKind: 'extension' });
  const single = tableOf([name], { primaryKey: ['name'] });
  expect(keyRangeCondition(single, { after: ['a'] })).toBe(
    `("name") OPERATOR(public.>) ('a'::public.citext)`,
  );
  const mixed = tableOf([columnOf('integer', 'int4', { name: 'id' }), name], { primaryKey: ['id', 'name'] });
  expect(keyRangeCondition(mixed, { after: ['1', 'a'], upTo: ['2', 'b'] })).toBe(
    `("id" >= '1'::integer AND ("id" > '1'::integer OR "id" = '1'::integer AND "name" OPERATOR(public.>) 'a'::public.citext))` +
      ` AND ("id" <= '2'::integer AND ("id" < '2'::integer OR "id" = '2'::integer AND "name" OPERATOR(public.<=) 'b'::public.citext))`,
  );
});

test('a bound of another length than the key is a defect', () => {
  expect(() => keyRangeCondition(table, { upTo: ['b'] })).toThrow(
    expect.objectContaining({ code: 'Internal' }),
  );
});

test('a table without key has no ranges', () => {
  expect(() => keyRangeCondition(tableOf([]), { upTo: ['1'] })).toThrow(
    expect.objectContaining({ code: 'SchemaMismatch' }),
  );
});
