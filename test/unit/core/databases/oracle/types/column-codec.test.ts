import { expect, test } from '@jest/globals';
import type { ColumnDescription } from '#core/contracts/table-description.ts';
import { unavailableValue } from '#core/databases/oracle/source/capture-settings.ts';
import { decoderFor, isUnavailable, selectDecoderFor } from '#core/databases/oracle/types/column-codec.ts';
import { validateColumn } from '#core/databases/oracle/types/column-types.ts';
import { columnOf } from '../column-samples.ts';

test.each([
  ['LONG', null, /LONG: convert the column to CLOB/],
  ['LONG RAW', null, /LONG RAW/],
  ['BOOLEAN', null, /does not capture BOOLEAN/],
  ['BFILE', null, /file of the server/],
  ['UROWID', null, /UROWID/],
  ['XMLTYPE', 'PUBLIC', /XMLTYPE/],
  ['JSON', null, /JSON/],
  ['VECTOR', null, /VECTOR/],
  ['SDO_GEOMETRY', 'MDSYS', /SDO_GEOMETRY/],
  ['ADDRESS_T', 'SHOP', /type ADDRESS_T cannot be captured exactly/],
  // A user's own type may have the name of a built-in one.
  ['NUMBER', 'SHOP', /cannot be captured exactly/],
])('%s of %s is refused', (dataType, dataTypeOwner, reason) => {
  const column = columnOf(dataType, { dataTypeOwner });
  expect(validateColumn(column)).toMatch(reason);
  expect(() => decoderFor(column)('x')).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
  expect(() => selectDecoderFor(column)).toThrow(expect.objectContaining({ code: 'UnsupportedType' }));
});

test('a name that LogMiner leaves out is refused', () => {
  expect(validateColumn(columnOf('NUMBER', {}, { name: 'C'.repeat(31) }))).toMatch(/30 characters/);
  expect(validateColumn(columnOf('NUMBER', {}, { name: 'C'.repeat(30) }))).toBeUndefined();
});

test('NULL is null on both ways', () => {
  expect(decoderFor(columnOf('NUMBER'))(null)).toBeNull();
  expect(selectDecoderFor(columnOf('NUMBER'))(null)).toBeNull();
});

test('errors name the column and never the value', () => {
  const column = columnOf('DATE', {}, { name: 'BORN' });
  expect(() => decoderFor(column)('secret')).toThrow(
    expect.objectContaining({
      code: 'UndecodableEvent',
      message: expect.not.stringContaining('secret'),
      facts: { column: 'BORN', type: 'DATE' },
    }),
  );
  expect(() => selectDecoderFor(column)('-0044-03-15 00:00:00')).toThrow(
    expect.objectContaining({ code: 'ValueRejected', message: expect.not.stringContaining('0044') }),
  );
});

test('a value that the log lacks is told by the placeholder, as text or as the bytes of it', () => {
  const hex = '5f5f6d696c6c726163655f756e617661696c61626c655f3863316634653661396232645f5f';
  expect(isUnavailable(columnOf('CLOB'), unavailableValue)).toBe(true);
  expect(isUnavailable(columnOf('BLOB'), hex)).toBe(true);
  expect(isUnavailable(columnOf('CLOB'), 'something else')).toBe(false);
});

test('a column that only the target still has is decoded by its type there', () => {
  const former = (type: string, baseType: string): ColumnDescription => ({
    name: 'FORMER',
    type,
    baseType,
    isArray: false,
    typeKind: 'base',
    notNull: false,
    isGenerated: false,
  });
  expect(decoderFor(former('numeric', 'numeric'))('1.5')).toBe('1.5');
  expect(decoderFor(former('text', 'text'))('x')).toBe('x');
  expect(decoderFor(former('bytea', 'bytea'))('00ff')).toBe('\\x00ff');
  expect(decoderFor(former('interval', 'interval'))('P1Y0M0DT0H0M0S')).toBe('1 year');
  expect(decoderFor(former('timestamp', 'timestamp'))('2024-02-29T12:34:56Z')).toBe('2024-02-29 12:34:56');
});
