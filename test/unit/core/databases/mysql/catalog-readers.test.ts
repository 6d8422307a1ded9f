import { expect, test } from '@jest/globals';
import { readTables } from '#core/databases/mysql/source/catalog.ts';
import { chooseTable, toTargetTable } from '#core/databases/mysql/target/catalog.ts';
import { documentedTypes } from '#core/databases/mysql/types/column-types.ts';

/** Lengths of bytes count at a target only: a source's values say theirs. */
const hasLengthAtTargetOnly = (dataType: string): boolean =>
  dataType === 'binary' || dataType === 'varbinary';

const columns = documentedTypes.map(({ native, maxLength, precision, scale }) => ({
  tableName: 't',
  columnName: native?.type ?? '',
  dataType: native?.baseType ?? '',
  columnType: native?.type ?? '',
  maxLength: maxLength === undefined ? null : String(maxLength),
  numericPrecision: precision === undefined ? null : String(precision),
  numericScale: scale === undefined ? null : String(scale),
  fraction: precision === undefined ? null : String(precision),
  charset: native?.charset ?? null,
  collation: null,
  isNullable: 'YES',
  columnDefault: null,
  columnKey: null,
  extra: '',
}));

test('a column is the same to the reader of a source and to that of a target, but for the length of bytes', () => {
  const [source] = readTables('shop', {
    tables: [{ tableName: 't', tableType: 'BASE TABLE', engine: 'InnoDB', tableRows: '1', dataLength: '1' }],
    columns,
    indexes: [],
    foreignKeys: [],
    jsonChecks: [],
  });
  const ref = { schema: 'shop', table: 't' };
  const row = {
    ...{ schema: 'shop', table: 't', type: 'BASE TABLE', engine: 'InnoDB' },
    ...{ estimated_rows: '1', bytes: '1', folds: '0', version: '9.7.4' },
  };
  const found = chooseTable([row], ref);
  if (source === undefined || found === undefined) throw new Error('The table was not described.');
  const target = toTargetTable(ref, found, {
    columns,
    indexes: [],
    foreignKeys: [],
    hasAllForeignKeys: true,
  });

  expect(source.columns.length).toBe(documentedTypes.length);
  const comparable = target.columns.map(({ maxLength, ...column }) => ({
    ...column,
    ...(maxLength !== undefined && !hasLengthAtTargetOnly(column.native?.baseType ?? '') && { maxLength }),
  }));
  expect(comparable).toEqual(source.columns.map(({ isIdentityAlways: _always, ...column }) => column));
  for (const { native, maxLength } of target.columns.filter((column) =>
    hasLengthAtTargetOnly(column.native?.baseType ?? ''),
  )) {
    expect({ type: native?.type, isBounded: maxLength !== undefined }).toEqual({
      type: native?.type,
      isBounded: true,
    });
  }
});
