import { describe, expect, test } from '@jest/globals';
import { chooseTable, toTargetTable } from '#core/databases/mysql/target/catalog.ts';

const ref = { schema: 'warehouse', table: 'Things' };
const table = (name: string, folds = '0') => ({
  schema: 'warehouse',
  table: name,
  type: 'BASE TABLE',
  engine: 'InnoDB',
  estimated_rows: '12',
  bytes: '16384',
  folds,
  version: '9.7.4',
});
const column = (name: string, type: string, more: Readonly<Record<string, string | null>> = {}) => ({
  tableName: 'Things',
  columnName: name,
  dataType: /^[a-z]+/.exec(type)?.[0] ?? '',
  columnType: type,
  maxLength: null,
  numericPrecision: null,
  numericScale: null,
  fraction: null,
  charset: null,
  collation: null,
  isNullable: 'YES',
  columnDefault: null,
  columnKey: null,
  extra: '',
  ...more,
});
const index = (name: string, columnName: string) => ({
  tableName: 'Things',
  indexName: name,
  columnName,
  prefix: null,
});

describe('the table that is meant', () => {
  test('is the one of exactly the name', () => {
    expect(chooseTable([table('things'), table('Things')], ref)?.table).toBe('Things');
    expect(chooseTable([table('things')], ref)).toBeUndefined();
  });

  test('is one in other case only where the server folds names', () => {
    expect(chooseTable([table('things', '1')], ref)?.table).toBe('things');
  });
});

test('a description has types of both kinds, and what decides on how rows are written', () => {
  const found = chooseTable([table('Things')], ref);
  if (found === undefined) throw new Error('The table was not found.');
  const described = toTargetTable(ref, found, {
    columns: [
      column('id', 'bigint(20) unsigned', { isNullable: 'NO', extra: 'auto_increment' }),
      column('name', 'varchar(80)', { maxLength: '80', charset: 'utf8mb4', collation: 'utf8mb4_bin' }),
      column('at', 'datetime(3)', { fraction: '3', columnDefault: 'now(3)', extra: 'DEFAULT_GENERATED' }),
      column('twice', 'int(11)', { extra: 'STORED GENERATED' }),
      column('other', 'int(11)', { tableName: 'things' }),
    ],
    indexes: [index('PRIMARY', 'id'), index('by_name', 'name'), index('by_name', 'at')],
    foreignKeys: [
      { name: 'own', is_own: '1' },
      { name: 'of_others', is_own: '0' },
    ],
    hasAllForeignKeys: true,
  });
  expect(described).toMatchObject({
    ref,
    primaryKey: ['id'],
    relationKind: 'table',
    storageEngine: 'InnoDB',
    uniqueIndexes: ['by_name', 'own'],
    hasOtherUniqueIndexes: true,
    isReferenced: true,
    estimatedRows: 12,
  });
  expect(described.columns).toMatchObject([
    {
      name: 'id',
      type: 'numeric(20,0)',
      native: { type: 'bigint(20) unsigned', baseType: 'bigint', isUnsigned: true },
      notNull: true,
      hasDefault: true,
      isGenerated: false,
    },
    { name: 'name', baseType: 'varchar', maxLength: 80, native: { collation: 'utf8mb4_bin' } },
    { name: 'at', baseType: 'timestamp', precision: 3, hasDefault: true, isGenerated: false },
    { name: 'twice', isGenerated: true },
  ]);
});

test.each([
  ['no foreign key points to is not referenced', true, false],
  ['foreign keys that are not seen may point to counts as referenced', false, true],
])('a table that %s', (_case, hasAllForeignKeys, isReferenced) => {
  const found = chooseTable([table('Things')], ref);
  if (found === undefined) throw new Error('The table was not found.');
  const rows = { columns: [], indexes: [], foreignKeys: [{ name: 'own', is_own: '1' }], hasAllForeignKeys };
  expect(toTargetTable(ref, found, rows)).toMatchObject({ isReferenced });
});
