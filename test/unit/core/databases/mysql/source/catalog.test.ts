import { describe, expect, test } from '@jest/globals';
import { type CatalogRows, readCascades, readTables } from '#core/databases/mysql/source/catalog.ts';

const tableRow = {
  tableName: 't',
  tableType: 'BASE TABLE',
  engine: 'InnoDB',
  tableRows: '12',
  dataLength: '16384',
};
const columnRow = {
  tableName: 't',
  columnName: 'id',
  dataType: 'int',
  columnType: 'int(11)',
  maxLength: null,
  numericPrecision: '10',
  numericScale: '0',
  fraction: null,
  charset: null,
  collation: null,
  isNullable: 'NO',
  columnDefault: null,
  columnKey: null,
  extra: 'auto_increment',
};
const rows = (changes: Partial<CatalogRows> = {}): CatalogRows => ({
  tables: [tableRow],
  columns: [columnRow],
  indexes: [{ tableName: 't', indexName: 'PRIMARY', columnName: 'id', prefix: null }],
  foreignKeys: [],
  jsonChecks: [],
  ...changes,
});
const describeColumn = (changes: Readonly<Record<string, string | null>>) =>
  readTables('shop', rows({ columns: [{ ...columnRow, ...changes }] }))[0]?.columns[0];

test.each([
  ['', []],
  [
    `CREATE TABLE \`c\` (
  \`id\` int(11) NOT NULL COMMENT 'x\\n  CONSTRAINT \`a\` FOREIGN KEY (\`b\`) REFERENCES \`p\` (\`id\`) ON DELETE CASCADE',
  KEY \`p\` (\`p\`),
  CONSTRAINT \`none\` FOREIGN KEY (\`p\`) REFERENCES \`p\` (\`id\`),
  CONSTRAINT \`weak\` FOREIGN KEY (\`p\`) REFERENCES \`p\` (\`id\`) ON DELETE NO ACTION ON UPDATE RESTRICT,
  CONSTRAINT \`one\` FOREIGN KEY (\`p\`, \`q\`) REFERENCES \`o\`.\`p\` (\`id\`, \`q\`) ON DELETE CASCADE,
  CONSTRAINT "a b" FOREIGN KEY ("p") REFERENCES "p" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT \`last\` FOREIGN KEY (\`p\`) REFERENCES \`p\` (\`id\`) ON DELETE NO ACTION ON UPDATE SET DEFAULT
) ENGINE=InnoDB`,
    ['one (ON DELETE CASCADE)', 'a b (ON DELETE SET NULL ON UPDATE CASCADE)', 'last (ON UPDATE SET DEFAULT)'],
  ],
])('foreign keys that change rows are read from %j', (createTable, cascades) => {
  expect(readCascades(createTable)).toEqual(cascades);
});

describe('without a primary key, the key is a unique index', () => {
  const column = (
    columnName: string,
    changes: Readonly<Record<string, string | null>> = {},
  ): Readonly<Record<string, string | null>> => ({
    ...columnRow,
    columnName,
    extra: null,
    ...changes,
  });
  const index = (indexName: string, columnName: string | null, prefix: string | null = null) => ({
    ...{ tableName: 't', indexName, columnName, prefix },
  });
  const columns: ReturnType<typeof column>[] = [column('a'), column('b'), column('n', { isNullable: 'YES' })];
  const keyOf = (indexes: ReturnType<typeof index>[], changed = columns) => {
    const [table] = readTables('shop', rows({ columns: changed, indexes }));
    return [table?.keyIndex, table?.primaryKey, table?.uniqueKeys?.map(({ name }) => name)];
  };

  test.each([
    ['over NOT NULL columns', [index('x', 'a'), index('x', 'b')], ['x', ['a', 'b'], []]],
    ['not where one takes NULL', [index('x', 'a'), index('x', 'n')], [undefined, [], ['x']]],
    ['not of parts of values', [index('x', 'a', '4')], [undefined, [], ['x']]],
    ['not of expressions', [index('x', null)], [undefined, [], ['x']]],
    ['not next to a primary key', [index('PRIMARY', 'b'), index('x', 'a')], [undefined, ['b'], ['x']]],
  ])('%s', (_case, indexes, expected) => {
    expect(keyOf(indexes)).toEqual(expected);
  });

  test('the one that the server takes itself, and no generated column', () => {
    const both = [index('x', 'a'), index('y', 'b')];
    const [a, b] = [column('a'), column('b', { columnKey: 'PRI' })];
    expect(keyOf(both, [a, b])).toEqual(['y', ['b'], ['x']]);
    expect(keyOf(both, [a, { ...b, extra: 'VIRTUAL GENERATED' }])).toEqual(['x', ['a'], ['y']]);
  });
});

