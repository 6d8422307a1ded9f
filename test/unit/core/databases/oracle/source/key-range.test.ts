import { expect, test } from '@jest/globals';
import {
  findUnboundedKeyColumn,
  keyEqualsCondition,
  keyRangeCondition,
} from '#core/databases/oracle/source/key-range.ts';
import { columnOf, tableOf } from '../column-samples.ts';

const id = columnOf('NUMBER', { precision: 10, scale: 0 }, { name: 'ID', notNull: true });
const day = columnOf('DATE', {}, { name: 'DAY', notNull: true });
const code = columnOf('NVARCHAR2', { charLength: 10, charUsed: 'C' }, { name: 'CODE', notNull: true });

test('a chunk of a single key is a range, exclusive below and inclusive above', () => {
  expect(keyRangeCondition(tableOf([id], ['ID']), { after: ['5'], upTo: ['9'] })).toEqual({
    text: '"ID" > TO_NUMBER(:1) AND "ID" <= TO_NUMBER(:2)',
    values: ['5', '9'],
  });
});

test('a chunk without bounds has no condition', () => {
  expect(keyRangeCondition(tableOf([id], ['ID']), {})).toBeUndefined();
});

test('the order of a key of several columns is spelled out, with a range that an index can use', () => {
  expect(
    keyRangeCondition(tableOf([day, id], ['DAY', 'ID']), {
      after: ['2024-02-29 00:00:00', '7'],
      upTo: ['2024-03-01 00:00:00', '3'],
    }),
  ).toEqual({
    text:
      `"DAY" >= TO_DATE(:1, 'SYYYY-MM-DD HH24:MI:SS') AND (("DAY" > TO_DATE(:2, 'SYYYY-MM-DD HH24:MI:SS')) OR ` +
      `("DAY" = TO_DATE(:3, 'SYYYY-MM-DD HH24:MI:SS') AND "ID" > TO_NUMBER(:4))) AND ` +
      `"DAY" <= TO_DATE(:5, 'SYYYY-MM-DD HH24:MI:SS') AND (("DAY" < TO_DATE(:6, 'SYYYY-MM-DD HH24:MI:SS')) OR ` +
      `("DAY" = TO_DATE(:7, 'SYYYY-MM-DD HH24:MI:SS') AND "ID" <= TO_NUMBER(:8)))`,
    values: [
      '2024-02-29 00:00:00',
      '2024-02-29 00:00:00',
      '2024-02-29 00:00:00',
      '7',
      '2024-03-01 00:00:00',
      '2024-03-01 00:00:00',
      '2024-03-01 00:00:00',
      '3',
    ],
  });
});

test('national texts are bound as such', () => {
  expect(keyRangeCondition(tableOf([code], ['CODE']), { after: ['é😀'] })?.values).toEqual([
    { national: 'é😀' },
  ]);
});

test('one key is an equality of all its columns, counted from where it is told to', () => {
  expect(keyEqualsCondition(tableOf([day, id], ['DAY', 'ID']), ['2024-02-29 00:00:00', '7'], 3)).toEqual({
    text: `"DAY" = TO_DATE(:3, 'SYYYY-MM-DD HH24:MI:SS') AND "ID" = TO_NUMBER(:4)`,
    values: ['2024-02-29 00:00:00', '7'],
  });
});

test('a key by which chunks cannot be told apart is found', () => {
  const span = columnOf('INTERVAL YEAR(2) TO MONTH', { precision: 2 }, { name: 'SPAN' });
  expect(findUnboundedKeyColumn(tableOf([id, span], ['ID', 'SPAN']))).toBe(span);
  expect(findUnboundedKeyColumn(tableOf([id, day], ['ID', 'DAY']))).toBeUndefined();
  expect(() => keyRangeCondition(tableOf([span], ['SPAN']), { after: ['1 year'] })).toThrow(
    expect.objectContaining({ code: 'UnsupportedType' }),
  );
});

test('a bound of another key is a defect', () => {
  expect(() => keyRangeCondition(tableOf([id], ['ID']), { after: ['1', '2'] })).toThrow(
    expect.objectContaining({ code: 'Internal' }),
  );
  expect(() => keyRangeCondition(tableOf([id], []), { after: ['1'] })).toThrow(
    expect.objectContaining({ code: 'SchemaMismatch' }),
  );
});
