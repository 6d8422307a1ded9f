import { expect, test } from '@jest/globals';
import { texts } from '#core/databases/oracle/types/texts.ts';
import { columnOf, nativeColumn } from '../column-samples.ts';

const { types: textTypes } = texts;

test.each([
  [
    'VARCHAR2',
    { dataLength: 40, charLength: 40, charUsed: 'B' },
    'VARCHAR2(40 BYTE)',
    'character varying(40)',
  ],
  [
    'VARCHAR2',
    { dataLength: 160, charLength: 40, charUsed: 'C' },
    'VARCHAR2(40 CHAR)',
    'character varying(40)',
  ],
  ['NVARCHAR2', { dataLength: 80, charLength: 40, charUsed: 'C' }, 'NVARCHAR2(40)', 'character varying(40)'],
  ['CHAR', { dataLength: 5, charLength: 5, charUsed: 'B' }, 'CHAR(5 BYTE)', 'character(5)'],
  ['NCHAR', { dataLength: 10, charLength: 5, charUsed: 'C' }, 'NCHAR(5)', 'character(5)'],
  ['CLOB', { dataLength: 4_000 }, 'CLOB', 'text'],
  ['NCLOB', { dataLength: 4_000 }, 'NCLOB', 'text'],
  ['ROWID', { dataLength: 10 }, 'ROWID', 'text'],
] as const)('%s %j is %s, and %s in PostgreSQL', (dataType, native, nativeType, canonical) => {
  const type = textTypes[dataType.toLowerCase()];
  expect(type?.nativeType(nativeColumn(dataType, native))).toBe(nativeType);
  expect(type?.canonicalType(nativeColumn(dataType, native)).type).toBe(canonical);
});

test('a text passes as it is, copied and captured', () => {
  const column = columnOf('VARCHAR2', { dataLength: 40, charLength: 40, charUsed: 'B' });
  for (const text of ["it's", ' padded ', 'é😀', 'EMPTY_CLOB()']) {
    expect(textTypes.varchar2?.fromSelect(text, column)).toBe(text);
    expect(textTypes.varchar2?.fromEvent(text, column)).toBe(text);
  }
  expect(textTypes.varchar2?.fromEvent(5, column)).toBeUndefined();
});

test('a CHAR of bytes has as many characters as PostgreSQL would give it', () => {
  const column = columnOf('CHAR', { dataLength: 5, charLength: 5, charUsed: 'B' });
  // 5 bytes in Oracle, of which the first character takes two.
  expect(textTypes.char?.fromSelect('é   ', column)).toBe('é    ');
  expect(textTypes.char?.fromEvent('é   ', column)).toBe('é    ');
  expect(textTypes.char?.fromEvent('ab   ', column)).toBe('ab   ');
  expect(textTypes.char?.fromEvent('too long', column)).toBeUndefined();
});

test('an empty CLOB is NULL where NULL is allowed, as Debezium writes EMPTY_CLOB()', () => {
  expect(textTypes.clob?.fromSelect('', columnOf('CLOB'))).toBeNull();
  expect(textTypes.clob?.fromSelect('', columnOf('CLOB', {}, { notNull: true }))).toBe('');
  expect(textTypes.clob?.fromEvent('', columnOf('CLOB', {}, { notNull: true }))).toBe('');
});

test('keys compare as their columns do', () => {
  const char = columnOf('CHAR', { dataLength: 5, charLength: 5, charUsed: 'B' });
  expect(textTypes.char?.key?.expression(':2', char)).toBe('CAST(:2 AS CHAR(5 BYTE))');
  // Blanks at the end do not count for a CHAR, and an empty bind would be NULL.
  expect(textTypes.char?.key?.toBind('é    ', char)).toBe('é');
  expect(textTypes.char?.key?.toBind('     ', char)).toBe(' ');
  expect(textTypes.varchar2?.key?.expression(':1', char)).toBe(':1');
  expect(textTypes.nvarchar2?.key?.isNational).toBe(true);
  expect(textTypes.clob?.key).toBeUndefined();
});
