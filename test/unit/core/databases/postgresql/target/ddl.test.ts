import { expect, test } from '@jest/globals';
import { isBuiltIn, isMoney } from '#core/canonical/type-facts.ts';
import { createTableStatement, targetType } from '#core/databases/postgresql/target/ddl.ts';
import { documentedTypes } from '#core/databases/postgresql/types/column-types.ts';
import { columnOf, tableOf } from '../column-samples.ts';

test.each([
  [columnOf('numeric(12,2)', 'numeric'), 'numeric(12,2)'],
  [columnOf('text[]', 'text', { isArray: true }), 'text[]'],
  [columnOf('public.mood', 'mood', { typeKind: 'enum' }), 'text'],
  [columnOf('public.mood[]', 'mood', { typeKind: 'enum', isArray: true }), 'text[]'],
  [columnOf('money', 'money'), 'numeric'],
  [columnOf('money[]', 'money', { isArray: true }), 'numeric[]'],
  [columnOf('box', 'box'), 'box'],
  [columnOf('int4range', 'int4range', { typeKind: 'range' }), 'int4range'],
  [
    columnOf('int4multirange[]', 'int4multirange', { typeKind: 'multirange', isArray: true }),
    'int4multirange[]',
  ],
  [columnOf('public.int4range', 'int4range', { typeKind: 'range' }), 'text'],
  [columnOf('public.pair', 'pair', { typeKind: 'composite' }), 'text'],
  [columnOf('public.pair[]', 'pair', { typeKind: 'composite', isArray: true }), 'text[]'],
  [columnOf('public.matrix[]', '_int4', { typeKind: 'nested-array' }), 'text'],
  [columnOf('public.geometry(Point,4326)', 'geometry', { typeKind: 'extension' }), 'text'],
])('$type becomes %s', (column, type) => {
  expect(targetType(column)).toBe(type);
});

test('a created table has columns, NOT NULLs and key, and no generated column', () => {
  const source = tableOf(
    [
      columnOf('integer', 'int4', { name: 'id', notNull: true, hasDefault: true, isIdentityAlways: true }),
      columnOf('text', 'text', { name: 'a "b"' }),
      columnOf('integer', 'int4', { name: 'twice', isGenerated: true }),
    ],
    { primaryKey: ['id'] },
  );
  expect(createTableStatement({ schema: 'S', table: 'x"; --' }, source)).toBe(
    `CREATE TABLE IF NOT EXISTS "S"."x""; --" ("id" integer NOT NULL, "a ""b""" text, PRIMARY KEY ("id"))`,
  );
});

test.each(documentedTypes.filter(isBuiltIn))(
  'the type $type is spelled as PostgreSQL spells it',
  (column) => {
    expect(targetType(column)).toBe(isMoney(column) ? 'numeric' : column.type);
  },
);

test.each([
  'interval',
  'interval(3)',
  'interval day to second(3)',
  'interval year to month[]',
  'timestamp(3) without time zone[]',
  'time with time zone',
  '"char"',
  'numeric(5,-2)',
  'bit varying(7)',
  'character varying(80)[]',
])('%s is a type', (type) => {
  expect(targetType(columnOf(type, 'x'))).toBe(type);
});

test.each([
  'integer); DROP TABLE orders; --',
  'integer references secrets',
  'integer primary key',
  'text DEFAULT current_user',
  'int4(1+1)',
  'pg_temp.int4',
  '"text"',
  'text --',
  'text/**/',
  'numeric(5,2) check (true)',
  'text collate "C"',
  '',
])('what a catalog says is put into no statement when it is no type: %s', (type) => {
  expect(() => targetType(columnOf(type, 'int4'))).toThrow(
    expect.objectContaining({ code: 'SchemaMismatch' }),
  );
});
