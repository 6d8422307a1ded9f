import { expect, test } from '@jest/globals';
import {
  describeTableStatements,
  listTablesStatements,
  parseTableDescriptions,
} from '#core/databases/oracle/source/catalog.ts';

/** Rows as the driver gives them for the four statements, every number as text. */
const ref = { schema: 'SHOP', table: 'ORDERS' };
const column = (name: string, dataType: string, change: Readonly<Record<string, unknown>> = {}) => ({
  ...ref,
  name,
  dataType,
  dataTypeOwner: null,
  dataLength: '22',
  precision: null,
  scale: null,
  charLength: '0',
  charUsed: null,
  nullable: 'Y',
  isVirtual: 'NO',
  hasDefault: 'NO',
  generation: null,
  ...change,
});
const key = (kind: string, name: string, keyColumn: string | null, change = {}) => ({
  ...ref,
  kind,
  name,
  deferrable: 'NOT DEFERRABLE',
  status: 'ENABLED',
  validated: 'VALIDATED',
  column: keyColumn,
  ...change,
});
const rows = {
  tables: [{ ...ref, relationKind: 'table', estimatedRows: '1200', bytes: '81920' }],
  columns: [
    column('ID', 'NUMBER', {
      precision: '10',
      scale: '0',
      nullable: 'N',
      hasDefault: 'YES',
      generation: 'ALWAYS',
    }),
    column('NOTE', 'VARCHAR2', { dataLength: '160', charLength: '40', charUsed: 'C' }),
    column('AT', 'TIMESTAMP(6) WITH TIME ZONE', { scale: '6' }),
    column('TWICE', 'NUMBER', { isVirtual: 'YES' }),
  ],
  keys: [key('P', 'ORDERS_PK', 'ID'), key('R', 'ORDERS_FK', null), key('U', 'ORDERS_UQ', null)],
  uniqueIndexes: [{ ...ref, name: 'ORDERS_UX' }],
};

test('a table is put together from the rows of the catalog', () => {
  expect(parseTableDescriptions(rows)).toEqual([
    {
      ref,
      columns: [
        expect.objectContaining({
          name: 'ID',
          type: 'numeric(10,0)',
          baseType: 'numeric',
          precision: 10,
          scale: 0,
          native: { type: 'NUMBER(10)', baseType: 'number' },
          notNull: true,
          isIdentityAlways: true,
          hasDefault: true,
        }),
        expect.objectContaining({
          name: 'NOTE',
          type: 'character varying(40)',
          maxLength: 40,
          notNull: false,
        }),
        expect.objectContaining({ name: 'AT', type: 'timestamp(6) with time zone', precision: 6 }),
        expect.objectContaining({ name: 'TWICE', isGenerated: true }),
      ],
      primaryKey: ['ID'],
      isKeyDeferrable: false,
      replicaIdentity: 'default',
      relationKind: 'table',
      estimatedRows: 1_200,
      bytes: 81_920,
      uniqueIndexes: ['ORDERS_FK', 'ORDERS_UQ', 'ORDERS_UX'],
    },
  ]);
});

test('the columns of a key are in its order, and a disabled key is none', () => {
  const keyed = { ...rows, keys: [key('P', 'PK', 'NOTE'), key('P', 'PK', 'ID')] };
  expect(parseTableDescriptions(keyed)[0]?.primaryKey).toEqual(['NOTE', 'ID']);
  const disabled = { ...rows, keys: [key('P', 'PK', 'ID', { status: 'DISABLED' })] };
  expect(parseTableDescriptions(disabled)[0]?.primaryKey).toEqual([]);
  const deferrable = { ...rows, keys: [key('P', 'PK', 'ID', { deferrable: 'DEFERRABLE' })] };
  expect(parseTableDescriptions(deferrable)[0]?.isKeyDeferrable).toBe(true);
});

test('a unique constraint over NOT NULL columns is the key where there is no primary key', () => {
  const withKeys = (...keys: ReturnType<typeof key>[]) => parseTableDescriptions({ ...rows, keys })[0];
  expect(withKeys(key('U', 'A_UQ', 'NOTE'), key('U', 'B_UQ', 'ID'))).toMatchObject({
    primaryKey: ['ID'],
    keyIndex: 'B_UQ',
    uniqueIndexes: ['A_UQ', 'ORDERS_UX'],
  });
  for (const unfit of [
    { validated: 'NOT VALIDATED' },
    { status: 'DISABLED' },
    { deferrable: 'DEFERRABLE' },
  ]) {
    const described = withKeys(key('U', 'B_UQ', 'ID', unfit));
    expect(described).toMatchObject({ primaryKey: [] });
    expect(described).not.toHaveProperty('keyIndex');
  }
});

test('tables of the same name in two schemas are kept apart', () => {
  const other = { schema: 'SHOP2', table: 'ORDERS' };
  const described = parseTableDescriptions({
    ...rows,
    tables: [...rows.tables, { ...other, relationKind: 'other', estimatedRows: '-1', bytes: '0' }],
    columns: [...rows.columns, { ...column('X', 'RAW', { dataLength: '16' }), ...other }],
  });
  expect(described.map(({ columns }) => columns.length)).toEqual([4, 1]);
  expect(described[1]).toMatchObject({ relationKind: 'other', estimatedRows: -1, primaryKey: [] });
});

test('a row in another form is refused', () => {
  expect(() => parseTableDescriptions({ ...rows, tables: [{ ...ref }] })).toThrow();
});

test('names are bound, and the schemas of Oracle itself are never listed', () => {
  for (const statement of Object.values(describeTableStatements({ schema: "O'HARA", table: 'T' }))) {
    expect(statement.values).toEqual(["O'HARA", 'T']);
    expect(statement.text).not.toContain('HARA');
  }
  for (const statement of Object.values(listTablesStatements)) {
    expect(statement.text).toContain("oracle_maintained = 'Y'");
  }
});
