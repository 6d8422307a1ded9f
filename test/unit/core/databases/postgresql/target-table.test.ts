import { expect, test } from '@jest/globals';
import { createTableStatement, targetType } from '#core/databases/postgresql/target-table.ts';
import { columnOf, tableOf } from './column-samples.ts';

test.each([
  [columnOf('numeric(12,2)', 'numeric'), 'numeric(12,2)'],
  [columnOf('text[]', 'text', { isArray: true }), 'text[]'],
  [columnOf('public.mood', 'mood', { typeKind: 'enum' }), 'text'],
  [columnOf('public.mood[]', 'mood', { typeKind: 'enum', isArray: true }), 'text[]'],
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