test('a table has its columns, key and sizes', () => {
  expect(readTables('shop', rows())).toEqual([
    {
      ref: { schema: 'shop', table: 't' },
      columns: [
        {
          name: 'id',
          native: { type: 'int(11)', baseType: 'int' },
          type: 'integer',
          baseType: 'int4',
          isArray: false,
          typeKind: 'base',
          notNull: true,
          isGenerated: false,
          hasDefault: true,
          isIdentityAlways: false,
        },
      ],
      primaryKey: ['id'],
      isKeyDeferrable: false,
      replicaIdentity: 'full',
      relationKind: 'table',
      estimatedRows: 12,
      bytes: 16_384,
      uniqueIndexes: [],
      uniqueKeys: [],
    },
  ]);
});

test('unique indexes and foreign keys are named once each', () => {
  const [table] = readTables(
    'shop',
    rows({
      indexes: [
        { tableName: 't', indexName: 'uq', columnName: 'a', prefix: null },
        { tableName: 't', indexName: 'uq', columnName: 'b', prefix: null },
        { tableName: 't', indexName: 'expression', columnName: null, prefix: null },
        { tableName: 'other', indexName: 'PRIMARY', columnName: 'x', prefix: null },
      ],
      foreignKeys: [{ tableName: 't', constraintName: 'fk' }],
    }),
  );
  expect(table).toMatchObject({
    primaryKey: [],
    uniqueIndexes: ['expression', 'fk', 'uq'],
    uniqueKeys: [
      { name: 'uq', columns: ['a', 'b'], isPlain: true, isImmediate: true },
      { name: 'expression', columns: [], isPlain: false },
    ],
  });
});

test.each([
  ['VIRTUAL GENERATED', true],
  ['STORED GENERATED', true],
  ['STORED GENERATED INVISIBLE', true],
  ['DEFAULT_GENERATED on update CURRENT_TIMESTAMP', false],
  ['INVISIBLE', false],
  ['', false],
])('EXTRA %p: generated %p', (extra, isGenerated) => {
  expect(describeColumn({ extra })?.isGenerated).toBe(isGenerated);
});

test('types have their lengths, precisions and character sets', () => {
  expect(
    describeColumn({
      dataType: 'DECIMAL',
      columnType: 'decimal(12,2) unsigned',
      numericPrecision: '12',
      numericScale: '2',
    }),
  ).toMatchObject({
    type: 'numeric(12,2)',
    native: { baseType: 'decimal', isUnsigned: true },
  });
  expect(
    describeColumn({ dataType: 'varchar', columnType: 'varchar(80)', maxLength: '80', charset: 'latin1' }),
  ).toMatchObject({
    type: 'character varying(80)',
    maxLength: 80,
    native: { charset: 'latin1' },
  });
  expect(describeColumn({ dataType: 'datetime', columnType: 'datetime(3)', fraction: '3' })?.type).toBe(
    'timestamp(3) without time zone',
  );
});

test('a type that nobody knows is shown as it is, and is not replicated', () => {
  expect(describeColumn({ dataType: 'vector', columnType: 'vector(3)' })).toMatchObject({
    type: 'vector(3)',
    typeKind: 'extension',
  });
});

test("a LONGTEXT with MariaDB's check is JSON", () => {
  const json = {
    ...columnRow,
    columnName: 'a`b',
    dataType: 'longtext',
    columnType: 'longtext',
    charset: 'utf8mb4',
  };
  const [table] = readTables(
    'shop',
    rows({ columns: [json], jsonChecks: [{ tableName: 't', checkClause: 'json_valid(`a``b`)' }] }),
  );
  expect(table?.columns[0]?.type).toBe('json');
});

test.each([
  ['BASE TABLE', 'InnoDB', 'table'],
  ['VIEW', null, 'view'],
  ['SYSTEM VERSIONED', 'InnoDB', 'other'],
  ['SEQUENCE', 'InnoDB', 'other'],
  ['BASE TABLE', 'FEDERATED', 'foreign-table'],
])('%s of engine %s is a %s', (tableType, engine, relationKind) => {
  expect(readTables('shop', rows({ tables: [{ ...tableRow, tableType, engine }] }))[0]).toMatchObject({
    relationKind,
  });
});
