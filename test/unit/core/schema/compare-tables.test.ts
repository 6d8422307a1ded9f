import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { compareTables, describeHarm } from '#core/schema/compare-tables.ts';

const column = (
  name: string,
  number: number,
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name,
  type: 'integer',
  baseType: 'int4',
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  catalog: { number, typeId: 23, typeModifier: -1, version: '700' },
  ...change,
});
const varchar = (name: string, number: number, maxLength?: number): ColumnDescription =>
  column(name, number, {
    type: maxLength === undefined ? 'text' : `character varying(${maxLength})`,
    baseType: maxLength === undefined ? 'text' : 'varchar',
    ...(maxLength !== undefined && { maxLength }),
    catalog: {
      number,
      typeId: maxLength === undefined ? 25 : 1043,
      typeModifier: maxLength === undefined ? -1 : maxLength + 4,
      version: '700',
    },
  });
const table = (
  columns: readonly ColumnDescription[],
  change: Partial<TableDescription> = {},
): TableDescription => ({
  ref: { schema: 'public', table: 'orders' },
  columns,
  primaryKey: ['id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 10,
  bytes: 100,
  uniqueIndexes: [],
  catalog: { id: 5, storageId: 5, rewriteVersion: '700', nameVersion: '700', owner: 10 },
  ...change,
});
const [id, a, b, v] = [column('id', 1), column('a', 2), column('b', 3), varchar('v', 4, 10)];
const before = table([id, a, b, v]);
const catalog = { id: 5, storageId: 5, rewriteVersion: '700', nameVersion: '700', owner: 10 };
const numbers = { number: 2, typeId: 23, typeModifier: -1 };
const harmOf = (after: TableDescription, from = before) =>
  describeHarm('public.orders', compareTables(from, after));

describe('harmless', () => {
  test.each<[string, TableDescription]>([
    ['nothing', table([id, a, b, v], { estimatedRows: 99, uniqueIndexes: ['more'] })],
    ['a longer text', table([id, a, b, varchar('v', 4, 20)])],
    ['a text without a limit', table([id, a, b, varchar('v', 4)])],
    ['a column that was dropped', table([id, b, v])],
    ['NOT NULL', table([id, column('a', 2, { notNull: true }), b, v])],
    [
      'rows that were written again by VACUUM FULL',
      table([id, a, b, v], { catalog: { ...catalog, storageId: 9 } }),
    ],
    [
      'a new owner, which changes the version of the name',
      table([id, a, b, v], { catalog: { ...catalog, owner: 11, nameVersion: '800' } }),
    ],
    [
      'a column that was altered after the rows were written again',
      table([id, column('a', 2, { notNull: true, catalog: { ...numbers, version: '901' } }), b, v], {
        catalog: { ...catalog, storageId: 9, rewriteVersion: '900' },
      }),
    ],
    ['the whole old row in the log', table([id, a, b, v], { replicaIdentity: 'full' })],
    [
      'a generated column, which is not in the log',
      table([id, a, b, v, column('g', 5, { isGenerated: true })]),
    ],
  ])('%s', (_what, after) => {
    expect(harmOf(after)).toBeUndefined();
  });
});

describe('a key that was dropped and created again', () => {
  const keyed = (keyId: number, change: Partial<TableDescription> = {}) =>
    table([id, a, b, v], { catalog: { ...catalog, keyId }, ...change });
  const again =
    'its key was dropped and created again, and in between several rows may have had the same one';

  test('matters where rows could be doubled and go again meanwhile', () => {
    const full = { replicaIdentity: 'full' } as const;
    expect(harmOf(keyed(2, full), keyed(1, full))).toContain(again);
    expect(harmOf(keyed(2, full), keyed(1))).toContain(again);
    expect(harmOf(keyed(2), keyed(1))).toBeUndefined();
    expect(harmOf(keyed(1, full), keyed(1, full))).toBeUndefined();
    expect(harmOf(keyed(2, full), table([id, a, b, v], full))).toBeUndefined();
  });

  test('an index in the place of the primary key, which REPLICA IDENTITY DEFAULT does not log', () => {
    expect(harmOf(keyed(2, { keyIndex: 'orders_id' }), keyed(1))).toMatch(/replica identity/);
    const index = { replicaIdentity: 'index', keyIndex: 'orders_id' } as const;
    expect(harmOf(keyed(2, index), keyed(1))).toBeUndefined();
  });
});

describe('harmful, in words', () => {
  const altered = { number: 2, typeId: 23, typeModifier: -1, version: '900' };
  test.each<[TableDescription, string]>([
    [
      table([id, a, b, v], { catalog: { ...catalog, id: 6 } }),
      'it was dropped and created again, or another table has been given its name',
    ],
    [
      table([id, a, b, v], { catalog: { ...catalog, nameVersion: '701' } }),
      'it had another name for a time, under which changes of its rows are not captured',
    ],
    [table([id, a, b, v, column('extra', 5)]), 'column extra was added'],
    [table([id, column('b', 2), column('a', 3), v]), 'column a was renamed to b; column b was renamed to a'],
    [table([id, b, v, column('a', 5)]), 'column a was added'],
    [
      table([id, a, b, varchar('v', 4, 5)]),
      'the type of column v was changed from character varying(10) to character varying(5)',
    ],
    [
      table([id, column('a', 2, { catalog: altered }), b, v], {
        catalog: { ...catalog, storageId: 9, rewriteVersion: '900' },
      }),
      "column a was altered and the table's rows were written again",
    ],
    [
      // By an ALTER with USING, and then REINDEX or VACUUM FULL.
      table([id, column('a', 2, { catalog: altered }), b, v], {
        catalog: { ...catalog, storageId: 9, rewriteVersion: '905' },
      }),
      "column a was altered and the table's rows were written again",
    ],
    [
      table([id, column('a', 2, { catalog: { ...altered, version: '4294967290' } }), b, v], {
        catalog: { ...catalog, storageId: 9, rewriteVersion: '5' },
      }),
      "column a was altered and the table's rows were written again",
    ],
    [table([id, column('a', 2, { isGenerated: true }), b, v]), 'column a is now generated'],
    [table([id, a, b, v], { primaryKey: ['a'] }), 'its key was changed from (id) to (a)'],
    [
      table([id, a, b, v], { replicaIdentity: 'nothing' }),
      'its replica identity was changed from default to nothing',
    ],
    [
      table([id, a, b, v], { unloggedCascades: ['f (ON DELETE CASCADE)'] }),
      'foreign key f (ON DELETE CASCADE) changes its rows without the log',
    ],
  ])('%#: %j', (after, harm) => {
    expect(harmOf(after)).toBe(`Table public.orders has changed at the source: ${harm}.`);
  });

  test('a renamed label of an enum; a new one is harmless', () => {
    const mood = (...labels: string[]) =>
      table([
        id,
        column('m', 2, {
          typeKind: 'enum',
          catalog: { number: 2, typeId: 99, typeModifier: -1, version: '1', labels },
        }),
      ]);
    expect(harmOf(mood('ok', 'sad', 'new'), mood('ok', 'sad'))).toBeUndefined();
    expect(harmOf(mood('ok', 'glad'), mood('ok', 'sad'))).toContain('renamed or removed: sad');
  });

  test('where columns have no numbers, names count, and their order', () => {
    const plain = ({ catalog: _catalog, ...rest }: ColumnDescription): ColumnDescription => rest;
    const { catalog: _none, ...without } = table([plain(id), plain(a), plain(b)]);
    const after = { ...without, columns: [plain(id), plain(b), plain(a)] };
    expect(harmOf(after, without)).toContain('its columns have another order: id, b, a');
    expect(harmOf({ ...without, columns: [plain(id), plain(b)] }, without)).toBeUndefined();
  });
});
